"""What the gateway lives by: settings, the log before everything, followers, the pause."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.bridge.home import ready_answers
from app.gateway.core import MANY_EVENTS
from app.gateway.pins import Pins
from tests.fakes.door import PIN, Door


def test_nothing_goes_to_a_server_before_its_row_is_recorded(granted: Door, folder: Path) -> None:
    client = granted.client()
    line = b'{"jsonrpc":"2.0","id":50,"method":"tools/call","params":{"name":"read_file","arguments":{"path":"%b"}}}'
    client.session.receive(line % str(folder).encode())
    assert granted.servers.get("filesystem").heard == []
    assert granted.journal.committed == 0
    granted.tick()
    assert granted.journal.committed == len(granted.journal.events) == 2
    assert len(granted.child.requests("tools/call")) == 1


def test_the_log_is_written_once_no_call_waits_for_it(granted: Door, folder: Path) -> None:
    granted.client().call("read_file", path=str(folder))
    assert (granted.journal.committed, granted.journal.written) == (2, 0)
    granted.say(lambda: granted.child.give_text(granted.child.last("tools/call"), "done"))
    assert granted.journal.committed == granted.journal.written == len(granted.journal.events) == 3


def test_a_call_that_takes_its_time_is_in_the_log_soon_and_costs_no_timer_after_that(
    granted: Door, folder: Path
) -> None:
    granted.client().call("read_file", path=str(folder))
    timers = granted.loop.waiting
    granted.advance(0.01)
    granted.tick()
    assert granted.journal.written == 2
    assert granted.loop.waiting == timers - 1


def test_many_calls_at_work_are_written_together(granted: Door, folder: Path) -> None:
    client = granted.client()
    written: list[int] = []
    for _ in range(70):
        client.call("read_file", path=str(folder))
        if granted.journal.written not in (written or [0]):
            written.append(granted.journal.written)
    assert written == [MANY_EVENTS]


@pytest.mark.parametrize("broken", ["opened", "decided", "commit"])
def test_while_the_log_fails_calls_are_refused_in_words_and_nothing_is_sent(
    granted: Door, folder: Path, broken: str
) -> None:
    client = granted.client()
    granted.journal.fail_on = {broken}
    words = client.refused(client.call("read_file", path=str(folder)))
    assert "cannot write its call log" in words
    assert "No space left" in words
    child = granted.servers.children.get("filesystem")
    assert child is None or child.requests("tools/call") == []


def test_a_log_that_fails_shows_in_the_status(granted: Door, folder: Path) -> None:
    granted.journal.fail_on = {"commit"}
    granted.client().call("read_file", path=str(folder))
    assert "No space left" in granted.core.status()["journal_error"]


def test_who_watches_hears_once_that_the_log_fails_and_once_that_it_works_again(granted: Door, folder: Path) -> None:
    heard: list[bool] = []
    granted.core.on_trouble = lambda: heard.append(granted.core.journal_error is not None)
    client = granted.client()
    granted.journal.fail_on = {"commit", "secure"}
    for _ in range(2):
        client.call("read_file", path=str(folder))
    assert heard == [True]
    granted.journal.fail_on = set()
    granted.advance(2)
    assert heard == [True, False]


def test_when_the_log_works_again_calls_go_on_by_themselves(granted: Door, folder: Path) -> None:
    client = granted.client()
    granted.journal.fail_on = {"commit"}
    client.call("read_file", path=str(folder))
    granted.journal.fail_on = set()
    granted.advance(2)
    assert granted.journal.committed == len(granted.journal.events)
    assert granted.core.status()["journal_error"] is None
    client.call("read_file", path=str(folder))
    assert len(granted.child.requests("tools/call")) == 1


def test_a_log_that_fails_at_the_end_of_a_call_does_not_keep_its_answer(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("read_file", path=str(folder))
    granted.journal.fail_on = {"closed", "commit"}
    granted.say(lambda: granted.child.give_text(granted.child.last("tools/call"), "done"))
    assert client.text(id_) == "done"


@pytest.mark.parametrize("broken", ["asked", "answered"])
def test_a_question_or_answer_that_cannot_be_recorded_allows_nothing(asking: Door, folder: Path, broken: str) -> None:
    client = asking.client()
    asking.journal.fail_on = {broken}
    client.call("write_file", path=str(folder / "a"), content="x")
    plan = {"writes": [str(folder / "a")], "guard": "g"}
    asking.say(lambda: asking.child.give(asking.child.last("doorkeep/plan"), plan))
    for question in asking.core.approvals.listed():
        with pytest.raises(Exception, match="call log"):
            asking.core.answer(question["id"], "allow")
    asking.tick()
    assert asking.child.requests("tools/call") == []


def test_followers_hear_of_every_step_after_it_is_recorded(granted: Door, folder: Path) -> None:
    heard: list[tuple[str, int]] = []
    stop = granted.core.follow(lambda record: heard.append((record.outcome, granted.journal.committed)))
    client = granted.client()
    client.call("read_file", path=str(folder))
    granted.say(lambda: granted.child.give_text(granted.child.last("tools/call"), "done"))
    assert heard == [("running", 2), ("ok", 3)]
    stop()
    stop()
    client.call("read_file", path="/etc")
    assert len(heard) == 2


def test_a_follower_that_fails_stops_no_call_and_no_other_follower(granted: Door, folder: Path) -> None:
    heard: list[Any] = []

    def bad(_record: Any) -> None:
        raise RuntimeError("a bug in a follower")

    granted.core.follow(bad)
    granted.core.follow(heard.append)
    client = granted.client()
    client.call("read_file", path=str(folder))
    client.call("read_file", path=str(folder))
    assert len(heard) == 2
    assert len(granted.child.requests("tools/call")) == 2


def test_a_pause_outlives_the_gateway(granted: Door) -> None:
    granted.core.pause()
    again = Door(granted.home, "/nowhere")
    assert again.core.paused
    again.core.resume()
    assert not Door(granted.home, "/nowhere").core.paused


def test_broken_settings_leave_the_last_good_ones_in_force_and_say_so(granted: Door, folder: Path) -> None:
    client = granted.client()
    client.call("read_file", path=str(folder))
    granted.settings("[[folders]\nbroken")
    client.call("read_file", path=str(folder))
    assert len(granted.child.requests("tools/call")) == 2
    assert "TOML" in granted.core.status()["settings_error"]


def test_without_settings_nothing_is_allowed(door: Door) -> None:
    client = door.client()
    assert "no folder" in client.refused(client.call("read_file", path="/"))


def test_running_servers_learn_a_new_table_at_once(granted: Door, folder: Path) -> None:
    granted.client().call("read_file", path=str(folder))
    told = len(granted.servers.policies)
    granted.settings(f'[[folders]]\npath = "{folder}"\naccess = "read"\n')
    granted.core.settings_now()
    assert len(granted.servers.policies) == told + 1
    assert granted.servers.policies[-1][1].generation == granted.core.generation


def test_servers_that_do_not_run_are_not_started_by_a_change(granted: Door, folder: Path) -> None:
    granted.core.settings_now()
    granted.settings(f'[[folders]]\npath = "{folder}"\naccess = "read"\n')
    granted.core.settings_now()
    assert granted.servers.children == {}


def test_soon_after_the_start_the_bridge_has_its_ready_answers(door: Door, home: str) -> None:
    door.advance(1)
    assert Path(ready_answers(home, "filesystem")).exists()


def test_status_says_what_a_person_wants_to_know(granted: Door) -> None:
    found = granted.core.status()
    assert found["paused"] is False
    assert found["settings_error"] is None
    assert found["approvals"] == 0
    assert found["generation"] == 1


def test_clients_are_told_of_tools_that_a_folders_switch_brings_or_takes(door: Door, folder: Path) -> None:
    pins = Path(door.home).parent / "switched"
    pins.mkdir()
    facts = {**PIN["facts"], "undo": {"changes": True, "plan_first": True, "switch": "create"}}
    (pins / "filesystem.json").write_text(json.dumps({**PIN, "facts": facts}))
    door.core.pins = Pins(door.home, str(pins))
    client = door.client()

    def listed() -> list[str]:
        return [tool["name"] for tool in client.answer_to(client.request("tools/list"))["result"]["tools"]]

    def switch(git: str) -> None:
        door.settings(f'[[folders]]\npath = "{folder}"\naccess = "write"\ngit = [{git}]\n')
        door.say(door.core.settings_now)
        door.advance(1)  # a client is not told twice in a moment

    assert "undo" not in listed()
    switch('"create"')
    assert len(client.told("notifications/tools/list_changed")) == 1
    assert "undo" in listed()
    switch('"create", "remote"')
    assert len(client.told("notifications/tools/list_changed")) == 1
    switch("")
    assert len(client.told("notifications/tools/list_changed")) == 2
    assert "undo" not in listed()
    client.call("undo", change_id="c")  # known all the same: its server says why it is refused
    assert door.child.requests("doorkeep/plan")

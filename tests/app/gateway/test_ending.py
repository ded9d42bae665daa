"""How a gateway ends, with a clock and servers that the test plays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.gateway.ending import CHILDREN_SECONDS, DRAIN_SECONDS, LAST_WORDS_SECONDS, Ending
from tests.fakes.door import MODERN_META, Door


class HandChannel:
    """A connection; `reads` as long as its client does."""

    def __init__(self) -> None:
        self.closed = False
        self.reads = True
        self.finished = 0

    def finish(self) -> None:
        self.finished += 1
        self.closed = self.closed or self.reads


class House:
    """What an ending touches beside sessions and calls."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.done: list[str] = []
        self.held = True
        self.sessions = {HandChannel()}
        self.controls = {HandChannel()}
        self.strangers: set[HandChannel] = set()
        self.left: set[HandChannel] = set()
        self.running: set[int] = set()
        self.ending = Ending(
            door.loop,  # pyright: ignore[reportArgumentType]
            door.core,
            self,  # pyright: ignore[reportArgumentType]
            self,  # pyright: ignore[reportArgumentType]
            vault=lambda: self.done.append("keychain"),
            over=lambda: self.done.append("over"),
        )

    def hold(self) -> None:
        self.done.append("hold")

    def kept(self) -> set[HandChannel]:
        return self.left

    def leave(self) -> None:
        self.done.append("servers")

    def groups(self) -> set[int]:
        return self.running

    def begin(self) -> None:
        self.door.say(lambda: self.ending.begin("Doorkeep was updated"))


@pytest.fixture
def house(granted: Door, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr("app.gateway.ending.monotonic", granted.loop.time)
    return House(granted)


def call(door: Door, folder: Path, **options: Any) -> tuple[Any, Any]:
    client = door.client(**options)
    return client, client.call("read_file", path=str(folder / "a.txt"))


def test_where_nothing_is_at_work_it_ends_at_once_and_in_order(house: House) -> None:
    house.begin()
    assert house.done == ["hold", "keychain", "servers", "over"]
    assert all(channel.closed for channel in house.sessions | house.controls)


def test_a_call_at_work_is_finished_first(house: House, folder: Path) -> None:
    client, id_ = call(house.door, folder)
    house.begin()
    house.door.advance(DRAIN_SECONDS - 1)
    assert house.done == ["hold"]
    house.door.say(lambda: house.door.child.give_text(house.door.child.last("tools/call"), "done"))
    house.door.advance(0.1)
    assert client.text(id_) == "done"
    assert house.done[-1] == "over"


def test_a_call_that_takes_too_long_is_cut_in_words_that_say_that_it_may_have_done_something(
    house: House, folder: Path
) -> None:
    client, id_ = call(house.door, folder)
    house.begin()
    house.door.advance(DRAIN_SECONDS + 1)
    words = client.refused(id_)
    assert words.startswith("Doorkeep was updated while this call was running, and it did not finish within 10 s.")
    assert "look before calling again" in words
    assert house.door.only_row().outcome == "error"
    assert house.done[-1] == "over"


def test_an_answer_that_comes_after_the_cut_reaches_nobody(house: House, folder: Path) -> None:
    client, id_ = call(house.door, folder)
    house.begin()
    house.door.advance(DRAIN_SECONDS + 1)
    house.door.say(lambda: house.door.child.give_text(house.door.child.last("tools/call"), "late"))
    assert len(client.answers(id_)) == 1


def test_what_only_listens_keeps_nobody_waiting_and_gets_no_answer_since_it_is_opened_anew(house: House) -> None:
    client = house.door.client(meta=MODERN_META)
    id_ = client.request("subscriptions/listen", {"notifications": {}})
    house.begin()
    assert house.done[-1] == "over"
    assert client.answers(id_) == []


def test_new_requests_are_waited_for_until_the_bridges_say_that_none_comes(house: House, folder: Path) -> None:
    house.held = False
    house.begin()
    house.door.advance(DRAIN_SECONDS / 2)
    assert house.done == ["hold"]
    client, id_ = call(house.door, folder)
    house.held = True
    house.door.advance(1)
    assert house.done == ["hold"], "the call came in time, so it is waited for"
    house.door.say(lambda: house.door.child.give_text(house.door.child.last("tools/call"), "done"))
    house.door.advance(0.1)
    assert client.text(id_) == "done"
    assert house.done[-1] == "over"


def test_a_bridge_that_says_nothing_is_not_waited_for_without_end(house: House) -> None:
    house.held = False
    house.begin()
    house.door.advance(DRAIN_SECONDS + 0.1)
    assert house.done[-1] == "over"


def test_a_client_that_does_not_read_is_not_waited_for_without_end(house: House) -> None:
    [slow] = house.sessions
    slow.reads = False
    house.begin()
    house.door.advance(LAST_WORDS_SECONDS / 2)
    assert house.done == ["hold"]
    house.door.advance(2 * LAST_WORDS_SECONDS)
    assert house.done[-1] == "over"


def test_a_connection_whose_clients_streams_are_still_ours_is_not_ended_before_us(house: House) -> None:
    [ours] = house.sessions
    house.left = {ours}
    house.begin()
    house.door.advance(3 * LAST_WORDS_SECONDS)
    assert ours.finished == 0
    assert house.done[-1] == "over"


def test_servers_that_do_not_end_are_not_waited_for_without_end(house: House) -> None:
    house.running = {4711}
    house.begin()
    house.door.advance(CHILDREN_SECONDS / 2)
    assert house.done[-1] == "servers"
    house.door.advance(CHILDREN_SECONDS)
    assert house.done[-1] == "over"


def test_a_question_that_waits_ends_in_words_and_its_row_is_closed(
    asking: Door, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.gateway.ending.monotonic", asking.loop.time)
    client = asking.client()
    id_ = client.call("write_file", path=str(folder / "a.txt"), content="x")
    plan = {"writes": [str(folder / "a.txt")], "preview": "+ x", "guard": "g1"}
    asking.say(lambda: asking.child.give(asking.child.last("doorkeep/plan"), plan))
    assert len(asking.core.approvals) == 1
    House(asking).begin()
    words = client.refused(id_)
    assert words.startswith(
        "Nothing was done: Doorkeep was updated while this call was waiting for the user's approval."
    )
    assert asking.only_row().outcome == "cancelled"
    assert len(asking.core.approvals) == 0
    assert asking.child.requests("tools/call") == []


def test_a_question_that_waits_for_its_client_to_call_again_ends_too(
    asking: Door, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.gateway.ending.monotonic", asking.loop.time)
    client = asking.client()
    client.call("write_file", path=str(folder / "a.txt"), content="x")
    plan = {"writes": [str(folder / "a.txt")], "preview": "+ x", "guard": "g1"}
    asking.say(lambda: asking.child.give(asking.child.last("doorkeep/plan"), plan))
    asking.advance(60)
    assert asking.only_row().outcome == "waiting"
    House(asking).begin()
    assert asking.only_row().outcome == "cancelled"

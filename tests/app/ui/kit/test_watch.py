"""The one place that knows what is true now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.control.messages import Joined
from app.core.journal.record import CallRecord
from app.ui.kit.watch import LAST, Watch

QUESTION = {
    "id": "a1",
    "call": 5,
    "client": "claude-ai 1.0",
    "server": "filesystem",
    "tool": "write_file",
    "paths": ["/home/ann/Documents/notes.md"],
    "expires_in_s": 60,
    "asking": ["/home/ann/Documents"],
}
STATUS: dict[str, Any] = {"paused": False, "sessions": [], "journal_error": None, "settings_error": None}


@pytest.fixture
def watch(link) -> Watch:
    link.answers = {"status": dict(STATUS), "approvals": {"approvals": []}}
    return Watch(link, clock=lambda: 100.0)


def test_an_answering_gateway_is_on_guard_and_the_answer_has_a_time(watch: Watch) -> None:
    assert watch.facts.state == "running"
    assert watch.facts.checked > 0


@pytest.mark.parametrize(
    ("changed", "state", "fix"),
    [
        ({"paused": True}, "paused", ""),
        ({"journal_error": "disk full"}, "problem", "log"),
        ({"settings_error": "line 3"}, "problem", "settings"),
        ({"paused": True, "journal_error": "disk full"}, "problem", "log"),
    ],
)
def test_the_gateways_words_become_one_state(watch: Watch, link, changed: dict[str, Any], state: str, fix: str) -> None:
    link.answers["status"] = {**STATUS, **changed}
    watch.look()
    assert (watch.facts.state, watch.facts.fix) == (state, fix)
    assert watch.facts.paused == bool(changed.get("paused"))


def test_settings_that_get_a_mistake_are_known_without_any_call(watch: Watch, link, home: str, qtbot) -> None:
    link.home = home
    link.up.emit(True)
    link.answers["status"] = {**STATUS, "settings_error": "line 3"}
    (Path(home) / "doorkeep.toml").write_text("[[folders\n")
    qtbot.waitUntil(lambda: watch.facts.fix == "settings", timeout=20_000)
    link.up.emit(False)


def test_a_question_is_said_in_words_and_announced_once(watch: Watch, link, qtbot) -> None:
    link.answers["approvals"] = {"approvals": [QUESTION]}
    asked: list[Any] = []
    watch.asked.connect(asked.append)
    watch.look()
    watch.look()
    assert watch.facts.state == "asks"
    assert watch.facts.sentence == "Claude Desktop wants to write notes.md."
    assert [question.id for question in asked] == ["a1"]
    assert watch.questions[0].ends == 160.0


def test_an_answered_question_goes_with_its_record(watch: Watch, link) -> None:
    link.answers["approvals"] = {"approvals": [QUESTION]}
    watch.look()
    link.answers["approvals"] = {"approvals": []}
    link.record.emit(CallRecord(5, "", outcome="ok", approval_id="a1"))
    assert watch.questions == []
    assert watch.facts.state == "running"


def test_calls_that_ask_nothing_cost_no_question_to_the_gateway(watch: Watch, link) -> None:
    before = len(link.calls)
    for id_ in range(1, 50):
        link.record.emit(CallRecord(id_, "", outcome="ok"))
    assert len(link.calls) == before
    assert [record.id for record in watch.calls] == list(range(49, 49 - LAST, -1))


def test_a_gateway_that_ends_is_a_problem_with_a_remedy(watch: Watch, link) -> None:
    link.is_up = False
    link.up.emit(False)
    assert (watch.facts.state, watch.facts.fix) == ("problem", "start")
    watch.could_not_start("no room on the disk")
    assert "no room" in watch.facts.detail


def test_starting_is_said_until_the_gateway_answers(link) -> None:
    link.is_up = False
    watch = Watch(link)
    assert watch.facts.sentence == "Starting…"
    link.is_up = True
    link.answers = {"status": dict(STATUS), "approvals": {"approvals": []}}
    link.up.emit(True)
    assert watch.facts.state == "running"


def test_pausing_elsewhere_shows_at_once(watch: Watch, link) -> None:
    link.happened.emit(Joined(event="gateway", state="paused"))
    assert watch.facts.state == "paused"


@pytest.mark.parametrize(
    ("clients", "words"),
    [([], "No app"), (["claude-ai 1"], "Claude Desktop is"), (["claude-ai 1", "claude-ai 1", "other 2"], "2 apps")],
)
def test_who_is_connected(watch: Watch, link, clients: list[str], words: str) -> None:
    link.answers["status"] = {**STATUS, "sessions": [{"client": client} for client in clients]}
    watch.look()
    assert words in watch.facts.detail

"""The words of the Servers page."""

from __future__ import annotations

import pytest

from app.core.journal.record import CallRecord, timestamp
from app.ui.servers import telling
from app.ui.servers.facts import Lately, ServerFact, ToolFact
from app.ui.servers.reviews import Review
from app.ui.servers.telling import Live

FILES = ServerFact("filesystem", "Files", "builtin", True, {}, [])
OFF = FILES._replace(enabled=False)


@pytest.mark.parametrize(
    ("server", "live", "expected"),
    [
        (FILES, Live(None), "Gateway not running"),
        (FILES, Live("stopped"), "Idle"),
        (FILES, Live("starting"), "Starting"),
        (FILES, Live("running"), "Running"),
        (FILES, Live("resting"), "Keeps ending"),
        (OFF, Live("running"), "Off"),
        (OFF, Live(None), "Off"),
    ],
)
def test_each_state_has_its_word_and_its_meaning(qapp, server: ServerFact, live: Live, expected: str) -> None:
    assert telling.chip(server, live)[0] == expected
    assert telling.meaning(server, live).endswith(".")


def test_a_server_that_was_never_used_is_idle() -> None:
    assert telling.live_of({"servers": [], "sessions": []}, "git", None, "").state == "stopped"


def test_memory_of_a_process_that_ended_is_not_told() -> None:
    status = {"servers": [{"name": "git", "state": "stopped", "pid": None}], "sessions": []}
    assert telling.live_of(status, "git", 5_000_000, "").memory is None


def test_numbers_are_one_line(qapp) -> None:
    live = Live("running", 77, 1, 2, 0, 18_400_000, "10:00:00")
    expected = (
        "1 app connected · process 77 · 18 MB of memory · 2 running now · 100 or more calls today · checked at 10:00:00"
    )
    assert telling.numbers(live, Lately(100)) == expected


def test_the_last_failure_says_when_who_what_and_why(qapp) -> None:
    record = CallRecord(
        1, timestamp(0), "claude-ai 1", server="filesystem", tool="read_file", paths=["/d/a.md"],
        outcome="error", result_preview="No such\nfile \u202egpj",
    )  # fmt: skip
    said = telling.last_error(Lately(0, record), 5)
    assert said.startswith("Last failure, 5 s ago: Claude Desktop wanted to read a.md. No such file")
    assert "\u202e" not in said
    assert telling.last_error(Lately()) == ""


def test_what_a_tool_does_is_its_first_sentence(qapp) -> None:
    assert telling.does(ToolFact("t", "T", "Lists issues. All of them.", True, {})) == "Lists issues."
    assert telling.does(ToolFact("t", "T", "", True, {})) == ""


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "a\n\nb"),
        ({"content": [{"type": "image", "mimeType": "image/png", "data": "AAAA"}]}, "[image/png, 3 bytes]"),
        ({"content": [], "structuredContent": {"a": 1}}, '{\n  "a": 1\n}'),
        ({}, "It answered with nothing."),
    ],
)
def test_an_answer_is_readable(qapp, result: dict, expected: str) -> None:
    assert telling.answer(result) == expected


def test_rules_explain_themselves_for_both_kinds(qapp) -> None:
    for server in (FILES, FILES._replace(kind="command")):
        choices = telling.rule_choices(server)
        assert [choice.value for choice in choices] == ["default", "allow", "ask", "off"]
        assert all(choice.explained for choice in choices)


def test_where_a_server_comes_from_is_said() -> None:
    one = ServerFact("a", "A", "command", True, {}, [])
    assert telling.kind(one) == "a program on this computer"
    assert telling.kind(one._replace(bundle="/b")) == "from a bundle"
    assert (
        telling.kind(one._replace(adopted="Claude Desktop")) == "a program on this computer, before in Claude Desktop"
    )


def test_what_waits_of_a_server_is_one_word_at_a_time() -> None:
    one, live = ServerFact("a", "A", "command", True, {}, []), telling.Live("stopped")
    review = Review("d", accepted=True)
    said = lambda server, live, review: (telling.waits(server, live, review) or ("",))[0]  # noqa: E731
    assert said(one, live, None) == ""
    assert said(one, live, review) == "Its tools have changed"
    assert said(one, live, Review("d", reviewed=False)) == "Not reviewed"
    assert said(one, live, Review("d", accepted=True, kept_hidden=True)) == "Changes kept hidden"
    assert said(one._replace(pinned=False), live, review) == "Tools not accepted yet"
    assert said(one, live._replace(sign_in="Run out."), review) == "Sign-in needed"

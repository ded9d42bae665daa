"""Records as a person would say them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.journal.record import CallRecord
from app.ui.kit import words


def record(**fields: Any) -> CallRecord:
    told = {"client": "claude-ai 0.1.0", "server": "filesystem", "tool": "read_file", "paths": ["/srv/notes/a.md"]}
    return CallRecord(**{"id": 1, "at": "2026-11-21T10:00:00.000Z", "session": "s", **told, **fields})


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({}, "read a.md"),
        ({"tool": "write_file"}, "wrote a.md"),
        ({"tool": "trash", "paths": ["/a/x", "/a/y", "/a/z"]}, "moved x and 2 more to the trash"),
        ({"tool": "list_directory", "paths": []}, "listed something"),
        ({"tool": "create_issue", "server": "github"}, "used “create issue” of github"),
        ({"tool": "edit_file", "outcome": "waiting"}, "wants to change a.md"),
        ({"tool": "edit_file", "outcome": "running"}, "changed a.md"),
        ({"tool": "edit_file", "outcome": "denied"}, "wanted to change a.md"),
        ({"tool": "edit_file", "outcome": "expired"}, "wanted to change a.md"),
        ({"tool": "edit_file", "outcome": "cancelled"}, "wanted to change a.md"),
        ({"tool": "edit_file", "outcome": "error"}, "tried to change a.md"),
        ({"tool": "edit_file", "outcome": "lost"}, "tried to change a.md"),
        ({"tool": "read_file", "paths": ["/a/b\nc"]}, "read b\u241ac"),
    ],
)
def test_a_record_reads_as_a_sentence(fields: dict[str, Any], what: str) -> None:
    assert words.sentence(record(**fields)).what == what


def test_a_question_says_what_is_wanted() -> None:
    assert words.sentence(record(tool="edit_file"), wanted=True).what == "change a.md"


@pytest.mark.parametrize(
    ("client", "name"),
    [
        ("claude-ai 0.1.0", "Claude Desktop"),
        ("claude-code 2.1", "Claude Code"),
        ("doorkeep 0.1.0", "Doorkeep (by hand)"),
        ("Zed 1", "Zed"),
        ("", "An app"),
    ],
)
def test_clients_are_called_as_people_call_them(client: str, name: str) -> None:
    assert words.client_name(client) == name


@pytest.mark.parametrize(
    ("fields", "word", "tone"),
    [
        ({"outcome": "ok", "decision": "allowed", "by": "policy"}, "Allowed", "allowed"),
        ({"outcome": "ok", "decision": "allowed", "by": "user"}, "You allowed", "allowed"),
        ({"outcome": "denied", "decision": "denied"}, "Denied", "denied"),
        ({"outcome": "waiting"}, "Waiting", "asked"),
        ({"outcome": "running"}, "Running", "accent"),
        ({"outcome": "error"}, "Failed", "error"),
        ({"outcome": "lost"}, "Lost", "error"),
        ({"outcome": "expired"}, "No answer", "denied"),
        ({"outcome": "cancelled"}, "Cancelled", "muted"),
    ],
)
def test_a_chip_says_what_was_decided(fields: dict[str, Any], word: str, tone: str) -> None:
    assert words.decision(record(**fields))[:2] == (word, tone)


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0"), (999, "999"), (1000, "1\u202f000"), (1_234_567, "1\u202f234\u202f567"), (-1000, "-1\u202f000")],
)
def test_numbers_are_grouped_in_no_language(count: int, said: str) -> None:
    assert words.number(count) == said


@given(st.text())
def test_nothing_that_could_fool_a_line_stays(text: str) -> None:
    shown = words.visible(text)
    assert len(shown) <= 200
    assert not any(char in shown for char in "\n\r\u202e\u200b\u2066\0")


@pytest.mark.parametrize(
    ("ms", "said"), [(None, ""), (0.2, "< 1 ms"), (12.4, "12 ms"), (1500, "1.5 s"), (120_000, "2 min")]
)
def test_durations(ms: float | None, said: str) -> None:
    assert words.duration(ms) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "just now"), (4, "4 s ago"), (130, "2 min ago"), (7200, "2 h ago"), (200_000, "2 days ago")],
)
def test_times(seconds: float, said: str) -> None:
    assert words.ago(seconds) == said

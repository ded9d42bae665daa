"""The words of the Folders page."""

from __future__ import annotations

import time

import pytest

from app.core.journal.record import CallRecord, timestamp
from app.ui.folders import telling
from app.ui.folders.facts import Lately


def record(outcome: str) -> CallRecord:
    at = timestamp(1_700_000_000_000)
    return CallRecord(1, at, "claude-ai 1", server="filesystem", tool="read_file", paths=["/d/a.md"], outcome=outcome)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Lately(), "Nothing has happened here yet."),
        (Lately(record("ok"), 3), "Claude Desktop read a.md, 5 s ago · 3 calls today"),
        (Lately(record("denied"), 1), "Claude Desktop wanted to read a.md and was refused, 5 s ago · 1 call today"),
        (Lately(record("waiting"), 100), "Claude Desktop wants to read a.md, 5 s ago · 100 or more calls today"),
        (Lately(record("ok")), "Claude Desktop read a.md, 5 s ago · none today"),
    ],
)
def test_what_happened_is_one_sentence(qapp, found: Lately, expected: str) -> None:
    assert telling.lately(found, 1_700_000_005) == expected


def test_each_choice_explains_itself(qapp) -> None:
    assert [choice.value for choice in telling.choices()] == ["off", "read", "ask", "write"]
    assert all(choice.explained.endswith(".") for choice in telling.choices())


@pytest.mark.parametrize(
    ("found", "revealed", "more", "expected"),
    [
        (0, 0, False, "No likely secrets found"),
        (0, 0, True, "No likely secrets in the part looked at"),
        (1, 0, False, "1 likely secret kept closed"),
        (4, 2, True, "4 or more likely secrets, 2 revealed"),
    ],
)
def test_what_is_kept_closed_is_said(qapp, found: int, revealed: int, more: bool, expected: str) -> None:
    assert telling.kept_closed(found, revealed, more) == expected


def test_a_moment_that_cannot_be_read_is_left_out(qapp) -> None:
    odd = CallRecord(1, "yesterday", "claude-ai 1", server="filesystem", tool="read_file", paths=["/d/a.md"])
    assert telling.lately(Lately(odd, 1), time.time()) == "Claude Desktop read a.md · 1 call today"

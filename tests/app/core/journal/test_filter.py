"""The filter language, word by word."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.journal.filter import NAMES, Filter, FilterError, parse
from app.core.journal.record import CallRecord

NOW = time.mktime((2026, 7, 10, 12, 0, 0, 0, 0, -1))
HOUR = 3_600_000


def record(**given_: Any) -> CallRecord:
    facts: dict[str, Any] = {
        "client": "Claude Desktop 1.2.3", "server": "filesystem", "tool": "read_file", "folder": "/home/ann/Notes", "decision": "allowed",
        "by": "policy", "outcome": "ok", "session": "s1", "paths": ["/home/ann/Notes/Invoice.md"], "reason": "it may be read",
        "arguments": msgspec.Raw(b'{"path":"Invoice.md","query":"blue \\"sky\\""}'), "result_preview": "Total: 42", "change_id": "c-9",
    }  # fmt: skip
    return CallRecord(7, "2026-07-10T10:00:00.000Z", **(facts | given_))


@pytest.mark.parametrize(
    "expression",
    [
        "", "   ", "server:filesystem", "server:FILESYSTEM", "server:file*", "server:*system", "server:git server:filesystem",
        "-server:git", "tool:read_file", "tool:*_*", "tool:r*_*e", "client:claude", 'client:"Claude Desktop"', "client:1.2.3",
        "folder:/home/ann/Notes", "folder:/home/ann/Notes/", "folder:/home/ann", "folder:/", "folder:notes",
        "decision:allowed", "decision:ALLOWED", "-decision:denied", "by:policy", "outcome:ok", "outcome:ok outcome:error",
        "session:s1", "change:c-9", "change:*", "id:7", "id:007", "id:6 id:7", "invoice", "INVOICE total", '"blue \\"', 'sky',
        "-nothing", "text:invoice", 'text:"may be"', '"may be read"', "since:2026-07-10T10:00:00Z", "until:2026-07-10T10:00:00.001Z",
        "-change:c-1", "42",
    ],
)  # fmt: skip
def test_these_take_the_call(expression: str) -> None:
    assert parse(expression.replace('"blue \\"', "blue")).takes(record())


@pytest.mark.parametrize(
    "expression",
    [
        "server:git", "server:files", "server:*git*", "-server:filesystem", "-server:git -server:file*", "tool:read", "tool:read*x",
        "client:cursor", "-client:claude", "folder:/home/ann/Note", "folder:/home/ann/Notes/sub", "folder:ann", "decision:denied",
        "decision:undecided", "by:user", "outcome:error", "-outcome:ok", "session:S1", "change:c", "-change:*", "id:8", "-id:7",
        "nothing", "-invoice", "invoice nothing", "since:2026-07-10T10:00:00.001Z", "until:2026-07-10T10:00:00Z", "path", "Notes2",
    ],
)  # fmt: skip
def test_these_do_not(expression: str) -> None:
    assert not parse(expression).takes(record())


def test_undecided_is_a_call_without_a_decision() -> None:
    assert parse("decision:undecided").takes(record(decision=None))


def test_a_home_relative_folder_is_the_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert parse("folder:~/Notes").takes(record())
    assert parse("folder:~").takes(record())


def test_a_call_without_a_folder_lies_in_none() -> None:
    assert not parse("folder:/").takes(record(folder=None))


@pytest.mark.parametrize(
    ("value", "hours"),
    [("2h", 2), ("30m", 0.5), ("7200s", 2), ("1d", 24), ("1w", 168), ("today", 12), ("yesterday", 36), ("10:30", 1.5),
     ("2026-07-09", 36), ("2026-07-10T11:00", 1), ("2H", 2)],
)  # fmt: skip
def test_since_counts_back_from_now(value: str, hours: float) -> None:
    assert parse(f"since:{value}", NOW).since_ms == NOW * 1000 - hours * HOUR


@pytest.mark.parametrize(
    ("value", "hours"), [("today", -12), ("yesterday", 12), ("2026-07-09", 12), ("2h", 2), ("11:00", 1)]
)
def test_until_a_day_means_its_end(value: str, hours: float) -> None:
    assert parse(f"until:{value}", NOW).until_ms == NOW * 1000 - hours * HOUR


def test_of_several_bounds_the_narrowest_counts() -> None:
    assert parse("since:2h since:1h until:10m until:20m", NOW) == Filter(
        since_ms=round(NOW * 1000) - HOUR, until_ms=round(NOW * 1000) - HOUR // 3
    )


@pytest.mark.parametrize(
    ("expression", "at", "word", "says"),
    [
        ("outcome:ok decison:denied", 11, "decison:denied", "no filter"),
        ("http://example.com", 0, "http://example.com", "no filter"),
        ("since:foo", 0, "since:foo", "no moment"),
        ("x since:", 2, "since:", "no moment"),
        ("until:2026-13-01", 0, "until:2026-13-01", "no moment"),
        ("since:9999999d", 0, "since:9999999d", "no moment"),
        ("-since:2h", 0, "-since:2h", "turned round"),
        ("server:", 0, "server:", "says nothing"),
        ('a ""', 2, '""', "says nothing"),
        ("decision:maybe", 0, "decision:maybe", "no decision"),
        ("by:me", 0, "by:me", "no by"),
        ("outcome:fine", 0, "outcome:fine", "no outcome"),
        ("id:x", 0, "id:x", "no number"),
        ("id:²", 0, "id:²", "no number"),
        ('client:"Claude', 7, '"Claude', "not closed"),
    ],
)
def test_a_broken_expression_is_pointed_at(expression: str, at: int, word: str, says: str) -> None:
    with pytest.raises(FilterError, match=says) as failed:
        parse(expression, NOW)
    assert (failed.value.at, failed.value.word) == (at, word)
    assert failed.value.fix


WORDS = st.lists(
    st.tuples(st.sampled_from(["", "-"]), st.sampled_from([*(f"{name}:" for name in NAMES), "", "nonsense:"]), st.text(max_size=8)),
    max_size=4,
)  # fmt: skip


@given(st.text(max_size=30) | WORDS.map(lambda words: " ".join("".join(word) for word in words)))
def test_any_expression_is_read_or_refused_in_words_that_point_into_it(expression: str) -> None:
    failed: FilterError | None = None
    try:
        parse(expression, NOW).takes(record())
    except FilterError as error:
        failed = error
    assert failed is None or expression[failed.at :].startswith(failed.word)


@given(st.text(min_size=1, max_size=12).filter(lambda text: '"' not in text))
def test_what_stands_in_quotes_is_only_text(text: str) -> None:
    (condition,) = parse(f'"{text}"').rows
    assert (condition.name, condition.negated) == ("text", False)

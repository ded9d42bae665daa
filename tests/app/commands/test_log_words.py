"""How a record reads on a terminal."""

from __future__ import annotations

import time
import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commands.log_words import (
    UNBOUNDED,
    Lines,
    Style,
    client_name,
    duration,
    fitted,
    moment,
    page,
    verb_and_object,
    visible,
    width_of,
)
from app.core.journal.record import CallRecord, Event

PLAIN, COLOURED = Style(False), Style(True)


def record(**facts: object) -> CallRecord:
    given_ = {
        "client": "Claude Desktop 1.2.3", "server": "filesystem", "tool": "read_file", "paths": ["/home/ann/Notes/report.md"],
        "folder": "/home/ann/Notes", "decision": "allowed", "by": "policy", "outcome": "ok", "duration_ms": 0.42,
    }  # fmt: skip
    return CallRecord(7, "2026-07-01T08:00:00.000Z", **(given_ | facts))  # type: ignore[arg-type]


def test_a_line_says_who_did_what_to_what_and_how_it_went() -> None:
    parts = [part.strip() for part in Lines(UNBOUNDED, PLAIN).line(record()).split("  ") if part.strip()]
    at = moment("2026-07-01T08:00:00.000Z")
    assert parts == ["7", at, "Claude Desktop", "allowed", "0.4 ms", "read", "report.md", "/home/ann/Notes"]


@pytest.mark.parametrize(
    ("facts", "verb", "what"),
    [
        ({}, "read", "report.md"),
        ({"tool": "move_file", "paths": ["/a/x", "/b/y"]}, "move", "x → y"),
        ({"tool": "trash", "paths": ["/a/x", "/b/y", "/c/z"]}, "trash", "x and 2 more"),
        ({"tool": "list_directory", "paths": ["/a/b/"]}, "list", "b"),
        ({"tool": "list_directory", "paths": ["/"]}, "list", "/"),
        ({"server": "git", "tool": "git_log"}, "git log", "report.md"),
        ({"server": "hub", "tool": "add_issue", "paths": [], "arguments": msgspec.Raw(b'{"title":"Bug"}')}, "hub: add issue", "Bug"),
        ({"paths": [], "arguments": msgspec.Raw(b'{"n":1}')}, "read", ""),
        ({"paths": [], "arguments": msgspec.Raw(b"not json")}, "read", ""),
        ({"paths": ["/a/evil\u202egpj.exe"]}, "read", "evil<U+202E>gpj.exe"),
    ],
)  # fmt: skip
def test_what_was_done_in_words(facts: dict[str, object], verb: str, what: str) -> None:
    assert verb_and_object(record(**facts)) == (verb, what)


@pytest.mark.parametrize(
    ("facts", "state", "note"),
    [
        ({}, "allowed", "Notes"),
        ({"outcome": "denied", "reason": "outside every folder"}, "denied", "outside every folder"),
        ({"outcome": "error", "result_preview": "no such file"}, "error", "no such file"),
        ({"outcome": "expired", "reason": "no answer in time"}, "no answer", "no answer in time"),
        ({"outcome": "lost", "reason": "Doorkeep ended"}, "lost", "Doorkeep ended"),
        ({"outcome": "waiting", "duration_ms": None}, "waiting", "Notes"),
        ({"outcome": "cancelled"}, "cancelled", "Notes"),
        ({"outcome": "running", "duration_ms": None}, "running", "Notes"),
    ],
)
def test_each_outcome_has_its_word_and_its_reason(facts: dict[str, object], state: str, note: str) -> None:
    line = Lines(UNBOUNDED, PLAIN).line(record(**facts))
    assert f"  {state} " in line
    assert note in line.split("report.md")[1]


TEXTS = st.text(st.characters(codec=None), max_size=40)


@given(text=TEXTS)
def test_nothing_that_hides_or_turns_a_line_is_printed(text: str) -> None:
    shown = visible(text)
    assert all(
        sign == " " or unicodedata.category(sign)[0] not in "CZ" or unicodedata.category(sign) == "Zs" for sign in shown
    )


@given(text=TEXTS, width=st.integers(1, 60))
def test_fitted_text_has_exactly_its_width(text: str, width: int) -> None:
    shown = visible(text)
    assert width_of(fitted(shown, width)) == width
    assert width_of(fitted(shown, width, pad=False)) <= width


@given(width=st.integers(30, 200), name=TEXTS, client=TEXTS, reason=TEXTS, coloured=st.booleans())
def test_no_line_is_wider_than_its_terminal(width: int, name: str, client: str, reason: str, coloured: bool) -> None:
    found = record(paths=["/d/" + name], client=client, reason=reason, outcome="denied")
    plain = Lines(width, PLAIN, [found]).line(found)
    assert width_of(plain) <= width
    assert "\n" not in plain
    if coloured:
        bare = Lines(width, COLOURED, [found]).line(found)
        for code in ("2", "31", "0"):
            bare = bare.replace(f"\033[{code}m", "")
        assert bare == plain


def test_columns_stand_under_one_another() -> None:
    records = [
        record(),
        record(client="Cursor 1", tool="search_files"),
        record(outcome="cancelled", duration_ms=90_000.0),
    ]
    lines = Lines(120, PLAIN, records)
    assert len({lines.line(found).index("report.md") for found in records}) == 1


def test_colour_never_stands_alone() -> None:
    assert "denied" in Lines(120, COLOURED).line(record(outcome="denied"))


@pytest.mark.parametrize(
    ("client", "name"),
    [
        ("Claude Desktop 1.2.3", "Claude Desktop"),
        ("inspector", "inspector"),
        ("", "unknown"),
        ("My App", "My App"),
        ("x\n 1", "x\\n"),
    ],
)
def test_a_client_is_named_without_its_version(client: str, name: str) -> None:
    assert client_name(client) == name


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(None, ""), (0.42, "0.4 ms"), (12.3, "12 ms"), (1500.0, "1.5 s"), (150_000.0, "2 min")],
)
def test_a_time_is_told_in_the_unit_that_reads_best(milliseconds: float | None, words: str) -> None:
    assert duration(milliseconds) == words


def test_moments_of_other_days_carry_the_day() -> None:
    now = time.time()
    at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(now))
    assert len(moment(at, now)) == 8
    assert len(moment(at, now + 3 * 86_400)) in (12, 16)
    assert len(moment(at, now + 800 * 86_400)) == 16


def test_a_page_tells_everything_once() -> None:
    found = record(
        change_id="c-1", reason="the folder may be read", result_preview="one\ntwo\x1b[31m", result_bytes=1234,
        arguments=msgspec.Raw(b'{"path":"report.md"}'), approval_id="a-1",
    )  # fmt: skip
    text = "\n".join(page(found, [Event(1, 7, "opened", 0, b"{}"), Event(2, 7, "closed", 0, b"{}")], PLAIN))
    for part in (
        "doorkeep undo c-1",
        "1,234 bytes",
        "two<U+001B>[31m",
        '"path": "report.md"',
        "a-1",
        "opened (#1), closed (#2)",
    ):
        assert part in text
    assert "\x1b" not in text

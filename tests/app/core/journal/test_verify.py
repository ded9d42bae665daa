"""Whatever is done to the log behind the gateway's back is noticed and named."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.core.errors import JournalError
from app.core.journal.chain import link
from app.core.journal.database import database_of, witness_of
from app.core.journal.verify import verify
from app.core.journal.writer import Journal
from tests.fakes.calls import close_call, open_call, whole_call

Sql = Callable[..., list[Any]]


@pytest.fixture
def log(journals: Callable[..., Journal]) -> None:
    """Ten calls and the gateway gone."""
    journal = journals()
    for number in range(10):
        whole_call(journal, arguments={"path": f"/d/{number}"})
    journal.close()


def words(home: str) -> str:
    return "\n".join(finding.words for finding in verify(home).findings)


def test_an_untouched_log_is_whole(log: None, home: str) -> None:
    report = verify(home)
    assert (report.whole, report.calls, report.events, report.findings, report.notes) == (True, 10, 30, [], [])


def test_no_log_is_whole(home: str) -> None:
    assert verify(home).whole


def test_a_log_that_is_being_written_is_whole(journal: Journal, home: str) -> None:
    open_call(journal)
    whole_call(journal)
    assert verify(home).whole
    journal.derive(3)
    assert (verify(home).whole, verify(home).calls) == (True, 2)


def test_progress_reaches_its_end(log: None, home: str) -> None:
    seen: list[tuple[int, int]] = []
    verify(home, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (40, 40)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        ("UPDATE events SET body = replace(body, 'allowed', 'denied') WHERE seq = 5", "Event 5 of call 2 was changed"),
        ("UPDATE events SET call = 3 WHERE seq = 5", "Event 5 of call 3 was changed"),
        ("UPDATE events SET kind = 'closed' WHERE seq = 5", "Event 5 of call 2 was changed"),
        ("UPDATE events SET at_ms = at_ms + 1 WHERE seq = 5", "Event 5 of call 2 was changed"),
        ("UPDATE events SET hash = zeroblob(32) WHERE seq = 5", "Event 5 of call 2 was changed"),
        ("UPDATE events SET prev = zeroblob(32) WHERE seq = 5", "Event 5 of call 2 does not follow"),
        ("DELETE FROM events WHERE seq = 5", "Event 5 is missing"),
        ("DELETE FROM events WHERE seq BETWEEN 5 AND 7", "Events 5 to 7 are missing"),
        ("DELETE FROM events WHERE seq = 1", "begins with event 2"),
        ("DELETE FROM events WHERE seq = 30", "Event 30 is missing from the end"),
        ("DELETE FROM events WHERE seq > 20", "Events 21 to 30 are missing from the end"),
        ("DELETE FROM events", "Events 1 to 30 are missing from the end"),
        (
            "INSERT INTO events SELECT 31, call, kind, at_ms, body, prev, hash FROM events WHERE seq = 5",
            "Event 31 of call 2",
        ),
        ("UPDATE calls SET events = '[1,2,3]' WHERE id = 2", "The row of call 2|Call 2 stands"),
        ("UPDATE calls SET words = x'00' WHERE id = 4", "The row of call 4 differs"),
        ("UPDATE calls SET at_ms = 5 WHERE id = 4", "The row of call 4 differs"),
        ("UPDATE calls SET session = 'x' WHERE id = 4", "The row of call 4 differs"),
        ("UPDATE calls SET facet = 99 WHERE id = 4", "The row of call 4 differs"),
        ("UPDATE facets SET outcome = 'error'", "The row of call 1 differs"),
        ("UPDATE facets SET calls = calls + 1", "counts of the search index"),
        ("DELETE FROM calls WHERE id = 4", "a call is missing from it"),
        ("INSERT INTO calls VALUES(99, 1, 1, '', '', '[]', x'')", "Call 99 stands in the table"),
        ("UPDATE calls SET events = 'not json' WHERE id = 4", "Call 4 stands in the table"),
    ],
)
def test_tampering_is_named(log: None, home: str, sql: Sql, harm: str, says: str) -> None:
    sql(harm)
    found = words(home)
    assert any(part in found for part in says.split("|")), found


def test_two_events_that_change_places_are_named(log: None, home: str, sql: Sql) -> None:
    sql("UPDATE events SET seq = -1 WHERE seq = 5")
    sql("UPDATE events SET seq = 5 WHERE seq = 6")
    sql("UPDATE events SET seq = 6 WHERE seq = -1")
    assert "Event 5 of call 2" in words(home)


def test_an_event_rehashed_with_care_no_longer_fits_the_next(log: None, home: str, sql: Sql) -> None:
    seq, call, kind, at_ms, prev = sql("SELECT seq, call, kind, at_ms, prev FROM events WHERE seq = 5")[0]
    sql("UPDATE events SET body = ?, hash = ? WHERE seq = 5", b"{}", link(prev, seq, call, kind, at_ms, b"{}"))
    assert "Event 6 of call 2 does not follow" in words(home)


def test_the_last_event_rehashed_with_care_is_not_what_the_witness_saw(log: None, home: str, sql: Sql) -> None:
    seq, call, kind, at_ms, prev = sql("SELECT seq, call, kind, at_ms, prev FROM events WHERE seq = 30")[0]
    sql("UPDATE events SET body = ?, hash = ? WHERE seq = 30", b"{}", link(prev, seq, call, kind, at_ms, b"{}"))
    assert "not the one that was written" in words(home)


def test_an_older_copy_put_back_is_noticed_and_stays_noticed(journals: Callable[..., Journal], home: str) -> None:
    journal = journals()
    whole_call(journal)
    journal.close()
    path = Path(database_of(home))
    shutil.copy(path, path.with_name("copy"))
    again = journals()
    whole_call(again)
    again.close()
    path.with_name("copy").replace(path)
    assert "missing from the end" in words(home)
    journals().close()
    assert "missing from the end, though the machine did not stop" in words(home)


def test_a_log_that_was_deleted_is_noticed(log: None, home: str) -> None:
    Path(database_of(home)).unlink()
    assert "The log is gone: 30 events" in words(home)


def test_a_missing_witness_is_noticed(log: None, home: str) -> None:
    Path(witness_of(home)).unlink()
    assert "witness" in words(home)


def test_findings_are_bounded_and_counted(journals: Callable[..., Journal], home: str, sql: Sql) -> None:
    journal = journals()
    for _ in range(60):
        whole_call(journal)
    journal.close()
    sql("UPDATE events SET at_ms = 1")
    report = verify(home)
    assert (len(report.findings), report.more > 0) == (100, True)


def test_a_pruned_log_is_whole_and_says_so(journals: Callable[..., Journal], home: str) -> None:
    journal = journals()
    for _ in range(10):
        whole_call(journal)
    assert journal.prune(-1, limit=4) == 4
    report = verify(home)
    assert (report.findings, report.calls, report.notes) == ([], 6, ["Calls below 5 were removed by retention."])


def test_a_beginning_cut_off_by_hand_is_not_taken_for_retention(
    journals: Callable[..., Journal], home: str, sql: Sql
) -> None:
    journal = journals()
    for _ in range(10):
        whole_call(journal)
    journal.prune(-1, limit=4)
    journal.close()
    sql("DELETE FROM events WHERE call = 5")
    sql("DELETE FROM calls WHERE id = 5")
    assert "The log begins with event" in words(home)


def test_the_end_of_a_call_whose_beginning_was_pruned_is_no_finding(
    journals: Callable[..., Journal], home: str
) -> None:
    journal = journals()
    first, second = open_call(journal), open_call(journal)
    close_call(journal, first)
    close_call(journal, second)
    journal.commit()
    assert journal.prune(-1, limit=1) == 1
    report = verify(home)
    assert (report.findings, report.calls) == ([], 1)


def test_an_unreadable_file_is_said_in_words(log: None, home: str) -> None:
    Path(database_of(home)).write_bytes(b"no database " * 500)
    with pytest.raises(JournalError, match="damaged"):
        verify(home)


def test_a_table_rebuilt_from_the_events_is_whole_again(journals: Callable[..., Journal], home: str, sql: Sql) -> None:
    journal = journals()
    for _ in range(3):
        whole_call(journal)
    journal.close()
    sql("UPDATE calls SET words = x'00'")
    assert verify(home).table_differs
    (Path(home) / "journal" / "rebuild").touch()
    journals()
    assert verify(home).whole


COLUMNS = ["seq", "call", "kind", "at_ms", "body", "prev", "hash"]


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose log is never touched, only copied."""
    home = tmp_path_factory.mktemp("pristine")
    journal = Journal.open(str(home))
    for number in range(8):
        whole_call(journal, arguments={"path": f"/d/{number}"})
    journal.close()
    return home


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seq=st.integers(1, 24),
    column=st.sampled_from(COLUMNS),
    value=st.integers(-5, 50) | st.binary(max_size=40) | st.text(max_size=9),
)
def test_no_change_of_any_cell_goes_unnoticed(
    pristine: Path, tmp_path_factory: pytest.TempPathFactory, seq: int, column: str, value: Any
) -> None:
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(pristine / "journal", copy / "journal")
    db = sqlite3.connect(database_of(str(copy)), isolation_level=None)
    try:
        before = db.execute("SELECT * FROM events ORDER BY seq").fetchall()
        try:
            db.execute(f"UPDATE events SET {column} = ? WHERE seq = ?", (value, seq))
        except sqlite3.Error:
            assume(False)
        assume(db.execute("SELECT * FROM events ORDER BY seq").fetchall() != before)
    finally:
        db.close()
    assert not verify(str(copy)).whole

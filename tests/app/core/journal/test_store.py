"""The chain on the disk: opened whatever is found there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import JournalError
from app.core.journal import store as room
from app.core.journal.database import database_of, rebuild_mark
from app.core.journal.record import Event
from app.core.journal.verify import verify
from app.core.journal.writer import Journal
from tests.fakes.calls import open_call, whole_call

Open = Callable[..., Journal]


@pytest.fixture
def written(journals: Open) -> Open:
    """A log of two calls, closed."""
    journal = journals()
    whole_call(journal)
    whole_call(journal)
    journal.close()
    return journals


@pytest.mark.parametrize("damage", [b"", b"no database", b"\0" * 9000, b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_damaged_file_is_kept_and_a_new_log_begins_that_says_so(written: Open, home: str, damage: bytes) -> None:
    path = Path(database_of(home))
    path.write_bytes(damage)
    journal = written()
    assert whole_call(journal) == 3
    report = verify(home)
    if damage:
        (kept,) = [name for name in os.listdir(path.parent) if name.startswith("broken-") and name.endswith(".db")]
        assert (path.parent / kept).read_bytes() == damage
        assert (report.whole, kept in report.notes[0]) == (True, True)
    else:
        assert "Events 1 to 6 are missing" in report.findings[0].words


def test_a_page_damaged_in_the_middle_is_found_at_the_start(journals: Open, home: str) -> None:
    journal = journals()
    for _ in range(200):
        whole_call(journal)
    journal.close()
    path = Path(database_of(home))
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xaa" * (size - 4096))
    again = journals()
    assert whole_call(again) == 201
    assert "broken-" in verify(home).notes[0]


def test_a_log_that_cannot_be_begun_anew_is_said_in_words(
    written: Open, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(database_of(home)).write_bytes(b"no database")

    def fails(_path: str) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(room.database, "set_aside", fails)
    with pytest.raises(JournalError, match="cannot be begun"):
        written()
    monkeypatch.undo()
    assert whole_call(written()) == 3


def test_a_newer_file_is_left_alone(written: Open, home: str, sql: Callable[..., object]) -> None:
    sql("PRAGMA user_version=99")
    before = Path(database_of(home)).read_bytes()
    with pytest.raises(JournalError, match="newer"):
        written()
    assert Path(database_of(home)).read_bytes() == before


def test_events_are_written_all_or_none(journal: Journal) -> None:
    store = journal._store
    before = (store.seq, store.hash)
    events = [Event(0, 1, "opened", 1, b"{}") for _ in range(20)]
    events.append(Event(0, 1, "opened", 2**70, b"{}"))
    with pytest.raises(OverflowError):
        store.write(events)
    assert (store.seq, store.hash) == before
    assert store.db.execute("SELECT count(*) FROM events").fetchone() == (0,)


@pytest.mark.parametrize("count", [1, 8, 9, 100])
def test_any_number_of_events_is_chained(journal: Journal, home: str, count: int) -> None:
    for _ in range(count):
        open_call(journal, decision=None)
    journal.commit()
    assert (verify(home).events, verify(home).whole) == (count, True)


def test_the_mark_asks_for_a_table_made_anew_once(written: Open, home: str, sql: Callable[..., object]) -> None:
    sql("UPDATE calls SET words = x'00'")
    Path(rebuild_mark(home)).touch()
    written()
    assert verify(home).whole
    assert not os.path.exists(rebuild_mark(home))


def test_a_table_not_yet_derived_at_a_kill_is_derived_at_the_next_start(home: str, journals: Open) -> None:
    script = (
        "import os, sys; sys.path[:0] = ['.']\n"
        "from tests.fakes.calls import whole_call\nfrom app.core.journal.writer import Journal\n"
        f"journal = Journal.open({home!r})\nfor _ in range(50): whole_call(journal)\nos._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 9
    journal = journals()
    assert journal._store.derivation.through == journal._store.seq == 150
    assert journal.recovered == []
    assert verify(home).whole

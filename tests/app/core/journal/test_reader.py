"""Reading while the gateway writes, before it has written anything, and after it was killed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import JournalError
from app.core.journal import reader as reader_room
from app.core.journal.database import database_of
from app.core.journal.reader import Cancelled, Reader
from app.core.journal.writer import Journal
from tests.fakes.calls import close_call, open_call, whole_call


@pytest.fixture
def reader(home: str):
    with Reader(home) as reader:
        yield reader


def test_no_log_yet_is_an_empty_log(reader: Reader, home: str) -> None:
    assert (reader.query().records, reader.show(1), reader.cursor(), reader.count(), reader.known("client")) == (
        [],
        None,
        0,
        0,
        [],
    )
    assert reader.changes(0).records == []
    assert os.listdir(home) == []


def test_a_log_that_begins_later_is_seen(reader: Reader, journals: Callable[..., Journal]) -> None:
    assert reader.query().records == []
    whole_call(journals())
    assert [record.id for record in reader.query().records] == [1]


def test_records_come_newest_first(reader: Reader, journal: Journal) -> None:
    for _ in range(5):
        whole_call(journal)
    assert [record.id for record in reader.query(limit=3).records] == [5, 4, 3]


def test_pages_join_without_gap_or_repeat(reader: Reader, journal: Journal) -> None:
    for number in range(25):
        whole_call(journal)
        if number == 12:
            journal.derive()
    seen: list[int] = []
    before: int | None = None
    while page := reader.query(limit=4, before=before).records:
        seen += [record.id for record in page]
        before = seen[-1]
    assert seen == list(range(25, 0, -1))


def test_an_answer_is_complete_before_the_table_has_caught_up(reader: Reader, journal: Journal) -> None:
    running = open_call(journal)
    journal.commit()
    journal.derive()
    close_call(journal, running, "error")
    journal.commit()
    assert [record.id for record in reader.query("outcome:error").records] == [running]
    assert reader.query("outcome:running").records == []


def test_a_call_is_shown_with_all_its_events(reader: Reader, journal: Journal) -> None:
    call = open_call(journal)
    journal.commit()
    journal.derive()
    close_call(journal, call)
    journal.commit()
    found = reader.show(call)
    assert found is not None
    assert ([event.kind for event in found[1]], found[0].outcome) == (["opened", "decided", "closed"], "ok")


def test_changes_are_told_once(reader: Reader, journal: Journal) -> None:
    first = open_call(journal)
    journal.commit()
    one = reader.changes(0)
    close_call(journal, first)
    second = open_call(journal)
    journal.commit()
    two = reader.changes(one.cursor)
    assert [(record.id, record.outcome) for record in one.records] == [(first, "running")]
    assert [(record.id, record.outcome) for record in two.records] == [(first, "ok"), (second, "running")]
    assert reader.changes(two.cursor).records == []


def test_changes_go_on_where_a_limit_cut_them(reader: Reader, journal: Journal) -> None:
    for _ in range(10):
        whole_call(journal)
    seen: list[int] = []
    cursor = 0
    while (changes := reader.changes(cursor, limit=7)).cursor != cursor:
        seen += [record.id for record in changes.records]
        cursor = changes.cursor
    assert sorted(set(seen)) == list(range(1, 11))


def test_changes_start_over_when_a_new_log_began(reader: Reader, journal: Journal) -> None:
    whole_call(journal)
    assert [record.id for record in reader.changes(999).records] == [1]


def test_changes_obey_the_filter(reader: Reader, journal: Journal) -> None:
    whole_call(journal, server="git")
    whole_call(journal, server="notes")
    assert [record.server for record in reader.changes(0, "server:git").records] == ["git"]


def test_a_walk_visits_every_call_in_order(reader: Reader, journal: Journal) -> None:
    for _ in range(23):
        whole_call(journal)
    assert [record.id for record in reader.walk(step=5)] == list(range(1, 24))


def test_known_values_are_those_of_the_newest_calls_first(reader: Reader, journal: Journal) -> None:
    for server in ("git", "notes", "git", "filesystem"):
        whole_call(journal, server=server)
    journal.derive()
    assert reader.known("server") == ["filesystem", "git", "notes"]


def test_only_facets_are_known(reader: Reader) -> None:
    with pytest.raises(ValueError, match="words"):
        reader.known("words")


def test_reading_holds_nothing_up_between_two_parts(reader: Reader, journal: Journal) -> None:
    for _ in range(5):
        whole_call(journal)
    parts = reader.search("done")
    next(parts)
    assert journal._store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    parts.close()


def test_reading_can_be_cancelled_from_another_thread(
    reader: Reader, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_call(journal)
    reader.query()
    started = threading.Event()

    def endless(*_given: object, **_named: object):
        started.set()
        assert reader._db is not None
        reader._db.execute(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        ).fetchall()
        yield None

    monkeypatch.setattr(reader_room.select, "slices", endless)

    def cancel() -> None:
        started.wait(20)
        while thread_ended.wait(0.01) is False:
            reader.cancel()

    thread_ended = threading.Event()
    thread = threading.Thread(target=cancel)
    thread.start()
    try:
        with pytest.raises(Cancelled):
            reader.query("blue")
    finally:
        thread_ended.set()
        thread.join(20)


def test_a_reader_cannot_write(reader: Reader, journal: Journal) -> None:
    whole_call(journal)
    reader.query()
    assert reader._db is not None
    with pytest.raises(Exception, match=r"readonly|read-only"):
        reader._db.execute("DELETE FROM events")


def test_a_damaged_log_is_said_in_words(reader: Reader, home: str) -> None:
    path = Path(database_of(home))
    path.parent.mkdir()
    path.write_bytes(b"no database " * 1000)
    with pytest.raises(JournalError, match="damaged"):
        reader.query()


def test_a_log_that_began_anew_is_read_from_its_new_file(
    reader: Reader, journals: Callable[..., Journal], home: str
) -> None:
    first = journals()
    whole_call(first)
    assert len(reader.query().records) == 1
    first.close()
    for path in (Path(home) / "journal").iterdir():
        path.unlink()
    second = journals()
    whole_call(second, server="git")
    assert [record.server for record in reader.query().records] == ["git"]

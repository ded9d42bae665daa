"""An index file is made where there is none, and is never taken for one of another version."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from servers.notes.index.database import Connection, Damaged, Error, is_busy, is_damage


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "a.db")


def test_a_new_file_has_the_tables(file: str) -> None:
    db = Connection(file, writes=True)
    assert db.one("SELECT count(*) FROM files") == 0
    db.close()


def test_several_that_make_one_file_at_once_wait_for_each_other(tmp_path: Path) -> None:
    """Without the wait about one file in fifty is refused as locked."""
    refused: list[Exception] = []

    def make(path: str, together: threading.Barrier) -> None:
        together.wait(30)
        try:
            Connection(path, writes=True).close()
        except Error as error:
            refused.append(error)

    for number in range(100):
        together = threading.Barrier(4)
        makers = [threading.Thread(target=make, args=(str(tmp_path / f"{number}.db"), together)) for _ in range(4)]
        for maker in makers:
            maker.start()
        for maker in makers:
            maker.join(60)
    assert refused == []


def test_what_is_no_database_is_damaged(file: str) -> None:
    Path(file).write_bytes(b"no database at all, but longer than a header would be, to be sure of it" * 20)
    with pytest.raises(Error) as caught:
        Connection(file, writes=True)
    assert is_damage(caught.value)
    assert not is_busy(caught.value)


def test_another_version_is_refused(file: str) -> None:
    db = Connection(file, writes=True)
    db.set("version", 999)
    db.close()
    with pytest.raises(Damaged, match="version") as caught:
        Connection(file, writes=True)
    assert is_damage(caught.value)


def test_a_full_disk_is_no_damage() -> None:
    assert not is_damage(sqlite3.OperationalError("database or disk is full"))


def test_a_transaction_that_fails_leaves_nothing(file: str) -> None:
    db = Connection(file, writes=True)

    def fail() -> None:
        with db.transaction():
            db.set("x", 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert db.get("x") is None
    db.close()


def test_a_reader_cannot_write(file: str) -> None:
    Connection(file, writes=True).close()
    db = Connection(file, writes=False)
    with pytest.raises(Error):
        db.set("x", 1)
    db.close()


def test_a_question_that_nobody_wants_any_more_is_broken_off(file: str) -> None:
    db = Connection(file, writes=True)
    db.watched_by(lambda: True)
    forever = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(Error) as caught:
        db.one(forever)
    assert is_busy(caught.value)
    db.close()

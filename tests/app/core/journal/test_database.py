"""The file: its schema and versions, and what becomes of one that cannot be used."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import JournalError
from app.core.journal import database


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "calls.db")


@pytest.fixture
def db(path: str) -> Iterator[sqlite3.Connection]:
    db = database.open_for_writing(path, 1000)
    yield db
    db.close()


def version(db: sqlite3.Connection) -> int:
    return db.execute("PRAGMA user_version").fetchone()[0]


def test_a_new_file_has_the_newest_version(db: sqlite3.Connection) -> None:
    assert version(db) == len(database.MIGRATIONS)


def test_opening_again_changes_nothing(db: sqlite3.Connection, path: str) -> None:
    db.execute("INSERT INTO state VALUES('derived', 7)")
    again = database.open_for_writing(path, 1000)
    assert again.execute("SELECT value FROM state").fetchall() == [(7,)]
    again.close()


def test_migrations_run_once_each_in_order(db: sqlite3.Connection) -> None:
    later = (*database.MIGRATIONS, "CREATE TABLE one(x);", "INSERT INTO one VALUES(5);")
    database.migrate(db, later)
    database.migrate(db, later)
    assert (version(db), db.execute("SELECT x FROM one").fetchall()) == (len(later), [(5,)])


def test_a_migration_that_fails_leaves_the_version_before_it(db: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.Error):
        database.migrate(db, (*database.MIGRATIONS, "CREATE TABLE one(x); CREATE TABLE one(x);"))
    assert version(db) == len(database.MIGRATIONS)
    assert not db.in_transaction
    assert db.execute("SELECT name FROM sqlite_master WHERE name = 'one'").fetchall() == []


@pytest.mark.parametrize("opens", [lambda path: database.open_for_writing(path, 1000), database.open_for_reading])
def test_a_newer_versions_file_is_refused_with_words(db: sqlite3.Connection, path: str, opens: object) -> None:
    db.execute("PRAGMA user_version=99")
    with pytest.raises(JournalError, match=r"newer Doorkeep.*number 99"):
        opens(path)  # type: ignore[operator]


@pytest.mark.parametrize("name", ["a b.db", "50%.db", "what?.db", "no#1.db", "ü.db"])
def test_any_path_can_be_opened_for_reading(tmp_path: Path, name: str) -> None:
    path = str(tmp_path / name)
    database.open_for_writing(path, 1000).close()
    db = database.open_for_reading(path)
    assert version(db) == len(database.MIGRATIONS)
    db.close()


def test_reading_never_makes_a_file(path: str) -> None:
    with pytest.raises(sqlite3.Error):
        database.open_for_reading(path)
    assert not os.path.exists(path)


def test_a_file_set_aside_keeps_its_companions_beside_it(tmp_path: Path, path: str) -> None:
    for end in ("", "-wal", "-shm"):
        Path(path + end).write_text(end)
    first = database.set_aside(path)
    Path(path).write_text("second")
    second = database.set_aside(path)
    assert {name: (tmp_path / name).read_text() for name in os.listdir(tmp_path)} == {
        first: "", f"{first}-wal": "-wal", f"{first}-shm": "-shm", second: "second",
    }  # fmt: skip


def test_a_file_that_is_gone_already_needs_no_new_name(path: str) -> None:
    assert database.set_aside(path) == ""


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (sqlite3.SQLITE_BUSY, "locked"),
        (sqlite3.SQLITE_LOCKED, "locked"),
        (sqlite3.SQLITE_BUSY | 2 << 8, "locked"),
        (sqlite3.SQLITE_FULL, "cannot grow"),
        (sqlite3.SQLITE_READONLY, "cannot be written"),
        (sqlite3.SQLITE_CANTOPEN, "cannot be written"),
        (sqlite3.SQLITE_CONSTRAINT, "Another program wrote"),
        (sqlite3.SQLITE_IOERR, "failed"),
    ],
)
def test_each_failure_has_its_words_and_its_remedy(code: int, says: str) -> None:
    error = sqlite3.OperationalError("reason")
    error.sqlite_errorcode = code  # type: ignore[misc]
    found = database.in_words(error)
    assert says in found.title
    assert found.fix

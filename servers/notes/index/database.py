"""One index file: its tables, and the connections to it. It is a cache: whatever is wrong with it, it is thrown away and made anew.

`files` has a row for each file of the vault; a note's row has the id of its words in the full-text table `words`. That table
keeps no text of its own, so a note that changed gets a new id, and what the old one left behind is passed over until the index
is made anew. Ids grow with the time of change, so the newest notes are those with the highest.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Any

VERSION = 2
"""Of the tables and of what is put into them; another version's file is not opened."""
_BUSY_SECONDS = 5.0
_SWITCHING_SECONDS = 0.005
_CACHE_KIB = 2000
_BUILD_CACHE_KIB = 16_000
_STEPS = 20_000
"""Instructions of SQLite's machine between two looks at whether the question is still wanted: less than a millisecond."""

_TABLES = """
CREATE TABLE facts(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE folders(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, mtime INTEGER NOT NULL);
CREATE TABLE found(folder INTEGER, name TEXT, key TEXT, note INTEGER, ino INTEGER, size INTEGER, mtime INTEGER);
CREATE TABLE files(
    id INTEGER PRIMARY KEY AUTOINCREMENT, folder INTEGER NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL,
    note INTEGER NOT NULL, ino INTEGER NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL, state INTEGER NOT NULL);
CREATE UNIQUE INDEX files_by_place ON files(folder, name);
CREATE INDEX files_by_key ON files(key);
CREATE INDEX files_waiting ON files(id) WHERE state = 0 AND note = 1;
CREATE TABLE aliases(key TEXT NOT NULL, file INTEGER NOT NULL, alias TEXT NOT NULL, PRIMARY KEY(key, file)) WITHOUT ROWID;
CREATE INDEX aliases_by_file ON aliases(file);
CREATE TABLE tags(key TEXT NOT NULL, file INTEGER NOT NULL, tag TEXT NOT NULL, PRIMARY KEY(key, file)) WITHOUT ROWID;
CREATE TABLE properties(name TEXT NOT NULL, value NOT NULL, file INTEGER NOT NULL, PRIMARY KEY(name, value, file)) WITHOUT ROWID;
CREATE TABLE links(key TEXT NOT NULL, file INTEGER NOT NULL, target TEXT NOT NULL, PRIMARY KEY(key, file, target)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(title, tags, path, body, content='', tokenize='unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row);
"""

WAITING, INDEXED, UNREADABLE = 0, 1, 2
"""The states of a file's row: its words are not in yet, they are, or the system did not let it be read."""

Error = sqlite3.Error


class Damaged(sqlite3.DatabaseError):
    """The file is an index, but not one of this version's."""


class Connection:
    """A connection that several threads use in turn; whoever uses it holds the lock that belongs to it."""

    def __init__(self, path: str, *, writes: bool) -> None:
        """Open the file, and make it where it is not there. Raises Error."""
        self._db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            self.run(f"PRAGMA cache_size = -{_CACHE_KIB}")
            self.run("PRAGMA temp_store = MEMORY")  # a confined process may write nowhere else
            if writes:
                self._prepare()
            else:
                self.run("PRAGMA query_only = ON")
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        self._log_ahead()
        self.run("PRAGMA synchronous = NORMAL")
        self.run("PRAGMA journal_size_limit = 4000000")
        with self.transaction():
            if not self.one("SELECT count(*) FROM sqlite_master WHERE name = 'facts'"):
                for statement in _TABLES.split(";\n"):
                    if statement.strip():
                        self.run(statement)
                self.set("version", VERSION)
            elif self.get("version") != VERSION:
                raise Damaged("another version's index")

    def _log_ahead(self) -> None:
        """Switch a new file to WAL. SQLite waits for nobody here, so that two processes which open one at once must do it."""
        end = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                self.run("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if not is_busy(error) or time.monotonic() > end:
                    raise
            time.sleep(_SWITCHING_SECONDS)

    def close(self) -> None:
        """Close it; a second time does nothing."""
        self._db.close()

    def run(self, sql: str, arguments: Any = ()) -> sqlite3.Cursor:
        """One statement."""
        return self._db.execute(sql, arguments)

    def rows(self, sql: str, arguments: Any = ()) -> list[Any]:
        """All rows of a question."""
        return self._db.execute(sql, arguments).fetchall()

    def one(self, sql: str, arguments: Any = ()) -> Any:
        """The first column of the first row, or None."""
        row = self._db.execute(sql, arguments).fetchone()
        return row[0] if row is not None else None

    def many(self, sql: str, rows: Any) -> None:
        """One statement for each of several rows of arguments."""
        self._db.executemany(sql, rows)

    def get(self, name: str) -> Any:
        """A fact about the index, or None."""
        return self.one("SELECT value FROM facts WHERE name = ?", (name,))

    def set(self, name: str, value: Any) -> None:
        """Put a fact in."""
        self.run("INSERT OR REPLACE INTO facts VALUES(?, ?)", (name, value))

    def transaction(self) -> Transaction:
        """All of what is done within, or nothing of it. Waits for another writer, at most _BUSY_SECONDS."""
        return Transaction(self._db)

    def watched_by(self, stop: Callable[[], bool] | None) -> None:
        """Have `stop` asked again and again during questions; where it says so, the question ends with Error."""
        self._db.set_progress_handler(stop, _STEPS if stop is not None else 0)

    def build_fast(self, on: bool) -> None:
        """While an index is made that is thrown away if the making is broken off: no waiting for the disk, and more memory."""
        self.run(f"PRAGMA synchronous = {'OFF' if on else 'NORMAL'}")
        self.run(f"PRAGMA cache_size = -{_BUILD_CACHE_KIB if on else _CACHE_KIB}")
        if not on:
            self.run("PRAGMA wal_checkpoint(TRUNCATE)")
            self.run("PRAGMA shrink_memory")


class Transaction:
    """`with`: BEGIN IMMEDIATE, and COMMIT or ROLLBACK at its end."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._db.execute("COMMIT")
        elif self._db.in_transaction:
            self._db.execute("ROLLBACK")


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another process holds the file at the moment, or the question was broken off: nothing is wrong with the index."""
    return isinstance(error, sqlite3.OperationalError) and any(
        word in str(error) for word in ("locked", "busy", "interrupted")
    )


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is broken, or no index at all: making it anew helps. A full disk, say, is something else."""
    if not isinstance(error, sqlite3.OperationalError):
        return isinstance(error, sqlite3.DatabaseError)
    return any(word in str(error) for word in ("no such table", "no such column", "malformed", "disk I/O"))

"""The log's database file: where it lies, how it is opened, its schema and numbered migrations.

`events` is the log. Everything else is derived from it and can be rebuilt. A file that cannot be read is kept under another
name, never deleted.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time

from app.core.errors import JournalError

PAGE = 4096
BUSY_MS = 200
"""How long the gateway's thread waits for a lock that another program holds."""

_EVENTS = """
CREATE TABLE events(
    seq INTEGER PRIMARY KEY,
    call INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    body BLOB NOT NULL,
    prev BLOB NOT NULL,
    hash BLOB NOT NULL);
CREATE TABLE state(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""

DERIVED = """
CREATE TABLE facets(
    no INTEGER PRIMARY KEY,
    client TEXT NOT NULL,
    server TEXT NOT NULL,
    tool TEXT NOT NULL,
    folder TEXT NOT NULL,
    decision TEXT NOT NULL,
    by TEXT NOT NULL,
    outcome TEXT NOT NULL,
    calls INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    UNIQUE(client, server, tool, folder, decision, by, outcome));
CREATE TABLE calls(
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    facet INTEGER NOT NULL,
    session TEXT NOT NULL,
    change_id TEXT NOT NULL,
    events TEXT NOT NULL,
    words BLOB NOT NULL);
CREATE INDEX calls_by_facet ON calls(facet, id, at_ms);
CREATE TABLE spans(block INTEGER PRIMARY KEY, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL);
"""
"""`facets`: each combination of the words that calls are filtered by, once, with how many calls have it and the newest of
them. `calls.events` is a JSON list of `events.seq`, the first of them the one that opened the call; `words` is what a text search reads.
`spans`: the earliest and latest moment in each block of 1,024 ids, since a clock may step back and ids do not."""

MIGRATIONS = (_EVENTS + DERIVED,)
"""Script n takes a file from version n to n + 1 (PRAGMA user_version)."""


def folder_of(home: str) -> str:
    """The log's folder below `home`."""
    return os.path.join(home, "journal")


def database_of(home: str) -> str:
    """The log's database file."""
    return os.path.join(home, "journal", "calls.db")


def witness_of(home: str) -> str:
    """The file that says which event was written last."""
    return os.path.join(home, "journal", "head")


def ahead_of(home: str) -> str:
    """The file in front of the log: events that are written there first."""
    return os.path.join(home, "journal", "ahead")


def rebuild_mark(home: str) -> str:
    """The file whose presence asks the next start to fold every event into the derived table again."""
    return os.path.join(home, "journal", "rebuild")


def ask_rebuild(home: str) -> None:
    """Leave the mark, where the folder can be written."""
    with contextlib.suppress(OSError):
        os.close(os.open(rebuild_mark(home), os.O_WRONLY | os.O_CREAT, 0o600))


def open_for_writing(path: str, max_pages: int) -> sqlite3.Connection:
    """The one writing connection, migrated. Raises sqlite3.Error, or JournalError for a newer version's file."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, cached_statements=64)
    try:
        check_version(db)
        if not db.execute("PRAGMA page_count").fetchone()[0]:
            db.execute(f"PRAGMA page_size={PAGE}")
            db.execute("PRAGMA auto_vacuum=INCREMENTAL")
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute("PRAGMA wal_autocheckpoint=4000")
        db.execute("PRAGMA journal_size_limit=16777216")
        db.execute("PRAGMA temp_store=MEMORY")
        db.execute(f"PRAGMA max_page_count={max_pages}")
        migrate(db)
    except BaseException:
        db.close()
        raise
    return db


def migrate(db: sqlite3.Connection, migrations: tuple[str, ...] = MIGRATIONS) -> None:
    """Bring an older file, or an empty one, to this version; each step in a transaction of its own."""
    version = check_version(db, len(migrations))
    for number in range(version, len(migrations)):
        try:
            db.executescript(f"BEGIN IMMEDIATE; {migrations[number]} PRAGMA user_version={number + 1}; COMMIT;")
        except sqlite3.Error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def check_version(db: sqlite3.Connection, newest: int = len(MIGRATIONS)) -> int:
    """The file's version. Raises JournalError when it is newer than `newest`."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > newest:
        raise JournalError(
            "The call log was written by a newer Doorkeep.",
            f"Its form is number {version}; this Doorkeep knows up to {newest}.",
            "Install the newer Doorkeep again, or move the folder 'journal' in Doorkeep's home away to begin a new log.",
        )
    return version


def open_for_reading(path: str, busy_ms: int = 1000) -> sqlite3.Connection:
    """A connection that cannot write. Raises sqlite3.Error, or JournalError for a newer version's file."""
    db = sqlite3.connect(
        _uri(path),
        uri=True,
        check_same_thread=False,
        timeout=busy_ms / 1000,
        isolation_level=None,
        cached_statements=64,
    )
    try:
        db.execute("PRAGMA query_only=1")
        db.execute("PRAGMA temp_store=MEMORY")
        check_version(db)
    except BaseException:
        db.close()
        raise
    return db


def _uri(path: str) -> str:
    slashed = path.replace(os.sep, "/")
    for sign, code in (("%", "%25"), ("?", "%3f"), ("#", "%23")):
        slashed = slashed.replace(sign, code)
    return f"file:{slashed if slashed.startswith('/') else '/' + slashed}?mode=ro"


def is_broken(error: sqlite3.Error) -> bool:
    """True when the file itself is damaged: not a database, or malformed."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_full(error: sqlite3.Error) -> bool:
    """True when the disk or the file's own bound is reached."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL


def set_aside(path: str) -> str:
    """Rename the database with its companions; gives the new name, or "" where it is gone. Raises OSError."""
    stem = os.path.join(os.path.dirname(path), time.strftime("broken-%Y%m%d-%H%M%S", time.gmtime()))
    kept, number = f"{stem}.db", 1
    while os.path.lexists(kept):
        number += 1
        kept = f"{stem}-{number}.db"
    for companion in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.rename(path + companion, kept + companion)
    try:
        os.rename(path, kept)
    except FileNotFoundError:
        return ""
    return os.path.basename(kept)


def in_words(error: sqlite3.Error) -> JournalError:
    """What a database error means for a person."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return JournalError(
            "The call log is locked by another program.",
            "A call that cannot be recorded is not let through.",
            "Close the program that has Doorkeep's calls.db open, then try again.",
        )
    if code == sqlite3.SQLITE_FULL:
        return JournalError(
            "The call log cannot grow: the disk, or the log's own bound, is full.",
            "A call that cannot be recorded is not let through.",
            "Free some space, or shorten the log: doorkeep log prune",
        )
    if code == sqlite3.SQLITE_CONSTRAINT:
        return JournalError(
            "Another program wrote into the call log.",
            "Doorkeep's own numbers no longer fit; nothing of the log was overwritten.",
            "Restart Doorkeep, then look with: doorkeep log verify",
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        return JournalError(
            "The call log cannot be written.",
            f"{error}. A call that cannot be recorded is not let through.",
            "Make Doorkeep's home writable for your user.",
        )
    return JournalError("The call log failed.", f"{error}.", "Run: doorkeep doctor")

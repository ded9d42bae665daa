"""The chain on the disk, open for writing: the database, the witness beside it, the thread that carries both to the disk.

What cannot be read is kept under another name and a new chain begins, which says so first.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence

from app.core.errors import JournalError
from app.core.journal import database, recovery
from app.core.journal.ahead import Ahead
from app.core.journal.bounds import written
from app.core.journal.chain import GENESIS, link
from app.core.journal.derive import Derivation
from app.core.journal.head import Head
from app.core.journal.keeper import Keeper
from app.core.journal.record import Body, Event, JournalNote, write_body

ONE_STATEMENT = 8
"""Up to so many events go in one statement, which is its own transaction."""
STEP = 4096
"""Events derived in one transaction while nobody waits for a call."""
REMOVED = "The log's file was removed or replaced while Doorkeep ran."

_MARKS = "(?,?,?,?,?,?,?)"
_INSERT = {n: f"INSERT INTO events VALUES {','.join([_MARKS] * n)}" for n in range(1, ONE_STATEMENT + 1)}  # noqa: S608 - marks


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def noted(kind: str, note: JournalNote) -> Event:
    """An event of the journal itself, of this moment."""
    return Event(0, 0, kind, now_ms(), write_body(note))


class Store:
    """`seq` and `hash` are the newest event's; `call` is the highest id ever given; `recovered` the calls found open."""

    def __init__(self, home: str, head: Head, max_pages: int) -> None:
        """Open, and close what an earlier gateway left open. Raises JournalError."""
        self._path = database.database_of(home)
        self._mark = database.rebuild_mark(home)
        self._head = head
        self._max_pages = max_pages
        self._keeper: Keeper | None = None
        self._inode = 0
        self._flushed = 0
        self._ahead = Ahead(database.ahead_of(home))
        self.seq = 0
        self.hash = GENESIS
        self.call = head.found.call if head.found else 0
        self.recovered: list[int] = []
        try:
            self._begin()
        except BaseException:
            self.disconnect()
            self._ahead.close(empty=False)
            raise

    def _begin(self) -> None:
        try:
            self._load()
            self._recover()
        except sqlite3.Error as error:
            self.disconnect()
            if not database.is_broken(error):
                raise database.in_words(error) from error
            self.begin_afresh(str(error), [])
            self._take_ahead()
            self._close_open(None)
        except OSError as error:
            raise JournalError(
                "The call log cannot be opened.", f"{error}.", "Make Doorkeep's home writable for your user."
            ) from error

    def note(self, events: Sequence[Event]) -> bool:
        """Write events ahead of the log, so that a kill cannot take them; `write` must follow. False where it cannot be done."""
        return self._ahead.put(events, self.seq)

    def write(self, events: Iterable[Event], also: Callable[[], object] | None = None) -> None:
        """Chain the events and write them, after what `also` does, in one transaction. Raises sqlite3.Error."""
        seq, prev = self.seq, self.hash
        rows: list[tuple[int, int, str, int, bytes, bytes, bytes]] = []
        for event in events:
            seq += 1
            this = link(prev, seq, event.call, event.kind, event.at_ms, event.body)
            rows.append((seq, event.call, event.kind, event.at_ms, event.body, prev, this))
            prev = this
        db = self.db
        if also is None and len(rows) <= ONE_STATEMENT:
            db.execute(_INSERT[len(rows)], [value for row in rows for value in row])
        else:
            db.execute("BEGIN IMMEDIATE")
            try:
                if also is not None:
                    also()
                db.executemany(_INSERT[1], rows)
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
        self.seq, self.hash = seq, prev
        self._ahead.taken()
        with contextlib.suppress(OSError):
            self._head.write(seq, self.call, prev)

    def flush(self) -> None:
        """Have the disk catch up, in the background, within a second."""
        if self._keeper is not None and self._flushed != self.seq:
            self._flushed = self.seq
            self._keeper.rouse()

    def is_in_place(self) -> bool:
        """False when the file that is written is no longer the one that the home holds."""
        try:
            return os.stat(self._path).st_ino == self._inode
        except FileNotFoundError:
            return False
        except OSError:
            return True

    def begin_afresh(self, why: str, again: list[Event]) -> None:
        """Keep what lies there under another name; begin a new chain that says `why`, and then `again`. Raises JournalError."""
        self.disconnect()
        last = (self.seq, self.hash)
        if not self.seq and self._head.found:
            last = (self._head.found.seq, self._head.found.hash)
        try:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            kept = database.set_aside(self._path)
            self._head.restore()
            self.seq, self.hash = 0, GENESIS
            self._load()
            words = f"The earlier log could not be gone on with ({why.rstrip('.')}); a new one begins."
            note = JournalNote(reason=words, kept_as=kept, through=last[0], hash=last[1].hex())
            self.write([noted("recovered", note), *again])
        except (OSError, sqlite3.Error) as error:
            self.disconnect()
            raise JournalError(
                "The call log is damaged, and a new one cannot be begun.", f"{error}.", "Run: doorkeep doctor"
            ) from error

    def close(self, *, clean: bool, waiting: bool) -> None:
        """Note whether the log ended in order, and give everything back; `waiting`: events were not written. Never raises."""
        with contextlib.suppress(OSError):
            self._head.write(self.seq, self.call, self.hash, clean=clean)
        self.disconnect()
        self._ahead.close(empty=not waiting)
        self._head.close()

    def disconnect(self) -> None:
        """Close the database; harmless when it is closed."""
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None
        db = getattr(self, "db", None)
        if db is not None:
            with contextlib.suppress(sqlite3.Error):
                db.close()

    def _load(self) -> None:
        self.db = db = database.open_for_writing(self._path, self._max_pages)
        self._inode = os.stat(self._path).st_ino
        self.seq, self.hash = recovery.last_event(db)
        self.derivation = Derivation(db)
        if os.path.exists(self._mark):
            self.derivation.rebuild(STEP)
            os.unlink(self._mark)
        while self.derivation.step(STEP):
            pass
        self.call = max(self.call, recovery.last_call(db))
        # The write-ahead file, which the keeper holds open, exists once something was written.
        db.execute("INSERT OR REPLACE INTO state VALUES('derived', ?)", (self.derivation.through,))
        self._keeper = Keeper(self._path, self._head.fd)

    def _recover(self) -> None:
        note = recovery.torn(self._head.found, self.db, self.seq, self._head.boot)
        self._take_ahead()
        self._close_open(note)

    def _take_ahead(self) -> None:
        """Put into the log what an earlier gateway could only write ahead of it."""
        missed = recovery.not_taken(self.db, self._ahead.found, self._ahead.base)
        if missed:
            self.write(missed)
            self.call = max(self.call, *[event.call for event in missed])
            while self.derivation.step(STEP):
                pass
        if self._ahead.found:
            with contextlib.suppress(OSError):
                self._ahead.forget()

    def _close_open(self, note: JournalNote | None) -> None:
        self.recovered = recovery.open_calls(self.db)
        if not self.recovered and note is None:
            with contextlib.suppress(OSError):
                self._head.write(self.seq, self.call, self.hash)
            return
        note = note or JournalNote(reason="An earlier gateway ended before these calls did.")
        note.lost = self.recovered
        why = "Doorkeep ended before this call did; whether it was carried out is not known."
        body, now = written(Body(outcome="lost", reason=why)), now_ms()
        self.write([noted("recovered", note), *[Event(0, call, "closed", now, body) for call in self.recovered]])
        while self.derivation.step(STEP):
            pass

"""The only hand that writes the log. Imported by the gateway alone, used on its one thread.

Events are appended in memory and written by `commit` in one transaction: once it returns, killing the process loses nothing.
No event is ever changed; no call is left open by a gateway that died.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable
from typing import Literal

from app.core.errors import JournalError
from app.core.journal import database, recovery, retention
from app.core.journal.bounds import (
    NAME_CHARS,
    PREVIEW_CHARS,
    QUESTION_CHARS,
    REASON_CHARS,
    bounded_arguments,
    bounded_paths,
    written,
)
from app.core.journal.chain import GENESIS, link
from app.core.journal.derive import Derivation, events_by_seq
from app.core.journal.head import Head
from app.core.journal.keeper import Keeper
from app.core.journal.record import Body, By, CallRecord, Event, JournalNote, Outcome, fold, write_body

MAX_BYTES = 4 * 1024**3
"""The size that the log's file never exceeds; the oldest calls go at nine tenths of it."""
MAX_CALLS = 2_000_000
BACKLOG = 4096
"""Events waiting in memory, while the log cannot be written, above which no call is opened."""
LAG = 4096
"""Committed events not yet derived, above which `commit` derives a slice itself."""
RECENT = 4096
"""Closed calls kept in memory for `record`."""
ONE_STATEMENT = 8
"""Up to so many events go in one statement, which is its own transaction."""

_INSERT = {n: f"INSERT INTO events VALUES {','.join(['(?,?,?,?,?,?,?)'] * n)}" for n in range(1, ONE_STATEMENT + 1)}  # noqa: S608 - marks


class Journal:
    """The open log. `recovered` lists the calls that an earlier gateway left open; they were closed as `lost`."""

    def __init__(self, home: str, head: Head, max_bytes: int, max_calls: int) -> None:
        self._path = database.database_of(home)
        self._head = head
        self._max_pages = max(64, max_bytes // database.PAGE)
        self._max_calls = max_calls
        self._pending: list[Event] = []
        self._open: dict[int, list[Event]] = {}
        self._recent: dict[int, list[Event]] = {}
        self._seq = 0
        self._hash = GENESIS
        self._call = head.found.call if head.found else 0
        self._keeper: Keeper | None = None
        self._failing = False
        self.recovered: list[int] = []
        self._connect()

    @classmethod
    def open(cls, home: str, *, max_bytes: int = MAX_BYTES, max_calls: int = MAX_CALLS) -> Journal:
        """Open the log of `home`, making it where there is none. Raises JournalError, in words.

        A damaged file is kept under another name and a new log begins, whose first event says so.
        """
        folder = database.folder_of(home)
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
        except OSError as error:
            raise JournalError(
                "The call log cannot be made.",
                f"{folder}: {error.strerror}.",
                "Make Doorkeep's home writable for your user.",
            ) from error
        head = Head(database.witness_of(home))
        try:
            return cls(home, head, max_bytes, max_calls)
        except BaseException:
            head.close()
            raise

    # -- events -------------------------------------------------------------------------------------------------

    def opened(self, *, client: str, session: str, server: str, tool: str, arguments: bytes) -> int:
        """A call has come; gives its id. `arguments`: a redacted JSON object of at most 16 KiB. Raises JournalError when
        too much waits to be written."""
        if len(self._pending) >= BACKLOG and self._failing:
            raise JournalError(
                "The call log cannot be written.", "Too many events wait to be recorded.", "Run: doorkeep doctor"
            )
        self._call = call = self._call + 1
        self._open[call] = []
        self._append(
            call,
            "opened",
            Body(
                client=client[:NAME_CHARS],
                session=session[:NAME_CHARS],
                server=server[:NAME_CHARS],
                tool=tool[:NAME_CHARS],
                arguments=bounded_arguments(arguments),
            ),
        )
        return call

    def decided(
        self,
        call: int,
        *,
        decision: Literal["allowed", "denied"],
        by: By,
        reason: str,
        folder: str | None,
        paths: list[str],
    ) -> None:
        """The gateway has decided; `reason` is words for a person, `folder` the granting folder."""
        body = Body(decision=decision, by=by, reason=reason[:REASON_CHARS], folder=folder, paths=bounded_paths(paths))
        self._append(call, "decided", body)

    def asked(self, call: int, *, approval_id: str, paths: list[str], preview: str) -> None:
        """The user is being asked; the row waits."""
        body = Body(approval_id=approval_id, paths=bounded_paths(paths), preview=preview[:QUESTION_CHARS])
        self._append(call, "asked", body)

    def answered(self, call: int, *, approval_id: str, answer: Literal["allow", "deny", "expired"], by: By) -> None:
        """The question has its answer."""
        self._append(call, "answered", Body(approval_id=approval_id, answer=answer, by=by))

    def closed(
        self,
        call: int,
        *,
        outcome: Outcome,
        duration_ms: float,
        result_preview: str,
        result_bytes: int,
        change_id: str | None,
        paths: list[str] | None,
    ) -> None:
        """The call is over. `paths`, where known, replace those it was decided on. A second end is dropped."""
        body = Body(
            outcome=outcome,
            duration_ms=duration_ms,
            result_preview=result_preview[:PREVIEW_CHARS],
            result_bytes=result_bytes,
            change_id=change_id,
            paths=bounded_paths(paths),
        )
        self._append(call, "closed", body)
        events = self._open.pop(call, None)
        if events is not None:
            if len(self._recent) >= RECENT:
                del self._recent[next(iter(self._recent))]
            self._recent[call] = events

    def _append(self, call: int, kind: str, body: Body) -> None:
        events = self._open.get(call)
        if events is None:
            return
        event = Event(0, call, kind, time.time_ns() // 1_000_000, written(body))
        events.append(event)
        self._pending.append(event)

    def _note(self, kind: str, note: JournalNote) -> Event:
        return Event(0, 0, kind, time.time_ns() // 1_000_000, write_body(note))

    # -- writing ------------------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Write what was appended. Raises JournalError; the events then wait for the next commit. Blocks ≤ 250 ms."""
        if not self._pending:
            return
        if self._keeper is None:
            raise JournalError("The call log is closed.")
        try:
            self._store(self._pending)
        except sqlite3.Error as error:
            self._failing = True
            if not database.is_broken(error):
                raise database.in_words(error) from error
            self._begin_afresh(str(error))
            return
        self._pending = []
        self._failing = False
        if self._seq - self._derivation.through > LAG:
            self.derive(LAG // 8)

    def _store(self, events: list[Event], also: Callable[[], object] | None = None) -> None:
        """Chain the events and write them, together with what `also` does, in one transaction. Raises sqlite3.Error."""
        seq, prev = self._seq, self._hash
        rows: list[tuple[int, int, str, int, bytes, bytes, bytes]] = []
        for event in events:
            seq += 1
            this = link(prev, seq, event.call, event.kind, event.at_ms, event.body)
            rows.append((seq, event.call, event.kind, event.at_ms, event.body, prev, this))
            prev = this
        db = self._db
        if also is None and len(rows) <= ONE_STATEMENT:
            db.execute(_INSERT[len(rows)], [value for row in rows for value in row])
        else:
            db.execute("BEGIN IMMEDIATE")
            try:
                db.executemany(_INSERT[1], rows)
                if also is not None:
                    also()
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
        self._seq, self._hash = seq, prev
        with contextlib.suppress(OSError):
            self._head.write(seq, self._call, prev)

    def derive(self, limit: int = 512) -> int:
        """Carry at most `limit` committed events into the table that readers search, and have the disk flushed in the
        background; gives how many were carried. Called when the loop is idle. Never raises: what fails is tried again."""
        if self._keeper is None:
            return 0
        self._keeper.rouse()
        try:
            taken = self._derivation.step(limit)
        except sqlite3.Error:
            return 0
        if self._recent and not self._pending and self._derivation.through == self._seq:
            self._recent.clear()
        return taken

    def prune(self, days: float, *, limit: int = 2000) -> int:
        """Remove at most `limit` calls that are older than `days`, or that exceed the log's bounds; gives how many.

        Call again while it gives more than 0. An event in the chain says what was removed. Open calls stay. Raises JournalError.
        """
        self.commit()
        try:
            while self._derivation.step(LAG):
                pass
            cutoff = time.time_ns() // 1_000_000 - round(days * 86_400_000)
            keep = retention.first_kept(self._db, cutoff, self._max_calls, self._max_pages, limit)
            keep = min([keep, *self._open])
            oldest = self._db.execute("SELECT min(id) FROM calls").fetchone()[0]
            if oldest is None or keep <= oldest:
                return 0
            note = retention.anchor(self._db, keep, self._seq)
            if note is None:
                return 0
            removed: list[int] = []
            self._store([self._note("pruned", note)], lambda: removed.append(retention.remove(self._db, note)))
            self._derivation.forget()
            self._db.execute("PRAGMA incremental_vacuum(512)").fetchall()
            self._keeper_now().rouse()
            return removed[0]
        except sqlite3.Error as error:
            raise database.in_words(error) from error

    # -- reading ------------------------------------------------------------------------------------------------

    def record(self, call: int) -> CallRecord:
        """The call as it stands now, uncommitted events included. Raises KeyError for an id that the log does not hold."""
        events = self._open.get(call) or self._recent.get(call)
        if not events:
            row = self._db.execute("SELECT events FROM calls WHERE id = ?", (call,)).fetchone()
            if row is None:
                raise KeyError(call)
            events = events_by_seq(self._db, row[0].strip("[]").split(",")).get(call, [])
        record = fold(events)
        if record is None:
            raise KeyError(call)
        return record

    def close(self) -> None:
        """Write and derive what is left, note that the log ended in order, and give the file back. Never raises."""
        if self._keeper is None:
            return
        with contextlib.suppress(JournalError):
            self.commit()
        with contextlib.suppress(sqlite3.Error):
            while self._derivation.step(LAG):
                pass
        with contextlib.suppress(OSError):
            self._head.write(self._seq, self._call, self._hash, clean=not self._open and not self._pending)
        self._disconnect()
        self._head.close()

    # -- opening ------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        try:
            self._load()
            self._recover()
        except sqlite3.Error as error:
            self._disconnect()
            if not database.is_broken(error):
                raise database.in_words(error) from error
            self._begin_afresh(str(error))
        except OSError as error:
            self._disconnect()
            raise JournalError(
                "The call log cannot be opened.", f"{error}.", "Make Doorkeep's home writable for your user."
            ) from error
        except BaseException:
            self._disconnect()
            raise

    def _load(self) -> None:
        self._db = database.open_for_writing(self._path, self._max_pages)
        self._seq, self._hash = recovery.last_event(self._db)
        self._derivation = Derivation(self._db)
        while self._derivation.step(LAG):
            pass
        self._call = max(self._call, recovery.last_call(self._db))
        if self._seq == 0:
            # The write-ahead file exists only once something was written.
            self._db.execute("INSERT OR REPLACE INTO state VALUES('derived', 0)")
        self._keeper = Keeper(self._path)

    def _recover(self) -> None:
        note = recovery.torn(self._head.found, self._db, self._seq, self._head.boot)
        self.recovered = recovery.open_calls(self._db)
        if not self.recovered and note is None:
            with contextlib.suppress(OSError):
                self._head.write(self._seq, self._call, self._hash)
            return
        note = note or JournalNote(reason="An earlier gateway ended before these calls did.")
        note.lost = self.recovered
        why = written(
            Body(outcome="lost", reason="Doorkeep ended before this call did; whether it was carried out is not known.")
        )
        now = time.time_ns() // 1_000_000
        events = [Event(0, call, "closed", now, why) for call in self.recovered]
        self._store([self._note("recovered", note), *events])
        while self._derivation.step(LAG):
            pass

    def _begin_afresh(self, why: str) -> None:
        """Keep the damaged file under another name; begin a new log with what is open and what waits. Raises JournalError."""
        self._disconnect()
        lost_seq, lost_hash = self._seq, self._hash
        if lost_seq == 0 and self._head.found:
            lost_seq, lost_hash = self._head.found.seq, self._head.found.hash
        try:
            kept = database.set_aside(self._path)
            self._seq, self._hash = 0, GENESIS
            self._load()
            note = JournalNote(
                reason=f"The earlier log is damaged ({why}) and was kept; a new one begins.",
                kept_as=os.path.basename(kept),
                through=lost_seq,
                hash=lost_hash.hex(),
            )
            waiting = {id(event) for event in self._pending}
            again = [event for events in self._open.values() for event in events if id(event) not in waiting]
            self._store([self._note("recovered", note), *again, *self._pending])
        except (OSError, sqlite3.Error) as error:
            self._disconnect()
            raise JournalError(
                "The call log is damaged, and a new one cannot be begun.", f"{error}.", "Run: doorkeep doctor"
            ) from error
        self._pending = []
        self._failing = False

    def _keeper_now(self) -> Keeper:
        if self._keeper is None:
            raise JournalError("The call log is closed.")
        return self._keeper

    def _disconnect(self) -> None:
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None
        db = getattr(self, "_db", None)
        if db is not None:
            with contextlib.suppress(sqlite3.Error):
                db.close()

"""The only hand that writes the log. Imported by the gateway alone, used on its one thread.

Events are appended in memory and written by `commit` in one transaction: once it returns, killing the process loses nothing.
No event is ever changed; no call is left open by a gateway that died.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import Literal

from app.core.errors import JournalError
from app.core.journal import database, retention
from app.core.journal.bounds import (
    NAME_CHARS,
    PREVIEW_CHARS,
    QUESTION_CHARS,
    REASON_CHARS,
    bounded_arguments,
    bounded_paths,
    written,
)
from app.core.journal.derive import events_of
from app.core.journal.head import Head
from app.core.journal.record import Body, By, CallRecord, Event, Outcome, fold
from app.core.journal.store import REMOVED, Store, noted, now_ms

MAX_BYTES = 4 * 1024**3
"""The size that the log's file never exceeds; the oldest calls go at nine tenths of it."""
MAX_CALLS = 2_000_000
BACKLOG = 4096
"""Events waiting in memory, while the log cannot be written, above which no call is opened."""
LAG = 4096
"""Committed events not yet derived, above which `commit` derives a slice itself."""
NEVER = -(2**62)
"""A cutoff that no call is older than: only the bounds count."""
ROOM = 500
"""Calls removed at once when the log comes near its bound."""
RECENT = 4096
"""Closed calls kept in memory for `record`."""


class Journal:
    """The open log. `recovered` lists the calls that an earlier gateway left open; they were closed as `lost`."""

    def __init__(self, home: str, head: Head, max_bytes: int, max_calls: int) -> None:
        self._max_pages = max(64, max_bytes // database.PAGE)
        self._max_calls = max_calls
        self._pending: list[Event] = []
        self._noted = 0
        self._open: dict[int, list[Event]] = {}
        self._recent: dict[int, list[Event]] = {}
        self._failing = False
        self._dead: JournalError | None = None
        self._store = Store(home, head, self._max_pages)
        self.recovered = self._store.recovered

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
        self._store.call = call = self._store.call + 1
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
        event = Event(0, call, kind, now_ms(), written(body))
        events.append(event)
        self._pending.append(event)

    # -- writing ------------------------------------------------------------------------------------------------

    @property
    def unwritten(self) -> int:
        """Events that wait for a commit."""
        return len(self._pending)

    def secure(self) -> None:
        """Let no kill take what was appended, in a tenth of a `commit`'s time, which must follow before long: only then do
        readers see it. While the log cannot be written this is a commit. Raises JournalError."""
        if self._failing or self._dead is not None:
            self.commit()
        elif len(self._pending) > self._noted:
            if self._store.note(self._pending[self._noted :]):
                self._noted = len(self._pending)
            else:
                self.commit()

    def commit(self) -> None:
        """Write what was appended. Raises JournalError; the events then wait for the next commit. Blocks ≤ 250 ms."""
        if not self._pending:
            return
        if self._dead is not None:
            raise self._dead
        try:
            self._write()
        except sqlite3.Error as error:
            self._failing = True
            if not database.is_broken(error):
                raise database.in_words(error) from error
            self._begin_afresh(str(error))
        self._pending = []
        self._noted = 0
        self._failing = False
        if self._store.seq - self._store.derivation.through > LAG:
            self._derive(LAG // 8)

    def _write(self) -> None:
        try:
            self._store.write(self._pending)
        except sqlite3.Error as error:
            if not database.is_full(error) or not self._shorten(NEVER, ROOM):
                raise
            self._store.write(self._pending)

    def derive(self, limit: int = 512) -> int:
        """Carry at most `limit` committed events into the table that readers search, and have the disk flushed in the
        background; gives how many were carried. Called when the loop is idle. Never raises: what fails is tried again.
        """
        if self._dead is not None:
            return 0
        if not self._store.is_in_place():
            with contextlib.suppress(JournalError):
                self._begin_afresh(REMOVED)
        self._store.flush()
        taken = self._derive(limit)
        with contextlib.suppress(sqlite3.Error):
            if taken and retention.is_near_full(self._store.db, self._max_pages):
                self._shorten(NEVER, ROOM)
        return taken

    def _derive(self, limit: int) -> int:
        try:
            taken = self._store.derivation.step(limit)
        except sqlite3.Error as error:
            if database.is_broken(error):
                with contextlib.suppress(JournalError):
                    self._begin_afresh(str(error))
            return 0
        if self._recent and not self._pending and self._store.derivation.through == self._store.seq:
            self._recent.clear()
        return taken

    def prune(self, days: float, *, limit: int = 500) -> int:
        """Remove at most `limit` calls that are older than `days`, or that exceed the log's bounds; gives how many.

        Call again while it gives more than 0. An event in the chain says what was removed. Open calls stay. Raises JournalError.
        """
        self.commit()
        if self._dead is not None:
            raise self._dead
        try:
            while self._store.derivation.step(LAG):
                pass
            return self._shorten(now_ms() - round(days * 86_400_000), limit)
        except sqlite3.Error as error:
            raise database.in_words(error) from error

    def _shorten(self, cutoff_ms: int, limit: int) -> int:
        store = self._store
        keep = retention.first_kept(store.db, cutoff_ms, self._max_calls, self._max_pages, limit)
        note = retention.anchor(store.db, min([keep, *self._open]), store.derivation.through)
        if note is None:
            return 0
        removed: list[int] = []
        store.write([noted("pruned", note)], lambda: removed.append(retention.remove(store.db, note)))
        store.derivation.forget()
        # `execute` ends this statement after its first page, since its rows have no columns; `executescript` does not.
        store.db.executescript("PRAGMA incremental_vacuum(1024)")
        store.flush()
        return removed[0]

    # -- reading ------------------------------------------------------------------------------------------------

    def record(self, call: int) -> CallRecord:
        """The call as it stands now, uncommitted events included. Raises KeyError for an id that the log does not hold."""
        record = fold(self._open.get(call) or self._recent.get(call) or self._stored(call))
        if record is None:
            raise KeyError(call)
        return record

    def _stored(self, call: int) -> list[Event]:
        try:
            return events_of(self._store.db, [call]).get(call, [])
        except sqlite3.Error:
            return []

    def close(self) -> None:
        """Write and derive what is left, note that the log ended in order, and give the file back. Never raises."""
        if self._dead is None:
            with contextlib.suppress(JournalError):
                self.commit()
            with contextlib.suppress(sqlite3.Error):
                while self._store.derivation.step(LAG):
                    pass
            self._dead = JournalError("The call log is closed.")
        self._store.close(clean=not self._open and not self._pending, waiting=bool(self._pending))

    def _begin_afresh(self, why: str) -> None:
        """Go on in a new log, with all that is still known of calls. Raises JournalError; then no call is taken any more."""
        calls = self._open | self._recent
        known = [event for call in sorted(calls) for event in calls[call]]
        known += [event for event in self._pending if event.call not in calls]
        try:
            self._store.begin_afresh(why, known)
        except JournalError as error:
            self._dead = error
            raise
        self._pending = []

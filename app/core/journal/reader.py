"""Reads the log, from any process, without ever writing to it: pages by filter, one call with its events, what changed since.

An answer is complete whenever it is asked for: events that the gateway has not yet carried into the searchable table are folded
in here. No log yet is an empty log.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sqlite3
from collections.abc import Generator, Iterator

import msgspec

from app.core.errors import JournalError
from app.core.journal import counts as counting
from app.core.journal import database, select
from app.core.journal.derive import derived_through, events_by_seq, events_of
from app.core.journal.filter import Filter, parse
from app.core.journal.kinds import Kind, kind_of_record
from app.core.journal.record import CallRecord, Event, fold, moment_of

EVERYTHING = 2**62
_ids = msgspec.json.Decoder(list[int]).decode


class Page(msgspec.Struct):
    """Records newest first. `done` is how much of the log has been looked at (0–1): below 1 more hits may follow."""

    records: list[CallRecord]
    done: float = 1.0


class Changes(msgspec.Struct):
    """Records that got an event after the cursor, in the order of their ids, and the cursor to ask with next."""

    records: list[CallRecord]
    cursor: int


class Cancelled(Exception):  # noqa: N818 - it is no failure
    """The reading was cancelled from another thread."""


class Reader:
    """One thread reads at a time; only `cancel` may be called meanwhile from another."""

    def __init__(self, home: str) -> None:
        self.home = home
        self._path = database.database_of(home)
        self._db: sqlite3.Connection | None = None
        self._inode = 0

    def query(
        self, expression: str | Filter = "", limit: int = 200, *, before: int | None = None, after: int | None = None
    ) -> Page:
        """The newest `limit` calls that the filter takes, with ids below `before`; or with `after`, the oldest above it.

        Raises FilterError, JournalError.
        """
        page = Page([])
        for part in self.search(expression, limit, before=before, after=after):
            page.records += part.records
        if after is not None:
            page.records.sort(key=lambda record: -record.id)
        return page

    def search(
        self, expression: str | Filter = "", limit: int = 200, *, before: int | None = None, after: int | None = None
    ) -> Generator[Page]:
        """As `query`, in parts as they are found (newest first; with `after`, oldest first). Close it to stop.

        Calls that come while it runs are not in it. Between two parts it holds no lock.
        """
        found = parse(expression) if isinstance(expression, str) else expression
        low, high = (after + 1 if after is not None else 0), (before - 1 if before is not None else EVERYTHING)
        newest_first = after is None
        with self._reading() as db:
            if db is None:
                yield Page([])
                return
            with _moment(db):
                tail = _tail(db)
                parts = select.slices(db, found, low, high, limit + len(tail), newest_first)
                first = next(parts)
            waiting = sorted(
                (id_ for id_, record in tail.items() if low <= id_ <= high and found.takes(record)),
                reverse=newest_first,
            )
            for part in itertools.chain([first], parts):
                ids, waiting = _merge(
                    [id_ for id_ in part.ids if id_ not in tail], waiting, newest_first, part.done >= 1
                )
                ids = ids[:limit]
                limit -= len(ids)
                yield Page(_load(db, ids, tail), part.done if limit else 1.0)
                if not limit:
                    return

    def walk(self, expression: str | Filter = "", step: int = 500) -> Iterator[CallRecord]:
        """Every call that the filter takes, oldest first, in bounded memory."""
        found = parse(expression) if isinstance(expression, str) else expression
        after = 0
        while True:
            records = self.query(found, step, after=after).records
            if not records:
                return
            yield from reversed(records)
            after = records[0].id

    def show(self, call: int) -> tuple[CallRecord, list[Event]] | None:
        """One call with all its events; None where the log does not hold it."""
        with self._reading() as db:
            if db is None:
                return None
            with _moment(db):
                events = events_of(db, [call]).get(call, [])
            record = fold(events)
            return (record, events) if record else None

    def cursor(self) -> int:
        """Where the log ends now, for `changes`."""
        with self._reading() as db:
            return _last_seq(db) if db is not None else 0

    def changes(self, cursor: int, expression: str | Filter = "", limit: int = 500) -> Changes:
        """What happened after `cursor`, from at most `limit` events. A cursor beyond the end (a new log began) starts over."""
        found = parse(expression) if isinstance(expression, str) else expression
        with self._reading() as db:
            if db is None:
                return Changes([], 0)
            with _moment(db):
                if cursor > _last_seq(db):
                    cursor = 0
                sql = "SELECT seq, call FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
                rows = db.execute(sql, (cursor, limit)).fetchall()
                if not rows:
                    return Changes([], cursor)
                events = events_of(db, sorted({call for _, call in rows if call}))
            records = [record for _, parts in sorted(events.items()) if (record := fold(parts)) and found.takes(record)]
            return Changes(records, rows[-1][0])

    def count(self, expression: str | Filter = "") -> int | None:
        """How many calls the filter takes, as far as the searchable table has come; None where only reading them would tell."""
        found = parse(expression) if isinstance(expression, str) else expression
        with self._reading() as db:
            return select.count(db, found) if db is not None else 0

    def counts(self, since_ms: int, until_ms: int, step_ms: int) -> list[dict[Kind, int]]:
        """How many calls began in each `step_ms` of a time (milliseconds since 1970; the end is not included), oldest first."""
        with self._reading() as db:
            if db is None:
                return [{} for _ in range(max(0, -(-(until_ms - since_ms) // step_ms)))]
            with _moment(db):
                tail = _tail(db)
                pieces = counting.counts(db, since_ms, until_ms, step_ms, list(tail))
            for record in tail.values():
                at = moment_of(record)
                if since_ms <= at < until_ms:
                    counting.add(pieces[(at - since_ms) // step_ms], kind_of_record(record))
            return pieces

    def known(self, name: str) -> list[str]:
        """The values that occur of `client`, `server`, `tool` or `folder`, those of the newest calls first."""
        if name not in ("client", "server", "tool", "folder"):
            raise ValueError(name)
        with self._reading() as db:
            if db is None:
                return []
            sql = f"SELECT {name} FROM facets WHERE calls > 0 AND {name} <> '' GROUP BY 1 ORDER BY max(newest) DESC"  # noqa: S608 - checked
            return [row[0] for row in db.execute(sql)]

    def cancel(self) -> None:
        """End what another thread is reading: it gets `Cancelled`."""
        db = self._db
        if db is not None:
            with contextlib.suppress(sqlite3.Error):
                db.interrupt()

    def close(self) -> None:
        """Give the file back."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _reading(self) -> Generator[sqlite3.Connection | None]:
        """The log, or None where there is none yet. Raises JournalError, Cancelled."""
        try:
            yield self._connected()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
                raise Cancelled from None
            self.close()
            raise _in_words(error) from error

    def _connected(self) -> sqlite3.Connection | None:
        try:
            inode = os.stat(self._path).st_ino
        except FileNotFoundError:
            self.close()
            return None
        except OSError as error:
            raise JournalError("The call log cannot be read.", f"{error}.", "") from error
        if self._db is not None and inode != self._inode:
            self.close()
        if self._db is None:
            db = database.open_for_reading(self._path)
            if database.check_version(db) == 0:
                db.close()
                return None
            self._db, self._inode = db, inode
        return self._db


@contextlib.contextmanager
def _moment(db: sqlite3.Connection) -> Generator[None]:
    """What is read within belongs to one moment."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def _last_seq(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])


def _tail(db: sqlite3.Connection) -> dict[int, CallRecord]:
    """Calls with events that the searchable table does not know yet."""
    calls = db.execute("SELECT DISTINCT call FROM events WHERE seq > ? AND call > 0", (derived_through(db),)).fetchall()
    if not calls:
        return {}
    events = events_of(db, [call for (call,) in calls])
    return {call: record for call, parts in events.items() if (record := fold(parts))}


def _load(db: sqlite3.Connection, ids: list[int], tail: dict[int, CallRecord]) -> list[CallRecord]:
    stored = ",".join([str(id_) for id_ in ids if id_ not in tail])
    rows = db.execute(f"SELECT events FROM calls WHERE id IN ({stored})").fetchall()  # noqa: S608 - ints
    events = events_by_seq(db, [seq for (seqs,) in rows for seq in _ids(seqs)])
    records = [tail[id_] if id_ in tail else fold(events.get(id_, [])) for id_ in ids]
    return [record for record in records if record is not None]


def _merge(ids: list[int], waiting: list[int], newest_first: bool, last: bool) -> tuple[list[int], list[int]]:
    """Two ordered lists as one; what of `waiting` lies beyond the slice stays back unless this is the last one."""
    if not waiting:
        return ids, waiting
    if not last:
        edge = ids[-1] if ids else None
        now = [id_ for id_ in waiting if edge is not None and ((id_ > edge) if newest_first else (id_ < edge))]
    else:
        now = waiting
    return sorted([*ids, *now], reverse=newest_first), waiting[len(now) :]


def _in_words(error: sqlite3.Error) -> JournalError:
    if database.is_broken(error):
        return JournalError(
            "The call log is damaged.", f"{error}.", "Restart Doorkeep: it keeps the damaged file and begins a new log."
        )
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return JournalError("The call log is locked by another program.", "", "Close that program, then try again.")
    return JournalError("The call log cannot be read.", f"{error}.", "Run: doorkeep doctor")

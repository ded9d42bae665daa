"""The derived table `calls`: one row for each call, folded from its events. It can be thrown away and rebuilt at any moment.

How far it has come is kept in the same transaction as its rows, so a crash in between loses nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from app.core.journal.database import DERIVED
from app.core.journal.record import CallRecord, Event, event_of, fold, search_text

SPAN_BITS = 10
"""A block of `spans` holds 1,024 ids."""
FACETS_KEPT = 4096
"""Facet numbers remembered between batches."""

Facet = tuple[str, str, str, str, str, str, str]
"""client, server, tool, folder, decision, by, outcome; "" where the record has null."""


class Row(msgspec.Struct, frozen=True):
    """What `calls` must say of a record; `verify` compares it with what it does say."""

    id: int
    at_ms: int
    facet: Facet
    session: str
    change_id: str
    events: str
    words: bytes


def facet_of(record: CallRecord) -> Facet:
    """The words of a record that calls are filtered by."""
    return (
        record.client,
        record.server,
        record.tool,
        record.folder or "",
        record.decision or "",
        record.by or "",
        record.outcome,
    )


def row_of(events: Sequence[Event]) -> Row | None:
    """The row of one call, from all its events in order; None when none of them opened it."""
    record = fold(events)
    if record is None:
        return None
    seqs = ",".join([str(event.seq) for event in events])
    return Row(
        id=record.id,
        at_ms=next(event.at_ms for event in events if event.kind == "opened"),
        facet=facet_of(record),
        session=record.session,
        change_id=record.change_id or "",
        events=f"[{seqs}]",
        words=search_text(record).encode("utf-8", "replace"),
    )


def events_by_seq(db: sqlite3.Connection, seqs: Iterable[int]) -> dict[int, list[Event]]:
    """The events of these numbers, in order, by call."""
    numbers = ",".join(map(str, seqs))
    found: dict[int, list[Event]] = {}
    rows = db.execute(f"SELECT seq, call, kind, at_ms, body FROM events WHERE seq IN ({numbers}) ORDER BY seq")  # noqa: S608 - ints
    for row in rows:
        event = event_of(row)
        found.setdefault(event.call, []).append(event)
    return found


def derived_through(db: sqlite3.Connection) -> int:
    """The last event that `calls` has taken in."""
    row = db.execute("SELECT value FROM state WHERE name='derived'").fetchone()
    return row[0] if row else 0


def events_of(db: sqlite3.Connection, calls: Sequence[int]) -> dict[int, list[Event]]:
    """All events of these calls, whether the table has taken them in or not, in order, by call."""
    wanted = set(calls)
    numbers = ",".join(map(str, calls))
    rows = db.execute(f"SELECT events FROM calls WHERE id IN ({numbers})").fetchall()  # noqa: S608 - ints
    found = events_by_seq(db, [seq for (seqs,) in rows for seq in msgspec.json.decode(seqs, type=list[int])])
    newer = "SELECT seq, call, kind, at_ms, body FROM events WHERE seq > ? ORDER BY seq"
    for row in db.execute(newer, (derived_through(db),)):
        if row[1] in wanted:
            found.setdefault(row[1], []).append(event_of(row))
    return found


class Derivation:
    """Carries events into `calls`, in order, on the writing connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._facets: dict[Facet, int] = {}
        self.through = derived_through(db)

    def step(self, limit: int) -> int:
        """Take in at most `limit` events, in one transaction; gives how many. Raises sqlite3.Error, changing nothing."""
        db = self._db
        rows = db.execute(
            "SELECT seq, call, kind, at_ms, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (self.through, limit)
        ).fetchall()
        if not rows:
            return 0
        fresh: dict[int, list[Event]] = {}
        for row in rows:
            event = event_of(row)
            if event.call:
                fresh.setdefault(event.call, []).append(event)
        through = rows[-1][0]
        db.execute("BEGIN IMMEDIATE")
        try:
            self._take(fresh)
            db.execute("INSERT OR REPLACE INTO state VALUES('derived', ?)", (through,))
            db.execute("COMMIT")
        except BaseException:
            self._facets.clear()
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        self.through = through
        return len(rows)

    def _take(self, fresh: dict[int, list[Event]]) -> None:
        db = self._db
        moved: dict[int, list[int]] = {}
        spans: dict[int, list[int]] = {}
        written: list[tuple[int, int, int, str, str, str, bytes]] = []
        before = self._known([call for call, events in fresh.items() if events[0].kind != "opened"])
        for call, events in fresh.items():
            known = before.get(call)
            row = row_of([*known[1], *events] if known else events)
            if row is None:
                continue
            facet = self._number(row.facet)
            if known:
                moved.setdefault(known[0], [0, 0])[0] -= 1
            counted = moved.setdefault(facet, [0, 0])
            counted[0] += 1
            counted[1] = max(counted[1], call)
            span = spans.setdefault(call >> SPAN_BITS, [row.at_ms, row.at_ms])
            span[0], span[1] = min(span[0], row.at_ms), max(span[1], row.at_ms)
            written.append((call, row.at_ms, facet, row.session, row.change_id, row.events, row.words))
        db.executemany("INSERT OR REPLACE INTO calls VALUES(?,?,?,?,?,?,?)", written)
        db.executemany(
            "UPDATE facets SET calls = calls + ?, newest = max(newest, ?) WHERE no = ?",
            [(count, newest, no) for no, (count, newest) in moved.items()],
        )
        db.executemany(
            "INSERT INTO spans VALUES(?,?,?) ON CONFLICT(block) DO UPDATE SET"
            " first_ms = min(first_ms, excluded.first_ms), last_ms = max(last_ms, excluded.last_ms)",
            [(block, first, last) for block, (first, last) in spans.items()],
        )

    def _known(self, calls: list[int]) -> dict[int, tuple[int, list[Event]]]:
        """Facet and events of those calls that have a row."""
        if not calls:
            return {}
        numbers = ",".join(map(str, calls))
        rows = self._db.execute(f"SELECT id, facet, events FROM calls WHERE id IN ({numbers})").fetchall()  # noqa: S608 - ints
        seqs = [seq for row in rows for seq in msgspec.json.decode(row[2], type=list[int])]
        events = events_by_seq(self._db, seqs)
        return {call: (facet, events.get(call, [])) for call, facet, _ in rows}

    def _number(self, facet: Facet) -> int:
        number = self._facets.get(facet)
        if number is None:
            if len(self._facets) >= FACETS_KEPT:
                self._facets.clear()
            self._db.execute("INSERT OR IGNORE INTO facets VALUES(NULL,?,?,?,?,?,?,?,0,0)", facet)
            number = self._db.execute(
                "SELECT no FROM facets WHERE client=? AND server=? AND tool=? AND folder=? AND decision=? AND by=? AND outcome=?",
                facet,
            ).fetchone()[0]
            self._facets[facet] = number
        return number

    def forget(self) -> None:
        """Rows of `facets` were removed by another room: their numbers count no more."""
        self._facets.clear()

    def rebuild(self, step: int = 2000) -> None:
        """Throw the derived tables away and fold every event again."""
        for statement in (
            "DROP TABLE calls",
            "DROP TABLE facets",
            "DROP TABLE spans",
            "DELETE FROM state WHERE name='derived'",
        ):
            self._db.execute(statement)
        self._db.executescript(DERIVED)
        self._facets.clear()
        self.through = 0
        while self.step(step):
            pass

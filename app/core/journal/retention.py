"""Which calls are old enough, or too many, to keep; and their removal behind an anchor that keeps the chain verifiable."""

from __future__ import annotations

import sqlite3

import msgspec

from app.core.journal.derive import SPAN_BITS
from app.core.journal.record import JournalNote

FULL = 0.9
"""The share of the size bound above which the oldest calls go, whatever their age."""


def first_kept(db: sqlite3.Connection, cutoff_ms: int, max_calls: int, max_pages: int, limit: int) -> int:
    """The lowest call id to keep, at most `limit` calls above the oldest."""
    row = db.execute("SELECT (SELECT min(id) FROM calls), (SELECT max(id) FROM calls)").fetchone()
    if row[0] is None:
        return 0
    oldest, newest = int(row[0]), int(row[1])
    keep = max(oldest, _by_age(db, cutoff_ms, newest))
    at_most = db.execute("SELECT id FROM calls ORDER BY id LIMIT 1 OFFSET ?", (limit,)).fetchone()
    furthest = int(at_most[0]) if at_most else newest + 1
    total = int(db.execute("SELECT coalesce(sum(calls), 0) FROM facets").fetchone()[0])
    if total > max_calls:
        excess = db.execute(
            "SELECT id FROM calls ORDER BY id LIMIT 1 OFFSET ?", (min(total - max_calls, limit),)
        ).fetchone()
        keep = max(keep, int(excess[0]) if excess else furthest)
    if is_near_full(db, max_pages):
        keep = max(keep, furthest)
    return min(keep, furthest)


def live_pages(db: sqlite3.Connection) -> int:
    """Pages of the file that hold something."""
    return int(db.execute("PRAGMA page_count").fetchone()[0]) - int(db.execute("PRAGMA freelist_count").fetchone()[0])


def _by_age(db: sqlite3.Connection, cutoff_ms: int, newest: int) -> int:
    row = db.execute("SELECT min(block) FROM spans WHERE last_ms >= ?", (cutoff_ms,)).fetchone()
    if row[0] is None:
        return newest + 1
    first, after = int(row[0]) << SPAN_BITS, (int(row[0]) + 1) << SPAN_BITS
    found = db.execute(
        "SELECT min(id) FROM calls WHERE id >= ? AND id < ? AND at_ms >= ?", (first, after, cutoff_ms)
    ).fetchone()
    return first if found[0] is None else int(found[0])


def is_near_full(db: sqlite3.Connection, max_pages: int) -> bool:
    """True when the file's live pages exceed the share of the bound that is never to be exceeded for long."""
    return live_pages(db) > max_pages * FULL


def anchor(db: sqlite3.Connection, keep: int, derived: int) -> JournalNote | None:
    """What the chain must say before the calls below `keep` go; None when nothing would go."""
    if db.execute("SELECT 1 FROM calls WHERE id < ? LIMIT 1", (keep,)).fetchone() is None:
        return None
    row = db.execute("SELECT events FROM calls WHERE id >= ? ORDER BY id LIMIT 1", (keep,)).fetchone()
    through = msgspec.json.decode(row[0], type=list[int])[0] - 1 if row else derived
    found = db.execute("SELECT hash FROM events WHERE seq = ?", (through,)).fetchone()
    if found is None:
        return None
    return JournalNote(
        reason="Older calls were removed by retention.", through=through, hash=bytes(found[0]).hex(), calls_below=keep
    )


def remove(db: sqlite3.Connection, note: JournalNote) -> int:
    """Remove what the anchor names, within the caller's transaction; gives the number of calls."""
    keep = note.calls_below
    counts = db.execute("SELECT count(*), facet FROM calls NOT INDEXED WHERE id < ? GROUP BY facet", (keep,)).fetchall()
    db.executemany("UPDATE facets SET calls = calls - ? WHERE no = ?", counts)
    db.execute("DELETE FROM facets WHERE calls = 0")
    db.execute("DELETE FROM calls WHERE id < ?", (keep,))
    db.execute("DELETE FROM spans WHERE block < ?", (keep >> SPAN_BITS,))
    db.execute("DELETE FROM events WHERE seq <= ?", (note.through,))
    return sum(int(count) for count, _ in counts)

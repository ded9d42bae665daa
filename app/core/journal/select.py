"""The filter compiled to SQL: which ids it takes, newest or oldest first, without reading what it does not have to.

Conditions on server, folder and the like are answered by the few rows of `facets`; the index (facet, id, at_ms) then gives each
facet's ids in order, and the lists are merged. Text is looked for in slices of ids, so that first hits come at once.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator

import msgspec

from app.core.journal.derive import SPAN_BITS
from app.core.journal.filter import ANY, Condition, Filter, holds

FIRST_SLICE = 4096
LARGEST_SLICE = 65_536
SPARSE = 20_000
"""Where all matching facets together have at most so many calls, they are read through the index instead of in slices."""
MANY_FACETS = 4000
"""With more matching facets than this, slices are faster than one look-up for each."""


MANY_WORDS = 30_000
"""SQLite takes at most 32,766 values in one statement."""


class Range(msgspec.Struct, frozen=True):
    """The ids to look at, both ends included."""

    low: int
    high: int


class Slice(msgspec.Struct, frozen=True):
    """A part of the answer: ids in the order asked for, and how much of the range has been looked at (0–1)."""

    ids: list[int]
    done: float


class Matching(msgspec.Struct, frozen=True):
    """The facets that a filter takes, the newest first: number, calls, newest id."""

    facets: list[tuple[int, int, int]]
    calls: int


def matching_facets(db: sqlite3.Connection, found: Filter) -> Matching | None:
    """None: the filter has no condition that facets answer."""
    if not found.facets:
        return None
    # There are thousands of facets, but few words in each of their columns: only those are looked at in Python.
    conditions, words = "", list[str]()
    for condition in found.facets:
        column = condition.name
        values = [value for (value,) in db.execute(f"SELECT DISTINCT {column} FROM facets")]  # noqa: S608 - a name of ours
        held = [value for value in values if holds(condition, value)]
        conditions += f" AND {column} IN ({','.join('?' * len(held))})"
        words += held
    if len(words) > MANY_WORDS:
        return _one_by_one(db, found)
    taken = db.execute(
        f"SELECT no, calls, newest FROM facets WHERE calls > 0{conditions} ORDER BY newest DESC",  # noqa: S608 - fixed words
        words,
    ).fetchall()
    return Matching(taken, sum(calls for _, calls, _ in taken))


def _one_by_one(db: sqlite3.Connection, found: Filter) -> Matching:
    rows = db.execute(
        "SELECT client, server, tool, folder, decision, by, outcome, no, calls, newest FROM facets"
        " WHERE calls > 0 ORDER BY newest DESC"
    )
    taken = [(row[7], row[8], row[9]) for row in rows if found.takes_facet(row[:7])]
    return Matching(taken, sum(calls for _, calls, _ in taken))


def id_range(db: sqlite3.Connection, found: Filter, low: int, high: int) -> Range | None:
    """The ids within `low`–`high` that can lie in the filter's time; None where none can."""
    # Asked for together in one SELECT, SQLite would scan the whole index.
    row = db.execute("SELECT (SELECT min(id) FROM calls), (SELECT max(id) FROM calls)").fetchone()
    if row[0] is None:
        return None
    low, high = max(low, row[0]), min(high, row[1])
    if found.since_ms is not None or found.until_ms is not None:
        since = found.since_ms if found.since_ms is not None else -(2**62)
        until = found.until_ms if found.until_ms is not None else 2**62
        blocks = db.execute(
            "SELECT min(block), max(block) FROM spans WHERE last_ms >= ? AND first_ms < ?", (since, until)
        ).fetchone()
        if blocks[0] is None:
            return None
        low = max(low, blocks[0] << SPAN_BITS)
        high = min(high, ((blocks[1] + 1) << SPAN_BITS) - 1)
    return Range(low, high) if low <= high else None


def slices(
    db: sqlite3.Connection, found: Filter, low: int, high: int, limit: int, newest_first: bool = True
) -> Iterator[Slice]:
    """Ids within `low`–`high` that the filter takes, `limit` at most in all. Close the iterator to stop early."""
    within = id_range(db, found, low, high)
    matching = matching_facets(db, found)
    if within is None or (matching is not None and not matching.facets) or limit < 1:
        yield Slice([], 1.0)
        return
    if not found.rows and (matching is None or len(matching.facets) <= MANY_FACETS):
        if matching is None:
            ids = _by_time(db, found, within, limit, newest_first)
        else:
            ids = _merged(db, found, matching, within, limit, newest_first)
        yield Slice(ids, 1.0)
        return
    sparse = matching is not None and matching.calls <= SPARSE
    yield from _sliced(db, found, matching, within, limit, newest_first, sparse)


def count(db: sqlite3.Connection, found: Filter) -> int | None:
    """How many calls the filter takes, where that is known without reading them: no text and no time."""
    if found.rows or found.since_ms is not None or found.until_ms is not None:
        return None
    matching = matching_facets(db, found)
    if matching is not None:
        return matching.calls
    return int(db.execute("SELECT coalesce(sum(calls), 0) FROM facets").fetchone()[0])


def _time(found: Filter) -> tuple[str, list[int]]:
    sql, values = "", list[int]()
    if found.since_ms is not None:
        sql, values = " AND at_ms >= ?", [found.since_ms]
    if found.until_ms is not None:
        sql, values = sql + " AND at_ms < ?", [*values, found.until_ms]
    return sql, values


def _order(newest_first: bool) -> str:
    return "DESC" if newest_first else "ASC"


def _by_time(db: sqlite3.Connection, found: Filter, within: Range, limit: int, newest_first: bool) -> list[int]:
    time, moments = _time(found)
    sql = f"SELECT id FROM calls NOT INDEXED WHERE id BETWEEN ? AND ?{time} ORDER BY id {_order(newest_first)} LIMIT ?"  # noqa: S608 - fixed words
    return [row[0] for row in db.execute(sql, (within.low, within.high, *moments, limit))]


def _merged(
    db: sqlite3.Connection, found: Filter, matching: Matching, within: Range, limit: int, newest_first: bool
) -> list[int]:
    """The best `limit` ids of all facets; a facet whose newest call is older than all of them is not even looked up."""
    time, moments = _time(found)
    sql = (
        f"SELECT id FROM calls INDEXED BY calls_by_facet WHERE facet = ? AND id BETWEEN ? AND ?{time}"  # noqa: S608 - fixed words
        f" ORDER BY id {_order(newest_first)} LIMIT ?"
    )
    low, high = within.low, within.high
    sign = 1 if newest_first else -1
    best: list[int] = []
    for number, _, newest in matching.facets:
        if newest < low:
            break
        for (id_,) in db.execute(sql, (number, low, high, *moments, limit)):
            if len(best) < limit:
                heapq.heappush(best, sign * id_)
            elif sign * id_ > best[0]:
                heapq.heapreplace(best, sign * id_)
            else:
                break
        if len(best) == limit:
            low, high = (max(low, best[0] + 1), high) if newest_first else (low, min(high, -best[0] - 1))
    return [sign * id_ for id_ in sorted(best, reverse=True)]


def _sliced(
    db: sqlite3.Connection,
    found: Filter,
    matching: Matching | None,
    within: Range,
    limit: int,
    newest_first: bool,
    sparse: bool,
) -> Iterator[Slice]:
    time, moments = _time(found)
    rows, values = _conditions(found.rows)
    facets = ""
    if matching is not None:
        facets = f" AND facet IN ({','.join([str(facet[0]) for facet in matching.facets])})"
    sql = (
        f"SELECT id FROM calls {'INDEXED BY calls_by_facet' if sparse else 'NOT INDEXED'}"  # noqa: S608 - fixed words and ints
        f" WHERE id BETWEEN ? AND ?{facets}{time}{rows} ORDER BY id {_order(newest_first)} LIMIT ?"
    )
    low, high = within.low, within.high
    whole = high - low + 1
    size = whole if sparse else FIRST_SLICE
    while low <= high and limit > 0:
        part = Range(max(low, high - size + 1), high) if newest_first else Range(low, min(high, low + size - 1))
        ids = [row[0] for row in db.execute(sql, (part.low, part.high, *moments, *values, limit))]
        limit -= len(ids)
        if newest_first:
            high = part.low - 1
        else:
            low = part.high + 1
        yield Slice(ids, 1.0 - (high - low + 1) / whole)
        size = min(size * 2, max(LARGEST_SLICE, size))


def _conditions(rows: tuple[Condition, ...]) -> tuple[str, list[str | int | bytes]]:
    sql, values = "", list[str | int | bytes]()
    for condition in rows:
        if condition.name == "text":
            test = "instr(words, ?) > 0"
            values += [value.encode("utf-8", "replace") for value in condition.values]
        else:
            column = {"id": "id", "session": "session", "change": "change_id"}[condition.name]
            test = f"{column} IN ({','.join('?' * len(condition.values))})"
            values += [int(value) if column == "id" else value for value in condition.values]
            if column == "change_id" and ANY in condition.values:
                test = "change_id <> ''"
                values = values[: -len(condition.values)]
        sql += f" AND {'NOT ' if condition.negated else ''}({test})"
    return sql, values

"""How many calls there were in each piece of a time, by what became of them: the bars of a chart, counted in SQL."""

from __future__ import annotations

import sqlite3

from app.core.journal import select
from app.core.journal.filter import Filter
from app.core.journal.kinds import Kind, kind_of

EVERY_ID = 2**62


def counts(
    db: sqlite3.Connection, since_ms: int, until_ms: int, step_ms: int, without: list[int]
) -> list[dict[Kind, int]]:
    """One entry for each `step_ms` from `since_ms` (included) to `until_ms` (excluded), oldest first, as far as the searchable
    table has come; `without` are ids not to count."""
    made: list[dict[Kind, int]] = [dict[Kind, int]() for _ in range(max(0, -(-(until_ms - since_ms) // step_ms)))]
    within = select.id_range(db, Filter(since_ms=since_ms, until_ms=until_ms), 0, EVERY_ID)
    if within is None or not made:
        return made
    kinds: dict[int, Kind] = {
        number: kind_of(decision, by, outcome)
        for number, decision, by, outcome in db.execute("SELECT no, decision, by, outcome FROM facets WHERE calls > 0")
    }
    skipped = ",".join([str(int(id_)) for id_ in without])
    rows = db.execute(
        "SELECT (at_ms - ?) / ?, facet, count(*) FROM calls"  # noqa: S608 - ints
        f" WHERE id BETWEEN ? AND ? AND at_ms >= ? AND at_ms < ? AND id NOT IN ({skipped}) GROUP BY 1, 2",
        (since_ms, step_ms, within.low, within.high, since_ms, until_ms),
    )
    for row in rows:
        piece, facet, count = (int(value) for value in row)
        add(made[piece], kinds[facet], count)
    return made


def add(piece: dict[Kind, int], kind: Kind, count: int = 1) -> None:
    """Count so many more."""
    piece[kind] = piece.get(kind, 0) + count

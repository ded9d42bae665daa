"""The Activity page over a log of a million calls: how soon a filter's first rows are painted, and what a search for words takes.

Each filter is typed into the running tray program; the time runs from its being confirmed to the picture of its rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from app.core.journal.database import database_of
from tests.bench.desk import Desk, desk
from tests.bench.figures_desktop_start import environment
from tests.bench.ground import Ground
from tests.bench.measure import Figure, quantile, timed
from tests.bench.million import CALLS, RARE, SELDOM, USUAL, million
from tests.fakes.x_session import x_session

ROUNDS = 9
FIRST_PAGE = 200
FILTERS = {
    "server": "server:git",
    "folder": "folder:/home/ada/Notes/f03",
    "decision": "decision:denied",
    "client": "client:zed",
    "time": "since:3d",
    "several": "server:notes client:cursor decision:allowed -outcome:error",
}
WORDS = {"usual": (USUAL, 150.0), "seldom": (SELDOM, 150.0), "rare": (RARE, 2000.0), "absent": ("xyzzyplugh", 2000.0)}
"""One in 50, one in 20,000, three at the far end, none at all; and the limit for its first hit, or for knowing that there is none."""


def log(ground: Ground) -> Iterator[Figure]:
    """Filters by facet and time, then words."""
    home = million(ground.scratch / "million")
    with ground.gateway(home), x_session() as session, desk(str(home), environment(ground, session)) as app:
        app.do("switch", "activity")
        app.do("settle")
        app.do("search", RARE)  # the whole log was read once before, as on a machine where it is in use
        yield from filters(app)
        yield from words(app, database_of(str(home)))


def filters(app: Desk) -> Iterator[Figure]:
    """The first 200 rows."""
    for what, expression in FILTERS.items():
        taken: list[float] = []
        for _ in range(ROUNDS):
            first, _, count = app.do("search", expression)
            if count != FIRST_PAGE:
                raise SystemExit(f"{expression} found {count} calls")
            taken.append(first)
            app.do("search", "")
        note = f"best {min(taken):.0f}, worst {max(taken):.0f}"
        yield Figure(
            f"log of {CALLS:,}: by {what}, first 200", quantile(taken, 0.5), "ms", limit=50, of="ours", note=note
        )


def words(app: Desk, database: str) -> Iterator[Figure]:
    """The first hit, and the whole search; beside a bare scan where all of the log has to be read."""
    for what, (word, limit) in WORDS.items():
        taken: list[float] = []
        whole: list[float] = []
        scans: list[float] = []
        app.do("watch")
        for _ in range(3):
            first, done, _ = app.do("search", word)
            scans.append(scan(database, word) * 1e3 if limit > 1000 else 0.0)
            taken.append(done if first is None else first)
            whole.append(done)
        stall, _ = app.do("worst")
        app.do("search", "")
        note = f"page or log's end after {quantile(whole, 0.5):.0f}, longest stall of the screen {stall:.0f}"
        name = f"log of {CALLS:,}: {what} word, first hit"
        figure = Figure(name, quantile(taken, 0.5), "ms", limit=limit, of="ours", note=note)
        if any(scans):
            figure.comparator, figure.theirs = "bare SQLite scan", quantile(scans, 0.5)
            figure.ratio = figure.ours / figure.theirs
        yield figure


def scan(database: str, word: str) -> float:
    """Seconds in which SQLite alone looks through all words of the log."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return timed(
            lambda: db.execute("SELECT count(*) FROM calls WHERE instr(words, ?)", (word.encode(),)).fetchone()
        )

"""A journal that is closed whatever happens, and ways to look at its file and to harm it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.core.journal import database
from app.core.journal.writer import Journal


@pytest.fixture
def journals(home: str) -> Iterator[Callable[..., Journal]]:
    """Opens the home's journal; each is closed at the end."""
    opened: list[Journal] = []

    def open_journal(**bounds: int) -> Journal:
        opened.append(Journal.open(home, **bounds))
        return opened[-1]

    yield open_journal
    for journal in opened:
        journal.close()


@pytest.fixture
def journal(journals: Callable[..., Journal]) -> Journal:
    """A new journal."""
    return journals()


@pytest.fixture
def sql(home: str) -> Callable[..., list[Any]]:
    """Runs a statement on the database file, as an intruder would."""

    def run(statement: str, *values: Any) -> list[Any]:
        db = sqlite3.connect(database.database_of(home), isolation_level=None)
        try:
            return db.execute(statement, values).fetchall()
        finally:
            db.close()

    return run

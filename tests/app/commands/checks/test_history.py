from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator

import pytest

from app.commands.checks.history import check_log
from app.core.journal.database import database_of
from tests.fakes.house import House


@pytest.fixture
def house(home: str) -> Iterator[House]:
    house = House(home)
    house.start()
    house.call("echo")
    yield house
    house.end()


def states(home: str) -> list[str]:
    return [finding.state for finding in check_log(home)]


def test_no_log_is_in_order(home: str):
    assert states(home) == ["ok"]


def test_a_log_that_was_written_by_the_gateway_is_in_order(house: House):
    assert set(states(house.home)) == {"ok"}


def test_a_changed_row_is_a_problem(house: House):
    house.end()
    with sqlite3.connect(database_of(house.home)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute("UPDATE events SET body = x'7b7d' WHERE seq = 2")
    db.close()
    assert "problem" in states(house.home)


def test_a_log_that_others_may_read_is_a_problem(house: House):
    os.chmod(database_of(house.home), 0o644)
    assert "problem" in states(house.home)

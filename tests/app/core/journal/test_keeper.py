"""The thread that carries the log to the disk."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.journal import keeper as room
from app.core.journal.database import open_for_writing
from app.core.journal.keeper import Keeper

Wait = Callable[..., object]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = open_for_writing(str(tmp_path / "calls.db"), 100_000)
    db.execute("INSERT INTO state VALUES('derived', 0)")
    yield db
    db.close()


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The descriptors carried to the disk."""
    seen: list[int] = []
    monkeypatch.setattr(room, "_to_disk", seen.append)
    return seen


@pytest.fixture
def keeper(db: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keeper]:
    monkeypatch.setattr(room, "EVERY", 0.01)
    keeper = Keeper(str(tmp_path / "calls.db"), also=99)
    yield keeper
    keeper.close()


def test_it_sleeps_until_there_is_something_to_carry(flushed: list[int], keeper: Keeper) -> None:
    assert (flushed, keeper._started) == ([], False)


def test_the_witness_is_carried_before_the_log(flushed: list[int], keeper: Keeper, wait_until: Wait) -> None:
    keeper.rouse()
    wait_until(lambda: len(flushed) >= 2)
    assert flushed[0] == 99
    assert os.path.samestat(os.fstat(flushed[1]), os.stat(f"{keeper._path}-wal"))


def test_each_rousing_after_a_rest_is_heard(flushed: list[int], keeper: Keeper, wait_until: Wait) -> None:
    for times in (2, 4, 6):
        keeper.rouse()
        wait_until(lambda times=times: len(flushed) >= times)


def test_closing_carries_what_is_left(flushed: list[int], db: sqlite3.Connection, tmp_path: Path) -> None:
    keeper = Keeper(str(tmp_path / "calls.db"))
    keeper.rouse()
    keeper.close()
    assert flushed


def test_a_long_write_ahead_file_is_moved_into_the_database(
    flushed: list[int],
    keeper: Keeper,
    db: sqlite3.Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wait_until: Wait,
) -> None:
    monkeypatch.setattr(room, "CHECKPOINT_BYTES", 0)
    before = (tmp_path / "calls.db").stat().st_size
    db.execute(
        "CREATE TABLE big AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 20000) SELECT x FROM n"
    )
    keeper.rouse()
    wait_until(lambda: (tmp_path / "calls.db").stat().st_size > before)


def test_a_disk_that_fails_does_not_end_the_thread(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch, wait_until: Wait
) -> None:
    tried: list[int] = []

    def fails(fd: int) -> None:
        tried.append(fd)
        raise OSError

    monkeypatch.setattr(room, "_to_disk", fails)
    keeper.rouse()
    wait_until(lambda: tried)
    wait_until(lambda: not keeper._awake)
    keeper.rouse()
    wait_until(lambda: len(tried) >= 2)

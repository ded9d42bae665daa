"""What is old enough, or too much, to keep."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.journal import store as store_room
from app.core.journal.reader import Reader
from app.core.journal.verify import verify
from app.core.journal.writer import Journal
from tests.fakes.calls import close_call, open_call, whole_call

DAY_NS = 86_400_000_000_000
Open = Callable[..., Journal]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock to so many days after the beginning."""

    def set_clock(day: float) -> None:
        monkeypatch.setattr(store_room.time, "time_ns", lambda: 1_780_000_000_000_000_000 + round(day * DAY_NS))

    return set_clock


def kept(home: str) -> list[int]:
    with Reader(home) as reader:
        return [record.id for record in reader.walk()]


def prune(journal: Journal, days: float, limit: int = 2000) -> list[int]:
    """What each round removed."""
    removed: list[int] = []
    while not removed or removed[-1]:
        removed.append(journal.prune(days, limit=limit))
    return removed


def test_calls_older_than_the_days_go(journal: Journal, home: str, at: Callable[[float], None]) -> None:
    for day in range(10):
        at(day)
        whole_call(journal)
    at(10)
    assert prune(journal, 4.5) == [6, 0]
    assert kept(home) == [7, 8, 9, 10]
    assert verify(home).findings == []


def test_nothing_goes_that_is_young(journal: Journal, home: str) -> None:
    whole_call(journal)
    assert (prune(journal, 90), kept(home)) == ([0], [1])


def test_an_empty_log_has_nothing_to_remove(journal: Journal) -> None:
    assert prune(journal, 1) == [0]


def test_all_may_go_and_the_log_goes_on(journals: Open, home: str) -> None:
    journal = journals()
    for _ in range(3):
        whole_call(journal)
    assert prune(journal, -1) == [3, 0]
    assert (kept(home), verify(home).findings) == ([], [])
    assert whole_call(journal) == 4
    journal.close()
    again = journals()
    assert (whole_call(again), kept(home), verify(home).findings) == (5, [4, 5], [])


def test_one_round_is_bounded(journal: Journal, home: str) -> None:
    for _ in range(10):
        whole_call(journal)
    assert prune(journal, -1, limit=4) == [4, 4, 2, 0]
    assert verify(home).findings == []


def test_an_open_call_and_all_after_it_stay(journal: Journal, home: str) -> None:
    whole_call(journal)
    going_on = open_call(journal)
    whole_call(journal)
    assert prune(journal, -1) == [1, 0]
    close_call(journal, going_on)
    assert prune(journal, -1) == [2, 0]
    assert verify(home).findings == []


def test_too_many_calls_lose_their_oldest(journals: Open, home: str) -> None:
    journal = journals(max_calls=5)
    for _ in range(12):
        whole_call(journal)
    assert prune(journal, 90) == [7, 0]
    assert kept(home) == [8, 9, 10, 11, 12]


def test_a_clock_that_steps_back_keeps_more_rather_than_less(
    journal: Journal, home: str, at: Callable[[float], None]
) -> None:
    for day in (20, 0, 20):
        at(day)
        whole_call(journal)
    at(21)
    prune(journal, 5)
    assert kept(home) == [1, 2, 3]


def test_counts_follow(journal: Journal, home: str) -> None:
    for number in range(6):
        whole_call(journal, server="git" if number < 4 else "notes")
    prune(journal, -1, limit=6)
    whole_call(journal, server="git")
    journal.derive()
    with Reader(home) as reader:
        assert (reader.count("server:git"), reader.count("server:notes"), reader.known("server")) == (1, 0, ["git"])


def test_space_is_given_back(journal: Journal) -> None:
    for _ in range(200):
        whole_call(journal, arguments={"path": "x" * 8000})
    while journal.derive():
        pass
    pages = journal._store.db.execute("PRAGMA page_count").fetchone()[0]
    prune(journal, -1)
    assert journal._store.db.execute("PRAGMA page_count").fetchone()[0] < pages / 2

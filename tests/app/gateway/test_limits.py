"""Rates and deadlines."""

from __future__ import annotations

import pytest

from app.gateway.limits import Deadlines, Rate
from tests.fakes.hand_loop import HandLoop


def test_a_burst_up_to_the_minutes_worth_goes_and_the_next_waits() -> None:
    rate = Rate()
    assert [rate.take(3, 0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert rate.take(3, 0.0) == pytest.approx(20.0)


def test_the_bucket_refills_evenly_and_never_beyond_a_minutes_worth() -> None:
    rate = Rate()
    for _ in range(60):
        rate.take(60, 0.0)
    assert rate.take(60, 1.0) == 0.0
    assert rate.take(60, 1.0) > 0
    assert [rate.take(60, 10_000.0) for _ in range(60)] == [0.0] * 60
    assert rate.take(60, 10_000.0) > 0


def test_a_refused_call_does_not_push_the_next_one_away() -> None:
    rate = Rate()
    rate.take(1, 0.0)
    for second in range(1, 60):
        assert rate.take(1, float(second)) > 0
    assert rate.take(1, 60.0) == 0.0


class Waiting:
    def __init__(self) -> None:
        self.calls = 0

    def late(self) -> None:
        self.calls += 1


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> HandLoop:
    found = HandLoop()
    monkeypatch.setattr("app.gateway.limits.monotonic", found.time)
    return found


def test_each_deadline_rings_once_at_its_own_time(loop: HandLoop) -> None:
    deadlines = Deadlines(loop)
    long, short = Waiting(), Waiting()
    deadlines.add(long, 240)
    deadlines.add(short, 2)
    loop.advance(3)
    assert (long.calls, short.calls) == (0, 1)
    loop.advance(1000)
    assert (long.calls, short.calls) == (1, 1)


def test_what_came_in_time_never_rings(loop: HandLoop) -> None:
    deadlines = Deadlines(loop)
    one, other = Waiting(), Waiting()
    deadlines.add(one, 10)
    deadlines.add(other, 10)
    deadlines.drop(one)
    loop.advance(11)
    assert (one.calls, other.calls) == (0, 1)


def test_nothing_in_flight_leaves_no_timer_behind(loop: HandLoop) -> None:
    deadlines = Deadlines(loop)
    for _ in range(100):
        one = Waiting()
        deadlines.add(one, 240)
        deadlines.drop(one)
    assert loop.waiting == 1
    loop.advance(241)
    assert loop.waiting == 0
    assert deadlines.waiting == 0

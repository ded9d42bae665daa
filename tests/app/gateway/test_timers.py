from __future__ import annotations

import pytest

from app.gateway import timers
from app.gateway.timers import Timers


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(timers.time, "monotonic", lambda: now[0])
    return now


def test_no_timer_means_no_wake_up(clock: list[float]) -> None:
    waiting = Timers()
    assert waiting.wait() is None
    waiting.add(5, lambda: None).cancel()
    assert waiting.wait() is None


def test_the_next_one_decides_how_long_to_wait(clock: list[float]) -> None:
    waiting = Timers()
    waiting.add(5, lambda: None)
    waiting.add(2, lambda: None)
    assert waiting.wait() == 2
    clock[0] += 10
    assert waiting.wait() == 0


def test_due_ones_come_once_in_order_and_equal_ones_as_they_were_added(clock: list[float]) -> None:
    waiting = Timers()
    order: list[str] = []
    for name, seconds in (("b", 2), ("c", 2), ("a", 1), ("later", 9)):
        waiting.add(seconds, lambda name=name: order.append(name))
    clock[0] += 2
    for fn in waiting.due():
        fn()
    assert order == ["a", "b", "c"]
    assert waiting.due() == []


def test_cancelling_one_that_is_done_is_harmless(clock: list[float]) -> None:
    waiting = Timers()
    timer = waiting.add(0, lambda: None)
    assert len(waiting.due()) == 1
    timer.cancel()


def test_many_cancelled_timers_take_no_room(clock: list[float]) -> None:
    waiting = Timers()
    keep = waiting.add(240, lambda: None)
    for _ in range(100_000):
        waiting.add(240, lambda: None).cancel()
    assert len(waiting) < 200
    assert keep.fn is not None

"""A loop whose clock a test turns by hand."""

from __future__ import annotations

from collections.abc import Callable


class HandTimer:
    def __init__(self, when: float, fn: Callable[[], None]) -> None:
        self.when = when
        self.fn: Callable[[], None] | None = fn

    def cancel(self) -> None:
        self.fn = None


class HandLoop:
    """Time stands still until `advance`; timers then fire in order, each at its own moment."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.timers: list[HandTimer] = []

    def time(self) -> float:
        return self.now

    def later(self, seconds: float, fn: Callable[[], None]) -> HandTimer:
        timer = HandTimer(self.now + seconds, fn)
        self.timers.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        end = self.now + seconds
        while True:
            self.timers = [timer for timer in self.timers if timer.fn is not None]
            ready = min((timer for timer in self.timers if timer.when <= end), key=lambda t: t.when, default=None)
            if ready is None or ready.fn is None:
                break
            self.now = max(self.now, ready.when)
            fn, ready.fn = ready.fn, None
            fn()
        self.now = end

    @property
    def waiting(self) -> int:
        return sum(timer.fn is not None for timer in self.timers)

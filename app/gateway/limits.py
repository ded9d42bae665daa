"""How much one client may ask for, and how long a call may take. Counts and clocks only, nothing is decided on content."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Protocol


class Rate:
    """A bucket that holds one minute's calls and refills evenly, so a burst is fine and a flood is not."""

    __slots__ = ("_left", "_seen")

    def __init__(self) -> None:
        self._left = -1.0
        self._seen = 0.0

    def take(self, per_minute: int, now: float) -> float:
        """0.0 where a call may go; else the seconds until one may. `now` is a monotonic clock's."""
        left = per_minute if self._left < 0 else min(per_minute, self._left + (now - self._seen) * per_minute / 60)
        self._seen = now
        if left < 1:
            self._left = left
            return (1 - left) * 60 / per_minute
        self._left = left - 1
        return 0.0


class Late(Protocol):
    """What a deadline is kept for."""

    def late(self) -> None:
        """The time is up."""
        ...


class Timer(Protocol):
    """Something that will be done later."""

    def cancel(self) -> None:
        """Never do it. Harmless when done or cancelled before."""
        ...


class Clock(Protocol):
    """The loop, as far as this room needs it."""

    def later(self, seconds: float, fn: Callable[[], None], /) -> Timer: ...


class Deadlines:
    """One timer for all calls in flight; none while nothing is in flight for longer than the last timer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ends: dict[Late, float] = {}
        self._timer: Timer | None = None
        self._rings_at = 0.0

    def add(self, late: Late, seconds: float) -> None:
        """Call `late.late()` in `seconds`."""
        end = self._ends[late] = monotonic() + seconds
        if self._timer is None or end < self._rings_at:
            self._set(end, seconds)

    def drop(self, late: Late) -> None:
        """It came in time."""
        self._ends.pop(late, None)

    @property
    def waiting(self) -> int:
        """How many have not come yet."""
        return len(self._ends)

    def _ring(self) -> None:
        self._timer = None
        now = monotonic()
        for late in [late for late, end in self._ends.items() if end <= now + 0.001]:
            if self._ends.pop(late, None) is not None:
                late.late()
        if self._ends and self._timer is None:
            end = min(self._ends.values())
            self._set(end, max(0.01, end - now))

    def _set(self, end: float, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = end
        self._timer = self._clock.later(seconds, self._ring)

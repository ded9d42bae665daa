"""Things to do later, for both loops. An idle gateway has none, so it is never woken."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable


class Timer:
    """One thing to do at a time of `time.monotonic`."""

    __slots__ = ("fn", "when")

    def __init__(self, when: float, fn: Callable[[], None]) -> None:
        self.when = when
        self.fn: Callable[[], None] | None = fn

    def cancel(self) -> None:
        """Never do it. Harmless when done or cancelled before."""
        self.fn = None


class Timers:
    """A heap of timers. Cancelled ones cost nothing but their place, which is taken back when they are the most."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timer]] = []
        self._count = 0
        self._sweep_at = 64

    def add(self, seconds: float, fn: Callable[[], None]) -> Timer:
        """Do `fn` in `seconds`."""
        timer = Timer(time.monotonic() + seconds, fn)
        self._count += 1
        heapq.heappush(self._heap, (timer.when, self._count, timer))
        if len(self._heap) > self._sweep_at:
            self._heap = [entry for entry in self._heap if entry[2].fn is not None]
            heapq.heapify(self._heap)
            self._sweep_at = max(64, 2 * len(self._heap))
        return timer

    def wait(self) -> float | None:
        """Seconds until the next one is due, None when there is none."""
        heap = self._heap
        while heap and heap[0][2].fn is None:
            heapq.heappop(heap)
        return max(0.0, heap[0][0] - time.monotonic()) if heap else None

    def due(self) -> list[Callable[[], None]]:
        """Take out everything that is due now, oldest first."""
        heap = self._heap
        if not heap:
            return []
        now = time.monotonic()
        ready: list[Callable[[], None]] = []
        while heap and heap[0][0] <= now:
            timer = heapq.heappop(heap)[2]
            if timer.fn is not None:
                ready.append(timer.fn)
                timer.fn = None
        return ready

    def __len__(self) -> int:
        return len(self._heap)

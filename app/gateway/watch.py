"""Which descriptors are ready: the system's own queue, asked without the objects that `selectors` makes of every event.

On Linux an event costs one dictionary look-up; elsewhere `selectors` does it.
"""

from __future__ import annotations

import math
import select
import selectors
import sys
from collections.abc import Callable

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE
MOST = 256
"""Events taken at once; the others come with the next question."""

Ready = Callable[[int], None]
"""Gets READ, WRITE or both. An error or a hang-up counts as either, so that reading or writing finds it."""


class SelectorWatch:
    """On any POSIX system."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def add(self, fd: int, mask: int, fn: Ready) -> None:
        """Call for `fd` from now on."""
        self._selector.register(fd, mask, fn)

    def change(self, fd: int, mask: int) -> None:
        """Wait for something else on `fd`."""
        self._selector.modify(fd, mask, self._selector.get_key(fd).data)

    def drop(self, fd: int) -> None:
        """Wait for nothing on `fd` any more; it need not be watched. Before it is closed."""
        try:
            self._selector.unregister(fd)
        except (KeyError, ValueError):
            return

    def wait(self, seconds: float | None) -> list[tuple[Ready, int]]:
        """What is ready, after at most `seconds` (None: without end)."""
        return [(key.data, mask) for key, mask in self._selector.select(seconds)]

    def close(self) -> None:
        """Give the queue back."""
        self._selector.close()


Watch = SelectorWatch

if sys.platform == "linux":

    class EpollWatch:
        """On Linux."""

        def __init__(self) -> None:
            self._epoll = select.epoll()
            self._fns: dict[int, Ready] = {}

        def add(self, fd: int, mask: int, fn: Ready) -> None:
            """See SelectorWatch."""
            self._epoll.register(fd, _EVENTS[mask])
            self._fns[fd] = fn

        def change(self, fd: int, mask: int) -> None:
            """See SelectorWatch."""
            self._epoll.modify(fd, _EVENTS[mask])

        def drop(self, fd: int) -> None:
            """See SelectorWatch."""
            if self._fns.pop(fd, None) is not None:
                self._epoll.unregister(fd)

        def wait(self, seconds: float | None) -> list[tuple[Ready, int]]:
            """See SelectorWatch."""
            if seconds is not None and seconds > 0:
                seconds = math.ceil(seconds * 1000) * 0.001  # epoll knows milliseconds; less would be asked in vain
            fns = self._fns
            ready: list[tuple[Ready, int]] = []
            try:
                events = self._epoll.poll(seconds, MOST)
            except InterruptedError:
                return ready
            for fd, event in events:
                fn = fns.get(fd)
                if fn is not None:
                    ready.append((fn, _MASKS.get(event) or _mask(event)))
            return ready

        def close(self) -> None:
            """See SelectorWatch."""
            self._epoll.close()

    def _mask(event: int) -> int:
        return (READ if event & ~select.EPOLLOUT else 0) | (WRITE if event & ~select.EPOLLIN else 0)

    _EVENTS = {
        READ: select.EPOLLIN,
        WRITE: select.EPOLLOUT,
        READ | WRITE: select.EPOLLIN | select.EPOLLOUT,
    }
    _MASKS = {events: mask for mask, events in _EVENTS.items()}
    Watch = EpollWatch

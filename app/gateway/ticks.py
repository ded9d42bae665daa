"""What both loops have in common: the order of a tick, timers, and that nothing leaves before it is recorded.

A tick: what was read is called back; timers; `before_flush` (events secured); one write per channel; `after_flush` (events
written to the log).
While `before_flush` fails, nothing is written at all.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from app.gateway.channel import Channel, ignore
from app.gateway.timers import Timer, Timers

_RETRY_SECONDS = 0.5


def nothing() -> None:
    """A hook that nobody set."""


def _report(error: BaseException) -> None:
    sys.excepthook(type(error), error, error.__traceback__)


class Ticks:
    """Callbacks that raise are reported to `on_error` and never end the loop."""

    def __init__(self) -> None:
        self.dirty: list[Channel] = []
        self.before_flush: Callable[[], None] = nothing
        self.after_flush: Callable[[], None] = nothing
        self.on_error: Callable[[BaseException], None] = _report
        self._timers = Timers()
        self._soon: list[Callable[[], None]] = []
        self._stopping = False
        self._retrying = False

    def channel(
        self,
        reader: Any,
        writer: Any,
        on_bytes: Callable[[bytes], None],
        on_close: Callable[[str], None] = ignore,
        *,
        gives_way: bool = False,
    ) -> Channel:
        """Take over the two ends of a stream (or one twice, where it goes both ways) and close them at the end."""
        raise NotImplementedError

    def on_signal(self, signum: int, fn: Callable[[], None]) -> None:
        """Call `fn` in the loop after the signal arrived. Only in the main thread."""
        raise NotImplementedError

    def close(self) -> None:
        """Give everything back but the channels, which are their owners' to close."""
        raise NotImplementedError

    def later(self, seconds: float, fn: Callable[[], None]) -> Timer:
        """Call `fn` in `seconds`; the answer can cancel it."""
        return self._timers.add(seconds, fn)

    def soon(self, fn: Callable[[], None]) -> None:
        """Call `fn` in this tick after the readers, or in the next one."""
        self._soon.append(fn)

    def run(self) -> None:
        """Serve until `stop()`."""
        while not self._stopping:
            self.tick(0 if self._soon else self._timers.wait())

    def stop(self) -> None:
        """Leave `run` after this tick."""
        self._stopping = True

    def tick(self, wait: float | None) -> None:
        """One turn; waits at most `wait` seconds for something to happen (None: without end)."""
        self._read(wait)
        for fn in self._timers.due():
            self._guarded(fn)
        while self._soon:
            ready, self._soon = self._soon, []
            for fn in ready:
                self._guarded(fn)
        try:
            self.before_flush()
        except Exception as error:
            self._keep_back(error)
            return
        self._retrying = False
        while self.dirty:
            channels, self.dirty = self.dirty, []
            for channel in channels:
                if channel.out and not channel.closed:
                    self._write(channel)
        self._guarded(self.after_flush)

    def _read(self, wait: float | None) -> None:
        raise NotImplementedError

    def _write(self, channel: Channel) -> None:
        raise NotImplementedError

    def _hush(self, channel: Channel) -> None:
        """Stop waiting for a channel to become writable: nothing may be written now."""

    def _keep_back(self, error: Exception) -> None:
        for channel in self.dirty:
            self._hush(channel)
        if not self._retrying:
            self.on_error(error)
            self._retrying = True
            self.later(_RETRY_SECONDS, self._retry)

    def _retry(self) -> None:
        self._retrying = False  # that a timer ran is enough: the flush of this tick tries again

    def _guarded(self, fn: Callable[[], None]) -> None:
        try:
            fn()
        except Exception as error:  # a bug in one callback must not end every session
            self.on_error(error)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.gateway.channel import Channel
from app.gateway.ticks import Ticks


class Quiet(Ticks):
    """A loop that reads nothing, and notes when it writes."""

    def __init__(self) -> None:
        super().__init__()
        self.order: list[str] = []
        self.hushed: list[Channel] = []
        self.errors: list[str] = []
        self.on_error = lambda error: self.errors.append(str(error))

    def _read(self, wait: float | None) -> None:
        self.order.append("read")

    def _write(self, channel: Channel) -> None:
        self.order.append("write")
        channel.wrote(channel.pending)

    def _hush(self, channel: Channel) -> None:
        self.hushed.append(channel)

    def rewatch(self, channel: Channel) -> None: ...

    def drop(self, channel: Channel) -> None: ...

    def shut(self, channel: Channel) -> None: ...

    def noting(self, word: str) -> Callable[[], Any]:
        return lambda: self.order.append(word)


@pytest.fixture
def quiet() -> Quiet:
    return Quiet()


def test_a_tick_reads_then_calls_then_records_then_writes(quiet: Quiet) -> None:
    channel = Channel(quiet, 0, 0, lambda _: None)
    quiet.before_flush = quiet.noting("record")
    quiet.after_flush = quiet.noting("after")
    quiet.later(0, quiet.noting("timer"))
    quiet.soon(quiet.noting("soon"))
    channel.write(b"x")
    quiet.tick(0)
    assert quiet.order == ["read", "timer", "soon", "record", "write", "after"]


def test_what_the_record_itself_queues_leaves_in_the_same_tick(quiet: Quiet) -> None:
    channel = Channel(quiet, 0, 0, lambda _: None)
    quiet.before_flush = lambda: channel.write(b"x")
    quiet.tick(0)
    assert channel.pending == 0


def test_a_failing_record_holds_everything_back_and_is_reported_once(quiet: Quiet) -> None:
    channel = Channel(quiet, 0, 0, lambda _: None)

    def fail() -> None:
        raise OSError("disk full")

    quiet.before_flush = fail
    channel.write(b"x")
    quiet.tick(0)
    quiet.tick(0)
    assert (channel.pending, quiet.errors, quiet.hushed) == (1, ["disk full"], [channel, channel])
    quiet.before_flush = lambda: None
    quiet.tick(0)
    assert channel.pending == 0


def test_a_raising_hook_timer_or_callback_is_reported_and_the_loop_goes_on(quiet: Quiet) -> None:
    def fail() -> None:
        raise RuntimeError("bug")

    quiet.after_flush = fail
    quiet.later(0, fail)
    quiet.soon(fail)
    quiet.tick(0)
    assert quiet.errors == ["bug", "bug", "bug"]


def test_stop_leaves_after_the_tick(quiet: Quiet) -> None:
    channel = Channel(quiet, 0, 0, lambda _: None)
    channel.write(b"last words")
    quiet.soon(quiet.stop)
    quiet.run()
    assert channel.pending == 0

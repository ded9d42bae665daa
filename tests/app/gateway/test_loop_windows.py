from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import pytest

from app.gateway.channel import HIGH, Channel
from app.gateway.loop_windows import ThreadedLoop

Turn = Callable[..., object]


@pytest.fixture
def loop() -> Iterator[ThreadedLoop]:
    found = ThreadedLoop()
    errors: list[BaseException] = []
    found.on_error = errors.append
    yield found
    found.close()
    assert errors == []


class Pair:
    """A channel over two pipes, and our hands at their far ends."""

    def __init__(self, loop: ThreadedLoop, gives_way: bool = False) -> None:
        self.heard = bytearray()
        self.words: list[str] = []
        their_in, out = os.pipe()
        into, their_out = os.pipe()
        self.theirs = os.fdopen(their_in, "rb", buffering=0)
        self.their_out = os.fdopen(their_out, "wb", buffering=0)
        self.channel: Channel = loop.channel(into, out, self.heard.extend, self.words.append, gives_way=gives_way)

    def close(self) -> None:
        self.their_out.close()
        self.theirs.close()
        self.channel.close()


@pytest.fixture
def pair(loop: ThreadedLoop) -> Iterator[Pair]:
    found = Pair(loop)
    yield found
    found.close()


def test_bytes_go_both_ways(loop: ThreadedLoop, turn_until: Turn, pair: Pair) -> None:
    pair.their_out.write(b"question")
    turn_until(lambda: pair.heard == b"question")
    pair.channel.write(b"ans")
    pair.channel.write(b"wer")
    loop.tick(0)
    assert pair.theirs.read(100) == b"answer"


def test_nothing_leaves_while_recording_fails(loop: ThreadedLoop, turn_until: Turn, pair: Pair) -> None:
    failures = [OSError("full")]

    def record() -> None:
        if failures:
            raise failures.pop()

    seen: list[BaseException] = []
    loop.on_error, errors = seen.append, loop.on_error
    loop.before_flush = record
    pair.channel.write(b"late")
    loop.tick(0)
    assert [str(error) for error in seen] == ["full"]
    assert pair.channel.pending == 4
    loop.tick(0)
    assert pair.theirs.read(100) == b"late"
    loop.on_error = errors


def test_much_is_written_while_others_are_served(loop: ThreadedLoop, turn_until: Turn, pair: Pair) -> None:
    other = Pair(loop)
    pair.channel.write(b"x" * 3_000_000)
    other.channel.write(b"quick")
    loop.tick(0)
    assert other.theirs.read(10) == b"quick"
    got = 0
    while got < 3_000_000:
        got += len(pair.theirs.read(1 << 20))
    turn_until(lambda: pair.channel.pending == 0)
    other.close()


def test_a_slow_reader_is_not_read(loop: ThreadedLoop, turn_until: Turn) -> None:
    pair = Pair(loop, gives_way=True)
    pair.their_out.write(b"1")
    turn_until(lambda: pair.heard == b"1")
    pair.channel.write(b"x" * (HIGH + 1))
    loop.tick(0)
    pair.their_out.write(b"2" * 10)
    pair.their_out.write(b"3" * 10)
    loop.tick(0.05)
    loop.tick(0.05)
    assert b"3" not in pair.heard or pair.channel.holds == 1
    got = 0
    while got <= HIGH:
        got += len(pair.theirs.read(1 << 20))
    turn_until(lambda: len(pair.heard) == 21)
    pair.close()


def test_finish_writes_what_waits_and_then_closes(loop: ThreadedLoop, turn_until: Turn, pair: Pair) -> None:
    pair.channel.write(b"y" * 300_000)
    pair.channel.finish()
    loop.tick(0)
    got = 0
    while got < 300_000:
        got += len(pair.theirs.read(1 << 20))
    turn_until(lambda: pair.channel.closed)


def test_end_closes_only_the_way_out(loop: ThreadedLoop, turn_until: Turn, pair: Pair) -> None:
    pair.channel.write(b"last words")
    pair.channel.end()
    loop.tick(0)
    assert pair.theirs.read(100) == b"last words"
    turn_until(lambda: pair.channel.writer is None)
    assert pair.theirs.read(100) == b""
    pair.their_out.write(b"answer")
    turn_until(lambda: pair.heard == b"answer")


def test_the_end_of_the_other_side_is_told_once(loop: ThreadedLoop, turn_until: Turn, pair: Pair) -> None:
    pair.their_out.close()
    turn_until(lambda: pair.words)
    loop.tick(0)
    assert pair.words == ["the other end closed"]


def test_a_reader_that_is_gone_does_not_silence_what_it_still_says(
    loop: ThreadedLoop, turn_until: Turn, pair: Pair
) -> None:
    pair.theirs.close()
    pair.channel.write(b"for nobody")
    loop.tick(0)
    turn_until(lambda: pair.channel.pending == 0)
    pair.their_out.write(b"still here")
    turn_until(lambda: pair.heard == b"still here")
    assert pair.words == []


def test_connections_are_called_back_in_the_loop(loop: ThreadedLoop, turn_until: Turn) -> None:
    waiting = ["one", "two"]
    met: list[object] = []
    loop.listen(lambda: waiting.pop(0) if waiting else None, met.append)  # type: ignore[arg-type, return-value]
    turn_until(lambda: met == ["one", "two"])


def test_a_signal_is_answered_in_the_loop(loop: ThreadedLoop, turn_until: Turn) -> None:
    heard: list[int] = []
    loop.on_signal(signal.SIGUSR1, lambda: heard.append(1))
    os.kill(os.getpid(), signal.SIGUSR1)
    turn_until(lambda: heard)

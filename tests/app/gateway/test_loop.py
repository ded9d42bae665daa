from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Callable

import pytest

from app.gateway.channel import HIGH
from app.gateway.loop import Loop

Turn = Callable[..., object]


@pytest.fixture
def pair() -> tuple[int, socket.socket]:
    ours, theirs = socket.socketpair()
    theirs.settimeout(20)
    return ours.detach(), theirs


def test_bytes_are_called_back_and_answers_written(
    loop: Loop, turn_until: Turn, pair: tuple[int, socket.socket]
) -> None:
    fd, theirs = pair
    channel = loop.channel(fd, fd, lambda chunk: channel.write(chunk.upper()))
    with theirs:
        theirs.sendall(b"hello\n")
        turn_until(lambda: not loop.tick(0) and channel.pending == 0)
        assert theirs.recv(100) == b"HELLO\n"
    channel.close()


def test_nothing_leaves_before_the_record_is_made(loop: Loop, pair: tuple[int, socket.socket]) -> None:
    fd, theirs = pair
    order: list[str] = []
    theirs.setblocking(False)

    def record() -> None:
        with pytest.raises(BlockingIOError):
            theirs.recv(1)
        order.append("recorded")

    loop.before_flush = record
    loop.after_flush = lambda: order.append(theirs.recv(10).decode())
    channel = loop.channel(fd, fd, lambda _: None)
    channel.write(b"answer")
    loop.tick(0)
    assert order == ["recorded", "answer"]
    loop.after_flush = lambda: None
    channel.close()
    theirs.close()


def test_while_recording_fails_nothing_leaves_and_it_is_tried_again(turn_until: Turn, loop: Loop) -> None:
    ours, theirs = socket.socketpair()
    failures = [OSError("full"), OSError("full"), OSError("full")]
    seen: list[BaseException] = []
    loop.on_error, errors = seen.append, loop.on_error

    def record() -> None:
        if failures:
            raise failures.pop()

    loop.before_flush = record
    fd = ours.detach()
    channel = loop.channel(fd, fd, lambda _: None)
    channel.write(b"late")
    theirs.setblocking(False)
    loop.tick(0)
    with pytest.raises(BlockingIOError):
        theirs.recv(10)
    turn_until(lambda: channel.pending == 0)
    assert theirs.recv(10) == b"late"
    assert seen
    assert not failures
    loop.on_error = errors
    loop.before_flush = lambda: None
    channel.close()
    theirs.close()


def test_a_slow_reader_is_not_read_and_does_not_stop_others(loop: Loop, turn_until: Turn) -> None:
    slow_end, slow = socket.socketpair()
    quick_end, quick = socket.socketpair()
    heard: list[bytes] = []
    slow_fd, quick_fd = slow_end.detach(), quick_end.detach()
    slow_channel = loop.channel(slow_fd, slow_fd, heard.append, gives_way=True)
    quick_channel = loop.channel(quick_fd, quick_fd, lambda chunk: quick_channel.write(chunk[::-1]))
    slow_channel.write(b"x" * (HIGH + 1))
    slow.sendall(b"one more question")
    quick.sendall(b"ping")
    quick.settimeout(20)
    loop.tick(0)
    loop.tick(0)
    assert quick.recv(10) == b"gnip"
    assert heard == []
    assert slow_channel.pending > 0

    slow.setblocking(False)
    read = 0

    def drain() -> bool:
        nonlocal read
        with contextlib.suppress(BlockingIOError):
            read += len(slow.recv(1 << 20))
        return bool(heard)

    turn_until(drain)
    assert heard == [b"one more question"]
    for channel in (slow_channel, quick_channel):
        channel.close()
    for end in (slow, quick):
        end.close()


def test_who_feeds_a_full_channel_waits_behind_it(loop: Loop, turn_until: Turn) -> None:
    feeder_end, feeder = socket.socketpair()
    full_end, full = socket.socketpair()
    heard: list[bytes] = []
    fd = full_end.detach()
    full_channel = loop.channel(fd, fd, lambda _: None)
    fd = feeder_end.detach()
    feeder_channel = loop.channel(fd, fd, heard.append)
    full_channel.write(b"x" * (HIGH + 1))
    feeder_channel.wait_behind(full_channel)
    feeder.sendall(b"more")
    loop.tick(0)
    loop.tick(0)
    assert heard == []
    full.setblocking(False)

    def drain() -> bool:
        with contextlib.suppress(BlockingIOError):
            full.recv(1 << 20)
        return bool(heard)

    turn_until(drain)
    assert heard == [b"more"]
    for channel in (full_channel, feeder_channel):
        channel.close()
    full.close()
    feeder.close()


def test_a_channel_that_ends_while_others_wait_behind_it_lets_them_go(loop: Loop, turn_until: Turn) -> None:
    feeder_end, feeder = socket.socketpair()
    full_end, full = socket.socketpair()
    heard: list[bytes] = []
    full_fd, feeder_fd = full_end.detach(), feeder_end.detach()
    full_channel = loop.channel(full_fd, full_fd, lambda _: None)
    feeder_channel = loop.channel(feeder_fd, feeder_fd, heard.append)
    full_channel.write(b"x" * (HIGH + 1))
    feeder_channel.wait_behind(full_channel)
    feeder.sendall(b"more")
    full_channel.close()
    turn_until(lambda: heard)
    feeder_channel.close()
    full.close()
    feeder.close()


def test_the_other_end_s_close_is_told_once(loop: Loop, turn_until: Turn, pair: tuple[int, socket.socket]) -> None:
    fd, theirs = pair
    words: list[str] = []
    channel = loop.channel(fd, fd, lambda _: None, words.append)
    theirs.close()
    turn_until(lambda: words)
    channel.close()
    loop.tick(0)
    assert len(words) == 1


def test_finish_writes_what_waits_and_then_closes(
    loop: Loop, turn_until: Turn, pair: tuple[int, socket.socket]
) -> None:
    fd, theirs = pair
    theirs.setblocking(False)
    channel = loop.channel(fd, fd, lambda _: None)
    channel.write(b"y" * 3_000_000)
    channel.finish()
    got = 0

    def drain() -> bool:
        nonlocal got
        try:
            chunk = theirs.recv(1 << 20)
        except BlockingIOError:
            return False
        got += len(chunk)
        return not chunk

    turn_until(drain)
    assert got == 3_000_000
    theirs.close()


def test_end_closes_only_the_writing_pipe(loop: Loop, turn_until: Turn) -> None:
    their_in, our_out = os.pipe()
    our_in, their_out = os.pipe()
    heard: list[bytes] = []
    channel = loop.channel(our_in, our_out, heard.append)
    channel.write(b"last words")
    channel.end()
    loop.tick(0)
    with os.fdopen(their_in, "rb") as theirs:
        assert theirs.read() == b"last words"
    os.write(their_out, b"answer")
    turn_until(lambda: heard)
    os.close(their_out)
    channel.close()


def test_timers_come_in_order_and_cancelled_ones_never(loop: Loop, turn_until: Turn) -> None:
    order: list[int] = []
    loop.later(0.02, lambda: order.append(2))
    loop.later(0.01, lambda: order.append(1))
    loop.later(0.015, lambda: order.append(99)).cancel()
    turn_until(lambda: len(order) == 2)
    assert order == [1, 2]


def test_a_callback_that_raises_ends_neither_the_loop_nor_other_callbacks() -> None:
    loop = Loop()
    errors: list[BaseException] = []
    loop.on_error = errors.append
    heard: list[int] = []

    def bad() -> None:
        raise RuntimeError("bug")

    loop.soon(bad)
    loop.soon(lambda: heard.append(1))
    loop.tick(0)
    loop.close()
    assert heard == [1]
    assert [type(error) for error in errors] == [RuntimeError]


def test_a_signal_is_answered_in_the_loop(loop: Loop, turn_until: Turn) -> None:
    heard: list[str] = []
    loop.on_signal(signal.SIGUSR1, lambda: heard.append("usr1"))
    os.kill(os.getpid(), signal.SIGUSR1)
    turn_until(lambda: heard)
    assert heard == ["usr1"]


def test_an_idle_loop_waits_without_end(loop: Loop) -> None:
    loop.later(5, lambda: None).cancel()
    assert loop._timers.wait() is None

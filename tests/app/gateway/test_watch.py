"""Descriptors that become ready, told by either queue in the same way."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest

if sys.platform == "win32":
    pytest.skip("POSIX", allow_module_level=True)

from app.gateway.watch import READ, WRITE, Ready, SelectorWatch, Watch


class Queue(Protocol):
    def add(self, fd: int, mask: int, fn: Ready) -> None: ...
    def change(self, fd: int, mask: int) -> None: ...
    def drop(self, fd: int) -> None: ...
    def wait(self, seconds: float | None) -> list[tuple[Ready, int]]: ...
    def close(self) -> None: ...


@pytest.fixture(params=["selectors", "native"])
def watch(request: pytest.FixtureRequest) -> Iterator[Queue]:
    queue: Queue = SelectorWatch() if request.param == "selectors" else Watch()
    yield queue
    queue.close()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    with one, other:
        one.setblocking(False)
        yield one, other


def noting(heard: list[tuple[str, int]], name: str) -> Callable[[int], None]:
    return lambda mask: heard.append((name, mask))


def turn(watch: Queue, seconds: float | None = 0) -> None:
    for fn, mask in watch.wait(seconds):
        fn(mask)


def test_readable_and_writable_are_told_apart(watch: Queue, pair: tuple[socket.socket, socket.socket]) -> None:
    heard: list[tuple[str, int]] = []
    one, other = pair
    watch.add(one.fileno(), READ, noting(heard, "one"))
    turn(watch)
    other.send(b"x")
    turn(watch, None)
    watch.change(one.fileno(), WRITE)
    turn(watch, None)
    watch.change(one.fileno(), READ | WRITE)
    turn(watch, None)
    assert heard == [("one", READ), ("one", WRITE), ("one", READ | WRITE)]


def test_the_end_of_a_stream_is_readable(watch: Queue, pair: tuple[socket.socket, socket.socket]) -> None:
    heard: list[tuple[str, int]] = []
    watch.add(pair[0].fileno(), READ, noting(heard, "end"))
    pair[1].close()
    turn(watch, 20)
    assert heard[0][1] & READ


def test_a_pipe_without_its_reader_is_told_to_who_waits_to_write(watch: Queue) -> None:
    heard: list[tuple[str, int]] = []
    reader, writer = os.pipe()
    watch.add(writer, WRITE, noting(heard, "broken"))
    os.close(reader)
    turn(watch, 20)
    assert heard[0][1] & WRITE
    watch.drop(writer)
    os.close(writer)


def test_what_was_dropped_is_heard_no_more_and_dropping_twice_is_harmless(
    watch: Queue, pair: tuple[socket.socket, socket.socket]
) -> None:
    heard: list[tuple[str, int]] = []
    watch.add(pair[0].fileno(), READ, noting(heard, "gone"))
    pair[1].send(b"x")
    watch.drop(pair[0].fileno())
    watch.drop(pair[0].fileno())
    turn(watch)
    assert heard == []


def test_a_wait_of_less_than_a_millisecond_is_no_busy_loop(watch: Queue) -> None:
    turns, end = 0, time.monotonic() + 0.02
    while time.monotonic() < end:
        turn(watch, 0.0005)
        turns += 1
    assert turns < 40

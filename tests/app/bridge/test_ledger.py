"""The ledger after a kill at any step: what was read is nowhere lost, and nothing that was begun is given back as not begun."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if sys.platform != "linux":
    pytest.skip("shared memory without a name", allow_module_level=True)

from app.bridge import ledger as room
from app.bridge.ledger import AREA, FIRST, SLOT, SLOTS, Ledger


@pytest.fixture
def memory() -> Iterator[int]:
    fd = room.make()
    yield fd
    os.close(fd)


@pytest.fixture
def ledger(memory: int) -> Iterator[Ledger]:
    one = Ledger(memory)
    yield one
    one.close()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for fd in ends:
        os.close(fd)


def told(memory: int) -> tuple[bytes, list[bytes], bool]:
    after = Ledger(memory)
    try:
        return after.input(), sorted(after.in_flight()), after.torn
    finally:
        after.close()


def test_what_was_read_and_not_taken_is_found(memory: int, ledger: Ledger, pipe: tuple[int, int]) -> None:
    os.write(pipe[1], b'{"a":1}\n\n{"b":2}\n{"c"')
    assert ledger.read(pipe[0]) == 21
    assert told(memory)[0] == b'{"a":1}\n\n{"b":2}\n{"c"'
    assert ledger.line() == ledger.line() == b'{"a":1}'
    ledger.took(b'{"a":1}')
    assert ledger.line() == b""
    ledger.took(b"")
    assert told(memory)[0] == b'{"b":2}\n{"c"'
    ledger.took(ledger.line())
    assert ledger.line() == b"\n"
    assert ledger.tidy()
    assert told(memory)[0] == b'{"c"'
    os.write(pipe[1], b":3}\n")
    ledger.read(pipe[0])
    assert ledger.line() == b'{"c":3}'


def test_a_line_is_whole_over_any_number_of_full_areas(memory: int, ledger: Ledger, pipe: tuple[int, int]) -> None:
    lines = [b'{"n":%d,"x":"%b"}' % (n, b"x" * 9000) for n in range(40)]
    stream = b"".join(line + b"\n" for line in lines)
    seen: list[bytes] = []
    while stream or seen != lines:
        stream = stream[os.write(pipe[1], stream[: 30 * 1024]) :]
        ledger.read(pipe[0])
        while (line := ledger.line()) != b"\n":
            ledger.took(line)
            seen.append(line)
        assert ledger.tidy()
    assert (seen, told(memory)[0]) == (lines, b"")


def test_a_line_that_fills_an_area_is_told_and_kept(memory: int, ledger: Ledger, pipe: tuple[int, int]) -> None:
    os.write(pipe[1], b"x" * AREA)
    assert ledger.read(pipe[0]) == AREA
    assert ledger.line() == b"\n"
    assert not ledger.tidy()
    assert told(memory)[0] == b"x" * AREA


def test_requests_are_there_until_they_leave(memory: int, ledger: Ledger) -> None:
    assert ledger.enter(b"1", b"one")
    assert ledger.enter(b'"2"', b"two")
    assert ledger.enter(b"1", b"again")
    assert told(memory)[1] == [b"one", b"two"]
    ledger.leave(b"1")
    ledger.leave(b"7")
    assert ledger.enter(b"3", b"3")
    assert told(memory)[1] == [b"3", b"two"]


def test_there_is_room_for_so_many_requests_of_such_a_length(ledger: Ledger) -> None:
    assert not ledger.enter(b"long", b"x" * (SLOT - 1))
    assert ledger.enter(b"fits", b"x" * (SLOT - 2))
    assert all(ledger.enter(b"%d" % n, b"x") for n in range(SLOTS - 1))
    assert not ledger.enter(b"more", b"x")
    ledger.leave(b"fits")
    assert ledger.enter(b"more", b"x")


def test_the_handshake_and_a_torn_line_are_told(memory: int, ledger: Ledger) -> None:
    assert ledger.handshake() == (b"", False)
    assert ledger.opens(b"first")
    ledger.opened()
    ledger.tearing(True)
    after = Ledger(memory)
    assert (after.handshake(), after.torn) == ((b"first", True), True)
    after.close()
    assert ledger.opens(b"2nd")
    assert ledger.handshake() == (b"2nd", False)
    assert not ledger.opens(b"x" * FIRST)


def test_other_memory_is_no_ledger(tmp_path: Any) -> None:
    with (tmp_path / "file").open("wb") as file, pytest.raises(ValueError, match="no ledger"):
        Ledger(file.fileno())


class Killed(BaseException):
    """The process ends here."""


class Dying:
    """Memory that takes so many stores and reads of the stream, and then ends the process, before or after the last of them."""

    def __init__(self, view: Any, left: list[int]) -> None:
        self._view = view
        self._left = left

    def __setitem__(self, key: Any, value: Any) -> None:
        self.step()
        self._view[key] = value
        self.step()

    def __getitem__(self, key: Any) -> Any:
        return self._view[key]

    def release(self) -> None:
        self._view.release()

    def step(self) -> None:
        self._left[0] -= 1
        if self._left[0] < 0:
            raise Killed


@settings(max_examples=300, deadline=None)
@given(
    steps=st.integers(0, 400),
    sizes=st.lists(st.sampled_from([0, 1, 40, 3000, 20_000, 40_000]), min_size=1, max_size=12),
    chunks=st.lists(st.integers(1, 50_000), min_size=1, max_size=6),
    late=st.integers(1, 4),
)
def test_a_kill_at_any_step_loses_no_request_and_gives_none_back_that_was_begun(
    steps: int, sizes: list[int], chunks: list[int], late: int
) -> None:
    memory = room.make()
    source, sink = os.pipe()
    lines = [json.dumps({"id": n, "x": "x" * size}).encode() for n, size in enumerate(sizes)]
    stream = b"".join(line + b"\n" for line in lines)
    begun: list[int] = []
    answered: set[int] = set()
    given = read = 0
    ledger = Ledger(memory)
    left = [steps]
    dying: Any = Dying(ledger._bytes, left)  # pyright: ignore[reportPrivateUsage] - every store is a step of the gateway's life
    ledger._bytes = dying  # pyright: ignore[reportPrivateUsage]
    ledger._words = Dying(ledger._words, left)  # type: ignore[assignment]
    try:
        turn = 0
        while read < len(stream):
            piece = stream[given : given + chunks[turn % len(chunks)]]
            turn += 1
            if piece and given - read < 10_000:
                given += os.write(sink, piece)
            read += ledger.read(source)
            dying.step()
            while (line := ledger.line()) != b"\n":
                number = json.loads(line)["id"]
                assert ledger.enter(b"%d" % number, b'{"id":%d}' % number)
                ledger.took(line)
                begun.append(number)
                dying.step()
            assert ledger.tidy()
            for number in begun[:-late]:
                if number not in answered:
                    answered.add(number)
                    ledger.leave(b"%d" % number)
    except Killed:
        pass
    finally:
        ledger.close()
        for fd in (source, sink):
            os.close(fd)
    rest, in_flight, _ = told(memory)
    os.close(memory)
    waiting = {json.loads(text)["id"] for text in in_flight}
    assert stream[:read].endswith(rest)
    untouched = {number for number, _ in enumerate(lines)} - set(begun)
    whole = [json.loads(line)["id"] for line in rest.split(b"\n")[:-1]]
    assert not set(whole) & set(begun), "a request that had begun would be made twice"
    came = stream[:read].count(b"\n")
    for number in range(came):
        assert number in waiting or number in answered or number in whole, "a request is in no place"
    assert set(whole) <= untouched

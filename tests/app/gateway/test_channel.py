from __future__ import annotations

from collections.abc import Callable

import pytest

from app.gateway.channel import HIGH, LOW, MOST, Channel


class Hub:
    """Notes what channels ask of their loop."""

    def __init__(self) -> None:
        self.dirty: list[Channel] = []
        self.watched: list[tuple[Channel, bool]] = []
        self.later: list[Callable[[], None]] = []
        self.shutdown: list[Channel] = []

    def rewatch(self, channel: Channel) -> None:
        self.watched.append((channel, channel.holds == 0))

    def drop(self, channel: Channel) -> None:
        channel.closed = True
        channel.relax()

    def shut(self, channel: Channel) -> None:
        self.shutdown.append(channel)

    def soon(self, fn: Callable[[], None]) -> None:
        self.later.append(fn)


@pytest.fixture
def hub() -> Hub:
    return Hub()


def channel(hub: Hub, words: list[str] | None = None, gives_way: bool = False) -> Channel:
    heard = words if words is not None else []
    return Channel(hub, 0, 0, lambda _: None, heard.append, gives_way=gives_way)


def test_writing_only_queues_and_marks_the_channel_once(hub: Hub) -> None:
    one = channel(hub)
    one.write(b"a")
    one.write(b"bc")
    assert (one.out, one.pending, hub.dirty) == ([b"a", b"bc"], 3, [one])


@pytest.mark.parametrize(("went", "left"), [(0, b"abcdef"), (1, b"bcdef"), (3, b"def"), (4, b"ef"), (6, b"")])
def test_written_bytes_leave_the_queue_wherever_the_write_stopped(hub: Hub, went: int, left: bytes) -> None:
    one = channel(hub)
    for piece in (b"abc", b"d", b"ef"):
        one.write(piece)
    one.wrote(went)
    assert b"".join(bytes(piece) for piece in one.out) == left
    assert one.pending == len(left)


def test_nothing_is_queued_after_the_end(hub: Hub) -> None:
    for end in (Channel.close, Channel.finish, Channel.end):
        one = channel(hub)
        end(one)
        one.write(b"late")
        assert one.out == []


def test_one_that_gives_way_is_held_from_high_to_low_water(hub: Hub) -> None:
    one = channel(hub, gives_way=True)
    one.write(b"x" * (HIGH + 1))
    one.write(b"x")
    assert one.holds == 1
    one.wrote(HIGH - LOW)
    assert one.holds == 1
    one.wrote(2)
    assert one.holds == 0


def test_holds_are_counted(hub: Hub) -> None:
    one = channel(hub)
    one.hold()
    one.hold()
    one.release()
    assert hub.watched == [(one, False)]
    one.release()
    assert hub.watched[-1] == (one, True)


def test_waiting_behind_another_that_holds_little_is_no_hold(hub: Hub) -> None:
    one, other = channel(hub), channel(hub)
    other.write(b"x" * HIGH)
    one.wait_behind(other)
    assert one.holds == 0


def test_one_that_is_never_read_is_given_up_in_words(hub: Hub) -> None:
    words: list[str] = []
    one = channel(hub, words)
    piece = b"x" * (MOST // 4)
    for _ in range(5):
        one.write(piece)
    assert one.closed
    for fn in hub.later:
        fn()
    assert words == ["256 MiB were waiting and nobody read them"]


def test_ending_waits_for_what_is_queued(hub: Hub) -> None:
    one, empty = channel(hub), channel(hub)
    one.write(b"x")
    one.end()
    empty.end()
    assert hub.shutdown == [empty]

from __future__ import annotations

import queue
import threading

import pytest

from app.control.windows_stream import LinkStream, open_pipe


class FakeLink:
    """A link that gives what the test puts."""

    def __init__(self) -> None:
        self.coming: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.sent = bytearray()

    def read(self) -> bytes:
        return self.coming.get()

    def write(self, data: bytes) -> None:
        self.sent += data

    def close(self) -> None:
        self.coming.put(b"")


def test_bytes_go_both_ways_and_the_end_is_empty_for_ever() -> None:
    link = FakeLink()
    stream = LinkStream(link)
    stream.send(b"question")
    assert link.sent == b"question"
    for chunk in (b"an", b"swer", b""):
        link.coming.put(chunk)
    assert [stream.receive(20), stream.receive(20), stream.receive(20), stream.receive(20)] == [
        b"an",
        b"swer",
        b"",
        b"",
    ]


def test_waiting_has_a_bound() -> None:
    link = FakeLink()
    stream = LinkStream(link)
    with pytest.raises(TimeoutError):
        stream.receive(0)
    link.coming.put(b"late")
    assert stream.receive(None) == b"late"
    stream.close()


def test_closing_ends_the_reading_thread_even_with_chunks_unread() -> None:
    link = FakeLink()
    stream = LinkStream(link)
    link.coming.put(b"one")
    link.coming.put(b"two")
    thread = next(thread for thread in threading.enumerate() if thread.name == "door")
    stream.close()
    thread.join(20)
    assert not thread.is_alive()


def test_elsewhere_there_are_no_named_pipes() -> None:
    with pytest.raises(OSError, match="Windows"):
        open_pipe("/home")

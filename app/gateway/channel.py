"""One two-way stream of bytes inside the loop: what waits to be written, and who is held back while too much waits.

Nothing here blocks, and nothing grows without bound: a channel above HIGH holds its feeders, one above MOST is dropped.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Protocol

HIGH = 8 * 1024 * 1024
"""Bytes waiting in one channel above which whoever feeds it is no longer read."""
LOW = 2 * 1024 * 1024
"""Bytes waiting at which its feeders are read again."""
MOST = 256 * 1024 * 1024
"""Bytes waiting above which the reader at the other end is given up."""
CHUNK = 64 * 1024
CHUNK_MOST = 1024 * 1024


def ignore(_words: str) -> None:
    """What a channel does at its end when nobody wants to know."""


def close_all(fds: list[int]) -> None:
    """What becomes of descriptors that nobody wants."""
    for fd in fds:
        os.close(fd)


class Hub(Protocol):
    """What a channel needs of the loop it lives in."""

    dirty: list[Channel]

    def rewatch(self, channel: Channel) -> None: ...
    def drop(self, channel: Channel) -> None: ...
    def shut(self, channel: Channel) -> None: ...
    def soon(self, fn: Callable[[], None]) -> None: ...


class Channel:
    """A connection or a pair of pipes. Made by `loop.channel`.

    `gives_way`: while its own reader is slow, nothing more is read from it (a client that does not read its answers
    may not ask for more). Who feeds another channel calls `wait_behind`.
    """

    __slots__ = (
        "blocked",
        "chunk",
        "closed",
        "ending",
        "feeders",
        "finishing",
        "gives_way",
        "holds",
        "hub",
        "on_bytes",
        "on_close",
        "on_descriptors",
        "out",
        "pending",
        "reader",
        "socket",
        "streams",
        "watched",
        "writer",
    )

    def __init__(
        self,
        hub: Hub,
        reader: Any,
        writer: Any,
        on_bytes: Callable[[bytes], None],
        on_close: Callable[[str], None] = ignore,
        *,
        gives_way: bool = False,
    ) -> None:
        self.hub = hub
        self.reader = reader
        self.writer = writer
        self.on_bytes = on_bytes
        self.on_close = on_close
        self.gives_way = gives_way
        self.out: list[bytes | memoryview] = []
        self.pending = 0
        self.blocked = False
        self.closed = False
        self.finishing = False
        self.ending = False
        self.holds = 0
        self.feeders: list[Channel] = []
        self.chunk = CHUNK
        self.watched: Any = None
        self.socket: Any = None
        """Set where descriptors may come with the bytes; then they go to `on_descriptors` first."""
        self.on_descriptors: Callable[[list[int]], None] = close_all
        self.streams: Any = None
        """Who reads and notes for a channel that is a client's own streams (`app.gateway.handover.Streams`)."""

    def write(self, line: bytes) -> None:
        """Queue bytes for the flush of this tick. On a closed channel they go nowhere."""
        if self.closed or self.finishing or self.ending or not line:
            return
        if not self.out and not self.blocked:
            self.hub.dirty.append(self)
        self.out.append(line)
        self.pending += len(line)
        if self.pending > HIGH:
            self._press()

    def close(self) -> None:
        """End it now; what still waits is dropped. `on_close` is not called."""
        if not self.closed:
            self.hub.drop(self)

    def finish(self) -> None:
        """End it once everything queued has been written; nothing more is read or queued."""
        if self.closed or self.finishing:
            return
        self.finishing = True
        self.hold()
        if not self.out:
            self.hub.drop(self)

    def end(self) -> None:
        """Close the writing side once everything queued has been written; what comes is still read. For pipes."""
        if self.closed or self.ending:
            return
        self.ending = True
        if not self.out:
            self.hub.shut(self)

    def wait_behind(self, other: Channel) -> None:
        """Read nothing more from this one until little waits in `other`, if much does."""
        if other.pending > HIGH and self not in other.feeders:
            other.feeders.append(self)
            self.hold()

    def lose(self, words: str) -> None:
        """The other end is gone: close, and tell the owner why in the loop's next turn."""
        if not self.closed:
            self.hub.drop(self)
            self.hub.soon(lambda: self.on_close(words))

    def hold(self) -> None:
        """Stop reading until `release` was called as often as `hold`."""
        self.holds += 1
        if self.holds == 1:
            self.hub.rewatch(self)

    def release(self) -> None:
        """Undo one `hold`."""
        self.holds -= 1
        if self.holds == 0:
            self.hub.rewatch(self)

    def wrote(self, size: int) -> None:
        """Take `size` written bytes off the queue and let feeders go on when little is left."""
        self.pending -= size
        out = self.out
        done = 0
        for piece in out:
            if size < len(piece):
                break
            size -= len(piece)
            done += 1
        del out[:done]
        if size:
            out[0] = memoryview(out[0])[size:]
        if self.streams is not None:
            self.streams.wrote(done, bool(out) and isinstance(out[0], memoryview))
        if self.feeders and self.pending <= LOW:
            self.relax()

    def relax(self) -> None:
        """Release everyone who was held because of this channel."""
        feeders, self.feeders = self.feeders, []
        for feeder in feeders:
            feeder.release()

    def _press(self) -> None:
        if self.gives_way:
            self.wait_behind(self)
        if self.pending > MOST:
            self.lose(f"{MOST // 1048576} MiB were waiting and nobody read them")

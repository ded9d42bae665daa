"""The gateway's event loop on Windows, where pipes cannot be waited for: threads read and write, one thread decides.

The threads only move bytes; every callback runs in the loop's own thread. Runs on POSIX pipes too, where it is tested.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol

from app.gateway.channel import CHUNK_MOST, Channel, ignore
from app.gateway.ticks import Ticks

_DEAF_SECONDS = 1.0
"""On Windows a thread that waits for a queue hears no signal."""


class Stream(Protocol):
    """One end of a pipe that blocks. `close` from another thread ends a read or write that is under way, or comes too late."""

    def read(self, most: int, /) -> bytes: ...

    def write(self, piece: bytes, /) -> None: ...

    def close(self) -> None: ...


class PipeEnd:
    """A descriptor of an anonymous pipe. It is closed by whichever thread uses it last, never under a thread's hands."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lock = threading.Lock()
        self._busy = 0
        self._closed = False

    def read(self, most: int) -> bytes:
        """The next bytes; empty at the end. Raises OSError."""
        with self._in_use():
            return os.read(self._fd, most)

    def write(self, piece: bytes) -> None:
        """All of it. Raises OSError."""
        with self._in_use():
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(self._fd, rest) :]

    def close(self) -> None:
        """Use it no more."""
        with self._lock:
            self._closed = True
            self._close_unused()

    @contextlib.contextmanager
    def _in_use(self) -> Any:
        with self._lock:
            if self._closed:
                raise OSError("closed")
            self._busy += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1
                self._close_unused()

    def _close_unused(self) -> None:
        if self._closed and not self._busy and self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class _Movers:
    """The two threads of one channel. At most one chunk is read ahead, so that a held channel is really held."""

    def __init__(self, loop: ThreadedLoop, channel: Channel) -> None:
        self.loop = loop
        self.channel = channel
        self.may_read = threading.Event()
        self.outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.ended = False

    def start(self) -> None:
        threading.Thread(target=self._read, name="reader", daemon=True).start()
        if self.channel.writer is not None:
            threading.Thread(target=self._write, name="writer", daemon=True).start()

    def _read(self) -> None:
        reader: Stream = self.channel.reader
        while not self.ended:
            self.may_read.wait()
            if self.ended:
                return
            try:
                chunk = reader.read(CHUNK_MOST)
            except OSError:
                chunk = b""
            self.may_read.clear()
            self.loop.from_thread(lambda found=chunk: self.loop.chunk_came(self.channel, found))
            if not chunk:
                return

    def _write(self) -> None:
        writer: Stream = self.channel.writer
        while True:
            piece = self.outbox.get()
            if piece is None:
                return
            try:
                writer.write(piece)
            except OSError:
                self.loop.from_thread(lambda: self.loop.write_failed(self.channel))
                return
            self.loop.from_thread(lambda went=piece: self.loop.piece_went(self.channel, len(went)))


class ThreadedLoop(Ticks):
    """Runs until `stop()`."""

    def __init__(self) -> None:
        super().__init__()
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._signals: dict[int, Any] = {}

    def from_thread(self, fn: Callable[[], None]) -> None:
        """Have the loop's thread call `fn`. The only method that other threads may call."""
        self._inbox.put(fn)

    def channel(
        self,
        reader: Any,
        writer: Any,
        on_bytes: Callable[[bytes], None],
        on_close: Callable[[str], None] = ignore,
        *,
        gives_way: bool = False,
    ) -> Channel:
        """Of two descriptors (-1: no way out) or streams, or one stream twice."""
        near = PipeEnd(reader) if isinstance(reader, int) else reader
        far = near if reader is writer else PipeEnd(writer) if isinstance(writer, int) else writer
        channel = Channel(self, near, None if writer == -1 else far, on_bytes, on_close, gives_way=gives_way)
        channel.watched = movers = _Movers(self, channel)
        movers.start()
        self.rewatch(channel)
        return channel

    def listen(self, accept: Callable[[], Stream | None], on_connection: Callable[[Any], None]) -> None:
        """Call back for every connection; `accept` blocks in a thread until one comes, and answers None at the end."""

        def wait() -> None:
            while True:
                found = accept()
                if found is None:
                    return
                self.from_thread(lambda connection=found: on_connection(connection))

        threading.Thread(target=wait, name="door", daemon=True).start()

    def on_signal(self, signum: int, fn: Callable[[], None]) -> None:
        """The handler itself runs between two bytecodes of the loop's thread, so it only queues."""
        self._signals[signum] = signal.signal(signum, lambda _signum, _frame: self.from_thread(fn))

    def close(self) -> None:
        """Give the signals back."""
        for signum, before in self._signals.items():
            signal.signal(signum, before)
        self._signals.clear()

    def rewatch(self, channel: Channel) -> None:
        """Let the reading thread go on, unless the channel is held."""
        movers: _Movers = channel.watched
        if not channel.closed and not channel.holds:
            movers.may_read.set()

    def drop(self, channel: Channel) -> None:
        """Close both ends; the threads end by themselves."""
        channel.closed = True
        movers: _Movers = channel.watched
        movers.ended = True
        movers.may_read.set()
        movers.outbox.put(None)
        channel.reader.close()
        if channel.writer is not None and channel.writer is not channel.reader:
            channel.writer.close()
        channel.out.clear()
        channel.pending = 0
        channel.relax()

    def shut(self, channel: Channel) -> None:
        """Close the way out alone."""
        movers: _Movers = channel.watched
        movers.outbox.put(None)
        if channel.writer is not None:
            channel.writer.close()
            channel.writer = None

    def chunk_came(self, channel: Channel, chunk: bytes) -> None:
        """In the loop's thread: the reading thread got something, or the end."""
        if channel.closed:
            return
        if not chunk:
            channel.lose("the other end closed")
            return
        channel.on_bytes(chunk)
        self.rewatch(channel)

    def piece_went(self, channel: Channel, size: int) -> None:
        """In the loop's thread: the writing thread is free again."""
        if channel.closed:
            return
        channel.blocked = False
        channel.wrote(size)
        self._went(channel)

    def write_failed(self, channel: Channel) -> None:
        """In the loop's thread: nobody reads any more. What comes may still be read, where there are two ends."""
        if channel.closed:
            return
        if channel.reader is channel.writer:
            channel.lose("the other end closed")
            return
        channel.blocked = False
        channel.wrote(channel.pending)
        self._went(channel)

    def _went(self, channel: Channel) -> None:
        if channel.out:
            self.dirty.append(channel)
        elif channel.finishing:
            self.drop(channel)
        elif channel.ending:
            self.shut(channel)

    def _read(self, wait: float | None) -> None:
        if sys.platform == "win32":
            wait = _DEAF_SECONDS if wait is None else min(wait, _DEAF_SECONDS)
        try:
            fn = self._inbox.get(wait != 0, wait)
            while True:
                self._guarded(fn)
                fn = self._inbox.get(False)
        except queue.Empty:
            return

    def _write(self, channel: Channel) -> None:
        if not channel.blocked:
            channel.blocked = True
            movers: _Movers = channel.watched
            movers.outbox.put(b"".join(channel.out))

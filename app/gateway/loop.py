"""The gateway's event loop on POSIX: one thread, one queue of events, nothing that blocks and no timer of its own."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    raise ImportError("the loop of Windows is app.gateway.loop_windows")

import os
import signal
import socket
from collections.abc import Callable
from typing import Any

from app.gateway.channel import CHUNK, CHUNK_MOST, Channel, ignore
from app.gateway.ticks import Ticks
from app.gateway.watch import READ, WRITE, Watch

if sys.platform == "linux":
    from app.gateway import handover


class Loop(Ticks):
    """Runs until `stop()`."""

    def __init__(self) -> None:
        super().__init__()
        self._watch = Watch()
        self._signals: dict[int, Callable[[], None]] = {}
        self._wake: tuple[int, int] | None = None

    def channel(
        self,
        reader: Any,
        writer: Any,
        on_bytes: Callable[[bytes], None],
        on_close: Callable[[str], None] = ignore,
        *,
        gives_way: bool = False,
    ) -> Channel:
        """Of two descriptors, or one twice: a socket. -1 where there is no way out."""
        for fd in {reader, writer} - {-1}:
            os.set_blocking(fd, False)
        channel = Channel(self, reader, writer, on_bytes, on_close, gives_way=gives_way)
        channel.watched = {}
        self.rewatch(channel)
        return channel

    def take_descriptors(self, channel: Channel, on_descriptors: Callable[[list[int]], None]) -> None:
        """From now on descriptors may come over a channel that is a socket; called before the bytes that they came with."""
        channel.socket = socket.socket(fileno=channel.reader)
        channel.on_descriptors = on_descriptors

    def listen(self, door: socket.socket, on_connection: Callable[[socket.socket], None]) -> None:
        """Call back for every connection to a listening socket."""
        door.setblocking(False)

        def accept(_mask: int) -> None:
            for _ in range(64):
                try:
                    connection, _address = door.accept()
                except BlockingIOError:
                    return
                except OSError as error:
                    # Out of descriptors: the connection stays in the backlog, and asking again at once would spin.
                    self.on_error(error)
                    self._watch.drop(door.fileno())
                    self.later(1.0, again)
                    return
                on_connection(connection)

        def again() -> None:
            if door.fileno() >= 0:
                self._watch.add(door.fileno(), READ, accept)

        self._watch.add(door.fileno(), READ, accept)

    def unlisten(self, door: socket.socket) -> None:
        """Accept nothing more; the socket stays open."""
        if door.fileno() >= 0:
            self._watch.drop(door.fileno())

    def on_signal(self, signum: int, fn: Callable[[], None]) -> None:
        """Call `fn` in the loop after the signal arrived. Only in the main thread."""
        if self._wake is None:
            read_end, write_end = os.pipe()
            os.set_blocking(read_end, False)
            os.set_blocking(write_end, False)
            self._wake = (read_end, write_end)
            signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
            self._watch.add(read_end, READ, self._signalled)
        self._signals[signum] = fn
        signal.signal(signum, _noticed)

    def close(self) -> None:
        """Give back the selector and the signals."""
        if self._wake is not None:
            signal.set_wakeup_fd(-1)
            for signum in self._signals:
                signal.signal(signum, signal.SIG_DFL)
            for fd in self._wake:
                os.close(fd)
            self._wake = None
        self._watch.close()

    def rewatch(self, channel: Channel) -> None:
        """Watch exactly what the channel waits for now."""
        if channel.closed:
            return
        wanted: dict[int, int] = {}
        if not channel.holds:
            wanted[channel.reader] = READ
        if channel.blocked:
            wanted[channel.writer] = wanted.get(channel.writer, 0) | WRITE
        watched: dict[int, int] = channel.watched
        if wanted == watched:
            return
        for fd in watched:
            if fd not in wanted:
                self._watch.drop(fd)
        for fd, mask in wanted.items():
            if fd not in watched:
                self._watch.add(fd, mask, lambda ready: self._ready(channel, ready))
            elif watched[fd] != mask:
                self._watch.change(fd, mask)
        channel.watched = wanted

    def drop(self, channel: Channel) -> None:
        """Close a channel's descriptors and let its feeders go."""
        channel.closed = True
        for fd in channel.watched:
            self._watch.drop(fd)
        channel.watched = {}
        if channel.socket is not None:
            channel.socket.detach()
        for fd in {channel.reader, channel.writer} - {-1}:
            os.close(fd)
        channel.out.clear()
        channel.pending = 0
        channel.relax()

    def shut(self, channel: Channel) -> None:
        """Close the writing descriptor alone."""
        if channel.writer != -1:
            if channel.watched.pop(channel.writer, 0):
                self._watch.drop(channel.writer)
            os.close(channel.writer)
            channel.writer = -1

    def _ready(self, channel: Channel, mask: int) -> None:
        if mask & WRITE and channel.blocked and not channel.closed:
            self.dirty.append(channel)  # written in the flush: what this tick added may not be recorded yet
        if not mask & READ or channel.closed or channel.holds:
            return
        if channel.streams is not None:
            channel.streams.take()
            return
        try:
            if sys.platform != "linux" or channel.socket is None:
                chunk = os.read(channel.reader, channel.chunk)
            else:
                chunk, fds = handover.receive(channel.socket, channel.chunk)
                if fds:
                    channel.on_descriptors(fds)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            chunk = b""
        if not chunk:
            channel.lose("the other end closed")
            return
        if len(chunk) == channel.chunk:
            channel.chunk = min(CHUNK_MOST, channel.chunk * 4)
        elif channel.chunk != CHUNK:
            channel.chunk = CHUNK
        channel.on_bytes(chunk)

    def _read(self, wait: float | None) -> None:
        for fn, mask in self._watch.wait(wait):
            try:
                fn(mask)
            except Exception as error:  # a bug in one callback must not end every session
                self.on_error(error)

    def _hush(self, channel: Channel) -> None:
        if channel.blocked and not channel.closed:
            channel.blocked = False
            self.rewatch(channel)

    def _write(self, channel: Channel) -> None:
        out = channel.out
        if channel.streams is not None:
            channel.streams.writing(channel.pending)
        try:
            size = os.write(channel.writer, out[0]) if len(out) == 1 else os.writev(channel.writer, out[:512])
        except (BlockingIOError, InterruptedError):
            size = 0
        except OSError:
            if channel.reader == channel.writer:
                channel.lose("the other end closed")
                return
            size = channel.pending  # a server that closed its input may still have answers for us
        channel.wrote(size)
        if not out and channel.finishing:
            self.drop(channel)
        elif not out and channel.ending:
            channel.blocked = False
            self.shut(channel)
        elif channel.blocked != bool(out):
            channel.blocked = bool(out)
            self.rewatch(channel)

    def _signalled(self, _mask: int) -> None:
        if self._wake is None:
            return
        try:
            numbers = os.read(self._wake[0], 512)
        except BlockingIOError:
            return
        for signum in dict.fromkeys(numbers):
            fn = self._signals.get(signum)
            if fn is not None:
                fn()


def _noticed(_signum: int, _frame: object) -> None:
    """The wake-up descriptor carries the number; the loop does the work."""

"""The pump for systems whose pipes cannot be polled (Windows): a thread for each blocking read and write, one for the thinking.

It needs only `Link`s and functions, so it runs, and is tested, on any system.
"""

from __future__ import annotations

import queue
import threading
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from app.bridge.conversation import HIGH_WATER, Conversation

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 65536
DRAIN_SECONDS = 0.45


class Link(Protocol):
    """A two-way stream whose calls block. `close` from another thread ends a read that is under way."""

    def read(self) -> bytes:
        """Some bytes; empty at the end or after an error."""
        ...

    def write(self, data: bytes) -> None:
        """Writes everything. Raises OSError when the other side is gone."""
        ...

    def close(self) -> None: ...


Event = tuple[str, object, bytes]
"""(what, the source it came from, bytes): `read` (empty: ended), `wrote` (empty: failed), `parent`."""


class Source:
    """Reads in a thread of its own, one chunk at a time: the next only after `more`."""

    def __init__(self, read: Callable[[], bytes], events: queue.SimpleQueue[Event]) -> None:
        self._read = read
        self._events = events
        self._go = threading.Semaphore(1)
        self._held = False
        threading.Thread(target=self._run, daemon=True).start()

    def more(self, wanted: bool) -> None:
        """Let the thread read on, or, where nothing is `wanted`, only once it is."""
        if self._held and wanted:
            self._held = False
            self._go.release()

    def took(self) -> None:
        """Its chunk was taken from the queue."""
        self._held = True

    def _run(self) -> None:
        while True:
            self._go.acquire()
            try:
                chunk = self._read()
            except OSError:
                chunk = b""
            self._events.put(("read", self, chunk))
            if not chunk:
                return


class Sink:
    """Writes in a thread of its own, one chunk at a time."""

    def __init__(self, write: Callable[[bytes], None], events: queue.SimpleQueue[Event]) -> None:
        self._write = write
        self._events = events
        self._chunks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.busy = False
        self.offered = 0
        threading.Thread(target=self._run, daemon=True).start()

    def offer(self, waiting: bytearray) -> None:
        """Take the first bytes of what waits, unless a write is under way. They stay in `waiting` until `wrote` comes."""
        if waiting and not self.busy:
            self.busy = True
            self.offered = min(len(waiting), CHUNK)
            self._chunks.put(bytes(waiting[:CHUNK]))

    def end(self) -> None:
        """The thread ends after what it is writing."""
        self._chunks.put(b"")

    def _run(self) -> None:
        while chunk := self._chunks.get():
            try:
                self._write(chunk)
            except OSError:
                self._events.put(("wrote", self, b""))
                return
            self._events.put(("wrote", self, chunk))


class ThreadedPump:
    """Moves bytes between a client and the gateway until one side is done."""

    def __init__(
        self,
        talk: Conversation,
        client: Link,
        connect: Callable[[], Link | None],
        start: Callable[[], None],
        wait_for_parent: Callable[[], object] | None = None,
        replace: Callable[[], None] | None = None,
    ) -> None:
        self.talk = talk
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._connect = connect
        self._start = start
        self._replace = replace
        self._client_in = Source(client.read, self.events)
        self._client_out = Sink(client.write, self.events)
        self._door: Link | None = None
        self._door_in: Source | None = None
        self._door_out: Sink | None = None
        self._drain_until = 0.0
        if wait_for_parent is not None:
            threading.Thread(target=self._watch, args=(wait_for_parent,), daemon=True).start()

    def _watch(self, wait: Callable[[], object]) -> None:
        wait()
        self.events.put(("parent", None, b""))

    def run(self) -> int:
        """The exit status: 0, also when the client or the parent simply went away."""
        talk = self.talk
        talk.seeking.begin(launch=True)
        while True:
            self._seek()
            if talk.older and self._replace is not None:
                replace, self._replace = self._replace, None
                replace()
            if self._door_out is not None:
                self._door_out.offer(talk.to_door)
            self._client_out.offer(talk.to_client)
            if self._done():
                return 0
            self._client_in.more(not talk.ended and talk.backlog < HIGH_WATER)
            if self._door_in is not None:
                self._door_in.more(len(talk.to_client) < HIGH_WATER)
            try:
                what, source, data = self.events.get(timeout=self._timeout())
            except queue.Empty:
                continue
            if what == "parent" or not self._happened(source, data):
                return 0

    def _happened(self, source: object, data: bytes) -> bool:
        """False when the client reads no more."""
        talk = self.talk
        if source is self._client_in:
            self._client_in.took()
            if data:
                talk.client_sent(data)
            elif not talk.ended:
                talk.client_ended()
                self._drain_until = monotonic() + DRAIN_SECONDS
        elif source is self._client_out:
            self._client_out.busy = False
            del talk.to_client[: len(data)]
            return bool(data)
        elif source is self._door_in and self._door_in is not None:
            self._door_in.took()
            if data:
                talk.door_sent(data)
            if not data or talk.refused:
                self._lose_door()
        elif source is self._door_out and self._door_out is not None:
            self._door_out.busy = False
            talk.door_took(self._door_out.offered)
            if not data:
                self._lose_door()
        return True

    def _seek(self) -> None:
        talk = self.talk
        if talk.open and talk.seeking.on and talk.seeking.overdue() <= 0:
            self._lose_door()  # it took the connection and says nothing
            if not talk.seeking.failed() and not talk.seeking.on:
                talk.give_up()
            return
        if talk.open or not talk.seeking.on or talk.seeking.due() > 0:
            return
        self._door = self._connect()
        if self._door is not None:
            talk.door_opened()
            self._door_in = Source(self._door.read, self.events)
            self._door_out = Sink(self._door.write, self.events)
        elif talk.seeking.failed():
            self._start()
        elif not talk.seeking.on:
            talk.give_up()

    def _lose_door(self) -> None:
        if self._door is None or self._door_out is None:
            return
        if self._door_out.busy:
            self.talk.door_took(self._door_out.offered)  # how much of it arrived is unknown: all of it may have
        self._door.close()
        self._door_out.end()
        self._door = self._door_in = self._door_out = None
        self.talk.door_lost()

    def _done(self) -> bool:
        talk = self.talk
        if not talk.ended:
            return False
        if monotonic() >= self._drain_until:
            talk.leave()
            if not self._client_out.busy:
                self._client_out.offer(talk.to_client)
            self._last_write()
            return True
        return not talk.waiting and not talk.to_client and not talk.backlog

    def _last_write(self) -> None:
        """Give what is being written a moment: a client that reads gets it, one that does not is not waited for."""
        end = monotonic() + 0.2
        while self._client_out.busy and (left := end - monotonic()) > 0:
            try:
                _, source, _ = self.events.get(timeout=left)
            except queue.Empty:
                return
            if source is self._client_out:
                return

    def _timeout(self) -> float | None:
        talk = self.talk
        seconds: float | None = None
        if talk.seeking.on:
            seconds = talk.seeking.overdue() if talk.open else talk.seeking.due()
        if talk.ended:
            left = max(0.0, self._drain_until - monotonic())
            seconds = left if seconds is None else min(left, seconds)
        return seconds

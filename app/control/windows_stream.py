"""The caller's end of the named pipe: the bridge's own link, read by a thread so that waiting has a bound."""

from __future__ import annotations

import queue
import sys
import threading
from typing import Protocol


class Link(Protocol):
    """A two-way stream whose calls block (app.bridge.threaded)."""

    def read(self) -> bytes: ...

    def write(self, data: bytes, /) -> None: ...

    def close(self) -> None: ...


class LinkStream:
    """At most one chunk is read ahead."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._chunks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._may_read = threading.Semaphore(1)
        self._ended = False
        threading.Thread(target=self._read, name="door", daemon=True).start()

    def send(self, line: bytes) -> None:
        """All of it. Raises OSError."""
        self._link.write(line)

    def receive(self, seconds: float | None) -> bytes:
        """The next bytes; empty at the end. Raises TimeoutError after `seconds`."""
        if self._ended:
            return b""
        try:
            chunk = self._chunks.get(timeout=None if seconds is None else max(0.001, seconds))
        except queue.Empty:
            raise TimeoutError from None
        self._ended = not chunk
        self._may_read.release()
        return chunk

    def close(self) -> None:
        """End the connection."""
        self._ended = True
        self._link.close()
        self._may_read.release()

    def _read(self) -> None:
        while self._may_read.acquire() and not self._ended:
            chunk = self._link.read()
            self._chunks.put(chunk)
            if not chunk:
                return


def open_pipe(home: str) -> LinkStream:
    """Raises OSError where nobody listens, or where the pipe is not ours."""
    if sys.platform != "win32":
        raise OSError("named pipes are Windows'")
    from app.bridge.windows import connect

    link = connect(home)
    if link is None:
        raise OSError("nobody listens at the pipe")
    return LinkStream(link)

"""The gateway's own log and the servers' stderr: files in HOME/logs that never grow beyond their bound.

No arguments, results or secrets are written here, only what happened to processes and connections.
"""

from __future__ import annotations

import os
import time

from app.core import known

MOST = 1024 * 1024
"""Bytes of one file; at that size it becomes NAME.1, replacing the one before."""


class BoundedFile:
    """An append-only file of at most MOST bytes, with one predecessor. Failing to write is never an error."""

    def __init__(self, path: str, most: int = MOST) -> None:
        self.path = path
        self._most = most
        self._fd = -1
        self._size = 0

    def append(self, text: bytes) -> None:
        """Write at once; a text larger than the bound keeps only its end."""
        text = text[-self._most :]
        try:
            if self._fd < 0:
                self._open()
            if self._size + len(text) > self._most:
                self._turn_over()
            self._size += os.write(self._fd, text)
        except OSError:
            self.close()  # a full disk: the log must not be what ends the gateway

    def close(self) -> None:
        """Give the descriptor back; the next `append` opens anew."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _open(self) -> None:
        os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
        self._fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        self._size = os.fstat(self._fd).st_size

    def _turn_over(self) -> None:
        self.close()
        os.replace(self.path, self.path + ".1")
        self._open()


class GatewayLog:
    """HOME/logs/gateway.log: one line an event, UTC."""

    def __init__(self, home: str, echo: bool = False) -> None:
        self._file = BoundedFile(os.path.join(home, "logs", "gateway.log"))
        self._echo = echo

    def line(self, words: str) -> None:
        """Note what happened; control characters and newlines become spaces."""
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
        clean = "".join(letter if letter.isprintable() else " " for letter in known.without(words))[:2000]
        text = f"{stamp}.{int(now * 1000) % 1000:03d}Z {clean}\n".encode("utf-8", "backslashreplace")
        self._file.append(text)
        if self._echo:
            try:
                os.write(2, text)
            except OSError:
                self._echo = False

    def failure(self, error: BaseException) -> None:
        """Note an exception by type and place only: its words may hold what a call carried."""
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno}" if place else "?"
        detail = f" {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
        self.line(f"unexpected {type(error).__name__}{detail} at {where}")

    def close(self) -> None:
        """Give the descriptor back."""
        self._file.close()

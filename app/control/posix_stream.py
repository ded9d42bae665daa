"""The caller's end of the Unix socket."""

from __future__ import annotations

import socket
import sys

if sys.platform == "win32":
    raise ImportError("Windows has a pipe instead")


class SocketStream:
    """Raises OSError where nobody listens at `path`."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.connect(path)
        except OSError:
            self._socket.close()
            raise

    def send(self, line: bytes) -> None:
        """All of it. Raises OSError."""
        self._socket.settimeout(None)
        self._socket.sendall(line)

    def receive(self, seconds: float | None) -> bytes:
        """The next bytes; empty at the end. Raises TimeoutError after `seconds`, OSError."""
        self._socket.settimeout(seconds if seconds is None else max(0.001, seconds))
        return self._socket.recv(262144)

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

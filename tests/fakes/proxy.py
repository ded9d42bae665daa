"""A proxy on loopback that lets https through (RFC 9110 §9.3.6, CONNECT), or refuses."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Proxy:
    """A running one. `asked`: where it was asked to connect to."""

    def __init__(self, refusal: str) -> None:
        self.asked: list[str] = []
        self._refusal = refusal
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def _start(self, fn: object, *given: object) -> None:
        thread = threading.Thread(target=fn, args=given)  # pyright: ignore[reportArgumentType]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(peer)
            self._start(self._serve, peer)

    def _serve(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                chunk = peer.recv(4096)
                if not chunk:
                    return
                head += chunk
            target = head.split()[1].decode()
            self.asked.append(target)
            if self._refusal:
                peer.sendall(f"HTTP/1.1 {self._refusal}\r\nContent-Length: 0\r\n\r\n".encode())
                return
            host, _, port = target.rpartition(":")
            far = socket.create_connection((host, int(port)))
            self._open.append(far)
            peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            self._start(_copy, far, peer)
            _copy(peer, far)

    def end(self) -> None:
        """Close everything, and wait for its threads."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(30)
        for one in self._open:
            one.close()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def running(refusal: str = "") -> Iterator[Proxy]:
    """One for as long as the block lasts. `refusal`: a status line's code and words, instead of a connection."""
    made = Proxy(refusal)
    try:
        yield made
    finally:
        made.end()

"""A gateway that a test plays by hand: it listens at the door of a home and says exactly what the test tells it to."""

from __future__ import annotations

import json
import os
import socket
from typing import Any

from app.bridge.home import address

BOUND = 20.0


class Peer:
    """One accepted connection; `hello` is its first line."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        connection.settimeout(BOUND)
        self._reader = connection.makefile("rb")
        self.hello = self.read()

    def greet(self, **error: str) -> None:
        self.send({"doorkeep": 1, "error": error} if error else {"doorkeep": 1, "version": "0", "pid": os.getpid()})

    def read(self) -> Any:
        try:
            line = self._reader.readline()
        except ConnectionResetError:  # it went without reading everything: gone all the same
            return None
        return json.loads(line) if line else None

    def send(self, message: Any) -> None:
        self.send_bytes(json.dumps(message, separators=(",", ":")).encode() + b"\n")

    def send_bytes(self, raw: bytes) -> None:
        self.connection.sendall(raw)

    def answer(self, request: Any, result: Any) -> None:
        self.send({"jsonrpc": "2.0", "id": request["id"], "result": result})

    def close(self) -> None:
        self._reader.close()
        self.connection.close()


class FakeGateway:
    """Listens until closed; `accept` gives the next bridge that connects."""

    def __init__(self, home: str) -> None:
        path = address(home)
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        if os.path.exists(path):
            os.unlink(path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(16)
        self.listener.settimeout(BOUND)
        self.peers: list[Peer] = []

    def accept(self, greet: bool = True) -> Peer:
        peer = Peer(self.listener.accept()[0])
        self.peers.append(peer)
        if greet:
            peer.greet()
        return peer

    def end(self) -> None:
        """As if the process were gone: no listener, no connection."""
        self.listener.close()
        for peer in self.peers:
            peer.close()
        self.peers.clear()

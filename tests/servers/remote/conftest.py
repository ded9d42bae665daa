"""The remote server as a client spawns it, in front of a real server on loopback."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from servers.runtime import wire

BOUND = 60.0
MODERN = {
    wire.META_VERSION: wire.MODERN,
    wire.META_CAPABILITIES: {},
    wire.META_CLIENT: {"name": "tests", "version": "1"},
}


class Near:
    """Our end: a process that speaks stdio."""

    def __init__(self, *argv: str, **env: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "servers.remote", *argv],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **env},
        )  # fmt: skip
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.heard: list[dict[str, Any]] = []
        self._number = 0

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def say(self, **message: Any) -> None:
        """One message, whatever it is."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self.process.stdin.flush()

    def next(self) -> dict[str, Any]:
        """The next message that it writes."""
        message = json.loads(self._lines.get(timeout=BOUND))
        self.heard.append(message)
        return message

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """A request and its answer; notifications in between are kept in `heard`."""
        self._number += 1
        self.say(id=self._number, method=method, params=params)
        while True:
            message = self.next()
            if message.get("id") == self._number and "method" not in message:
                return message

    def greet(self) -> dict[str, Any]:
        """The handshake of 2025-11-25."""
        client = {"name": "tests", "version": "1"}
        answer = self.ask("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo=client)
        self.say(method="notifications/initialized")
        return answer

    def end(self) -> int:
        """Stdin's end; its exit status. It has said nothing on stderr."""
        assert self.process.stdin is not None
        assert self.process.stderr is not None
        self.process.stdin.close()
        status = self.process.wait(BOUND)
        self._reader.join(BOUND)
        complaint = self.process.stderr.read()
        self.process.stderr.close()
        assert self.process.stdout is not None
        self.process.stdout.close()
        assert complaint == b""
        return status


@pytest.fixture
def near() -> Iterator[Callable[..., Near]]:
    """Starts one; it ends with the test, cleanly."""
    made: list[Near] = []

    def start(*argv: str, **env: str) -> Near:
        made.append(Near(*argv, **env))
        return made[-1]

    yield start
    for one in made:
        assert one.end() == 0

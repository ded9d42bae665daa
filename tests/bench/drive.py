"""A bare MCP client on pipes: what it adds to a call is small and the same for every server measured."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Sequence
from typing import Any

START = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
BOUND = 120.0
"""Seconds after which a silent server is killed, which ends the wait."""


class Driver:
    """One server as a child process, spoken to over its pipes in the 2025-11-25 handshake."""

    def __init__(self, command: Sequence[str], env: dict[str, str] | None = None, cwd: str | None = None) -> None:
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env,
            cwd=cwd,
            bufsize=0,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._in = self.process.stdin.fileno()
        self._out = self.process.stdout.fileno()
        self._rest = bytearray()
        self._next = 0
        self._watch = threading.Timer(BOUND * 10, self.process.kill)
        self._watch.daemon = True
        self._watch.start()

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the server as a client does: its input closes, then it is given ten seconds."""
        self._watch.cancel()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)

    def request(self, method: str, params: dict[str, Any]) -> bytes:
        """One request line."""
        self._next += 1
        line = {"jsonrpc": "2.0", "id": self._next, "method": method, "params": params}
        return json.dumps(line, separators=(",", ":")).encode() + b"\n"

    def send(self, line: bytes) -> None:
        """Writes all of `line`, however full the pipe is."""
        view = memoryview(line)
        while view:
            view = view[os.write(self._in, view) :]

    def line(self) -> bytes:
        """The next line that is an answer; notifications are passed over."""
        while True:
            end = self._rest.find(b"\n")
            if end < 0:
                scanned = len(self._rest)
                while end < 0:
                    chunk = os.read(self._out, 1 << 18)
                    if not chunk:
                        raise RuntimeError(f"the server is gone: {self.process.args!r}")
                    self._rest += chunk
                    end = self._rest.find(b"\n", scanned)
                    scanned = len(self._rest)
            line = bytes(self._rest[:end])
            del self._rest[: end + 1]
            if b'"id":' in line[:400] or b'"id":' in line[-400:]:
                return line

    def ask(self, method: str, params: dict[str, Any]) -> bytes:
        """One request and its answer's line."""
        self.send(self.request(method, params))
        return self.line()

    def open(self) -> Driver:
        """The handshake."""
        self.ask("initialize", START)
        self.send(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
        return self

    def call(self, tool: str, arguments: dict[str, Any]) -> bytes:
        """One tool call; an error raises, so that no figure is of a failure."""
        line = self.ask("tools/call", {"name": tool, "arguments": arguments})
        if b'"isError":true' in line[:200] or b'"isError":true' in line[-200:] or b'"error":{' in line[:100]:
            raise RuntimeError(line[:600].decode(errors="replace"))
        return line

    def result(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """One tool call's result, parsed."""
        return json.loads(self.call(tool, arguments))["result"]

    def many(self, tool: str, arguments: dict[str, Any], count: int, window: int) -> float:
        """Calls per second with `window` calls in flight."""
        lines = [self.request("tools/call", {"name": tool, "arguments": arguments}) for _ in range(count)]
        begun = time.perf_counter()
        self.send(b"".join(lines[:window]))
        sent = window
        for _ in range(count):
            self.line()
            if sent < count:
                self.send(lines[sent])
                sent += 1
        return count / (time.perf_counter() - begun)


def cold_start(command: Sequence[str], env: dict[str, str] | None = None) -> float:
    """Seconds from spawn until `tools/list` is answered."""
    with Driver(command, env) as driver:
        driver.open()
        driver.ask("tools/list", {})
        return time.perf_counter() - driver.started

"""A client that starts a bridge as Claude Desktop does, stripped environment and all, and speaks raw lines to it."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from typing import Any

BOUND = 20.0
PASSED_ON = ("HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER")
MODERN_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "fake", "version": "1"},
}


def stripped_environment() -> dict[str, str]:
    """What an MCP client passes on to a server on POSIX, and nothing else."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


class BridgeProcess:
    """One bridge, driven by lines. Every wait is bounded; `end` leaves nothing running."""

    def __init__(self, *arguments: str, command: list[str] | None = None, pump: bool = False) -> None:
        self.process = subprocess.Popen(
            [*(command or [sys.executable, "-m", "app.bridge.main"]), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**stripped_environment(), **({"DOORKEEP_BRIDGE": "pump"} if pump else {})},
            bufsize=0,
        )
        self._buffer = b""

    @property
    def pid(self) -> int:
        return self.process.pid

    def send_bytes(self, raw: bytes) -> None:
        assert self.process.stdin
        rest = memoryview(raw)
        while rest:
            rest = rest[self.process.stdin.write(rest) :]

    def send(self, message: Any) -> None:
        self.send_bytes(json.dumps(message, separators=(",", ":")).encode() + b"\n")

    def request(self, id_: Any, method: str, params: Any = None, modern: bool = False) -> None:
        params = {**(params or {}), **({"_meta": MODERN_META} if modern else {})}
        self.send({"jsonrpc": "2.0", "id": id_, "method": method, "params": params})

    def initialize(self, version: str = "2025-11-25", name: str = "fake") -> Any:
        self.request(
            "init",
            "initialize",
            {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": name, "version": "1"}},
        )

    def call(self, id_: Any, tool: str, modern: bool = False, **arguments: Any) -> None:
        self.request(id_, "tools/call", {"name": tool, "arguments": arguments}, modern)

    def read_line(self, seconds: float = BOUND) -> bytes:
        """The next line; empty at the end of output. Fails after the bound."""
        assert self.process.stdout
        end = time.monotonic() + seconds
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"the bridge said nothing for {seconds} s"
            chunk = os.read(self.process.stdout.fileno(), 1 << 20)
            if not chunk:
                return b""
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def read(self, seconds: float = BOUND) -> Any:
        line = self.read_line(seconds)
        return json.loads(line) if line else None

    def answer(self, id_: Any, seconds: float = BOUND) -> Any:
        """The answer to `id_`; messages before it are skipped."""
        end = time.monotonic() + seconds
        while True:
            message = self.read(max(0.1, end - time.monotonic()))
            assert message is not None, "the bridge ended"
            if message.get("id") == id_ and "method" not in message:
                return message

    def close_input(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()

    def wait(self, seconds: float = BOUND) -> int:
        return self.process.wait(seconds)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(BOUND)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

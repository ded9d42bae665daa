"""A client that speaks raw lines to a stdio server and holds every line that comes back against the official types."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from typing import Any

from mcp_types import methods
from mcp_types.jsonrpc import jsonrpc_message_adapter

BOUND = 20.0
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "peer", "version": "1"},
}
MODERN = "2026-07-28"
PRIVATE = ("doorkeep/plan",)


class Peer:
    """One server process. Every wait is bounded; `end` leaves nothing running."""

    def __init__(self, *arguments: str, module: str = "tests.fakes.small_server") -> None:
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            bufsize=0,
        )
        assert self.process.stdin
        assert self.process.stdout
        self._in, self._out = self.process.stdin, self.process.stdout
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out, selectors.EVENT_READ)
        self._buffer = b""
        self._asked: dict[Any, tuple[str, str]] = {}
        self._next = 0
        self.heard: list[dict[str, Any]] = []
        self.version = MODERN

    def send_bytes(self, raw: bytes) -> None:
        rest = memoryview(raw)
        while rest:
            rest = rest[self._in.write(rest) :]

    def send(self, message: Any) -> None:
        self.send_bytes(json.dumps(message).encode() + b"\n")

    def ask(self, method: str, params: dict[str, Any] | None = None, *, id_: Any = None, **top: Any) -> Any:
        """Send a request in the peer's era; gives its id."""
        if id_ is None:
            self._next += 1
            id_ = self._next
        self.expect(id_, method)
        params = dict(params or {})
        if self.version == MODERN:
            params["_meta"] = {**META, **params.get("_meta", {})}
        self.send({"jsonrpc": "2.0", "id": id_, "method": method, "params": params, **top})
        return id_

    def expect(self, id_: Any, method: str) -> None:
        """Of a request that is sent as bytes: what its answer will have to be."""
        self._asked[id_] = (method, self.version)

    def line(self) -> bytes:
        """The next line; empty at the end."""
        end = time.monotonic() + BOUND
        while b"\n" not in self._buffer:
            left = end - time.monotonic()
            assert left > 0, f"no line within {BOUND} s; stderr: {self.complaints()}"
            if self._selector.select(left):
                chunk = os.read(self._out.fileno(), 1 << 20)
                if not chunk:
                    assert not self._buffer, "half a line at the end"
                    return b""
                self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def message(self) -> Any:
        """The next message, held against the official types of its version."""
        line = self.line()
        assert line, f"the server ended; stderr: {self.complaints()}"
        found = json.loads(line)
        for one in found if isinstance(found, list) else [found]:
            self._check(one)
        return found

    def _check(self, message: dict[str, Any]) -> None:
        jsonrpc_message_adapter.validate_python(message)
        method, version = self._asked.get(message.get("id"), ("", self.version))
        if "result" in message:
            assert method, f"nobody asked for {message}"
            if method not in PRIVATE:
                methods.validate_server_result(method, version, message["result"])
            if version == MODERN:
                assert json.dumps(message["result"]).startswith('{"resultType": "complete", ')
            else:
                assert "resultType" not in message["result"]
        elif "method" in message:
            methods.parse_server_notification(message["method"], version, message["params"])

    def answer(self, id_: Any) -> dict[str, Any]:
        """The answer to a request; what comes before it is kept in `heard`."""
        for message in self.heard:
            if message.get("id") == id_ and "method" not in message:
                self.heard.remove(message)
                return message
        while True:
            message = self.message()
            if message.get("id") == id_ and "method" not in message:
                return message
            self.heard.append(message)

    def request(self, method: str, params: dict[str, Any] | None = None, **top: Any) -> dict[str, Any]:
        return self.answer(self.ask(method, params, **top))

    def call(self, tool: str, arguments: dict[str, Any] | None = None, **top: Any) -> dict[str, Any]:
        """Call a tool; gives its result."""
        return self.request("tools/call", {"name": tool, "arguments": arguments or {}}, **top)["result"]

    def text(self, tool: str, arguments: dict[str, Any] | None = None, **top: Any) -> str:
        return self.call(tool, arguments, **top)["content"][0]["text"]

    def initialize(self, version: str) -> dict[str, Any]:
        """Open the older way; from then on requests go without `_meta`."""
        self.version = version
        client = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "peer", "version": "1"}}
        found = self.request("initialize", client)
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return found["result"]

    def complaints(self) -> str:
        self.errors.seek(0)
        return self.errors.read().decode("utf-8", "replace")

    def stop_reading(self) -> None:
        self._selector.unregister(self._out)
        self._out.close()

    def close_stdin(self) -> None:
        self._in.close()

    def ended(self) -> int:
        """Exit status, within the bound."""
        return self.process.wait(BOUND)

    def end(self) -> None:
        if not self._in.closed:
            self._in.close()
        try:
            self.process.wait(BOUND)
        finally:
            self.process.kill()
            self.process.wait()
            self._selector.close()
            self._out.close()
            self.errors.close()

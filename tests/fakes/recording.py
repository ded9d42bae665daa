"""A conversation with a server, line by line, and what came back, so that two of them can be held against each other.

A script is a list of requests; each is sent when the one before it is answered. Whatever the server asks is answered the same way
each time. Only times and ids that servers make up anew are made equal.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import subprocess
import time
from typing import Any

BOUND = 60.0
ABLE = {"roots": {"listChanged": True}, "sampling": {}, "elicitation": {"form": {}, "url": {}}}
ANSWERS: dict[str, Any] = {
    "sampling/createMessage": {"role": "assistant", "content": {"type": "text", "text": "sampled"}, "model": "m"},
    "elicitation/create": {"action": "accept", "content": {"name": "Ann"}},
    "ping": {},
}
MADE_UP = (
    (re.compile(r"\d{1,2}:\d{2}:\d{2} [AP]M"), "TIME"),
    (re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z"), "TIME"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"), "ID"),
)


class Recording:
    """One conversation in an older revision, from its handshake on. `heard` is all that came, in order."""

    def __init__(self, command: list[str], env: dict[str, str], root: str, version: str = "2025-11-25") -> None:
        """`root`: the one folder that the client has, as an address."""
        self.answers = {**ANSWERS, "roots/list": {"roots": [{"uri": root, "name": "work"}]}}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env, bufsize=0
        )
        assert self.process.stdin
        assert self.process.stdout
        self._in, self._out = self.process.stdin, self.process.stdout
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out, selectors.EVENT_READ)
        self._buffer = b""
        self._last = 0
        self.heard: list[Any] = []
        client = {"protocolVersion": version, "capabilities": ABLE, "clientInfo": {"name": "recorder", "version": "1"}}
        self.greeting = self.ask("initialize", client)
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def send(self, message: Any) -> None:
        self._in.write(json.dumps(message).encode() + b"\n")

    def ask(self, method: str, params: Any = None) -> Any:
        """One request and its answer; what the server says or asks before it is kept, and answered."""
        self._last += 1
        request: dict[str, Any] = {"jsonrpc": "2.0", "id": self._last, "method": method}
        if params is not None:
            request["params"] = params
        self.send(request)
        while True:
            message = self._read()
            if "method" not in message:
                assert message["id"] == self._last, message
                return message
            self._hear(message)

    def wait_for(self, words: str) -> None:
        """Until the server said or asked something with these words in it."""
        while not any(words in json.dumps(message) for message in self.heard):
            self._hear(self._read())

    def hear_one(self) -> None:
        """The next thing that the server says by itself."""
        self._hear(self._read())

    def _hear(self, message: Any) -> None:
        self.heard.append(message)
        if "id" in message:
            self.send({"jsonrpc": "2.0", "id": message["id"], "result": self.answers[message["method"]]})

    def _read(self) -> Any:
        end = time.monotonic() + BOUND
        while b"\n" not in self._buffer:
            left = end - time.monotonic()
            assert left > 0, f"nothing came within {BOUND} s after {self.heard[-3:]}"
            if self._selector.select(left):
                chunk = os.read(self._out.fileno(), 1 << 20)
                assert chunk, "the server ended"
                self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return json.loads(line)

    def end(self) -> None:
        self._in.close()
        self.process.kill()  # some never end by themselves
        self.process.wait(BOUND)
        self._selector.close()
        self._out.close()


def told(message: Any) -> Any:
    """A message with what is made up anew each time made equal, and numbered by the server as it likes."""
    text = json.dumps({name: value for name, value in message.items() if name not in ("jsonrpc", "id")}, sort_keys=True)
    for pattern, put in MADE_UP:
        text = pattern.sub(put, text)
    return json.loads(text)

"""The gateway's end of a remote server's pipe: secrets in memory, shared by all processes of a test, and whose turn it is."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from typing import Any

from servers.runtime import wire

BOUND = 60.0


class Secrets:
    """What the keychain would hold. `read` counts how often each was asked for."""

    def __init__(self, **kept: str) -> None:
        self.kept = dict(kept)
        self.read: list[str] = []
        self.locked = False
        self.needs: list[str] = []
        self._turns: dict[str, threading.Lock] = {}

    def sign_in(self, server: str = "far") -> dict[str, Any]:
        """A sign-in as it is kept."""
        return json.loads(self.kept[f"oauth-{server}"])

    def serve(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The members of an answer."""
        name = params.get("name", "")
        if self.locked and method in ("doorkeep/secret", "doorkeep/store_secret", "doorkeep/remove_secret"):
            return {"error": {"code": -32603, "message": "The keychain is locked."}}
        if method == "doorkeep/secret":
            self.read.append(name)
            return {"result": {"value": self.kept.get(name)}}
        if method == "doorkeep/store_secret":
            self.kept[name] = params["value"]
        elif method == "doorkeep/remove_secret":
            self.kept.pop(name, None)
        elif method == "doorkeep/hold_secret":
            assert self._turns.setdefault(name, threading.Lock()).acquire(timeout=BOUND)
        elif method == "doorkeep/release_secret":
            self._turns[name].release()
        return {"result": {}}


class Remote:
    """One process, started as the gateway starts it."""

    def __init__(self, secrets: Secrets, url: str, *deed: str, **told: Any) -> None:
        self.secrets = secrets
        told = {"server": "far", "url": url, **told}
        env = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        env["DOORKEEP_REMOTE"] = json.dumps(told)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "servers.remote", "--gateway", *deed],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
        )  # fmt: skip
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self._writing = threading.Lock()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._number = 0

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message = json.loads(line)
            if str(message.get("id", "")).startswith(wire.PRIVATE) and "method" in message:
                threading.Thread(target=self._answer, args=(message,)).start()
            elif message.get("method") == "doorkeep/sign_in_needed":
                self.secrets.needs.append(message["params"]["words"])
            else:
                self._lines.put(message)

    def _answer(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(ValueError, BrokenPipeError):  # it ends while it asks
            self.say(id=message["id"], **self.secrets.serve(message["method"], message["params"]))

    def say(self, **message: Any) -> None:
        """One message, whatever it is."""
        assert self.process.stdin is not None
        with self._writing:
            self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
            self.process.stdin.flush()

    def next(self) -> dict[str, Any]:
        """The next message that is not for the gateway alone."""
        return self._lines.get(timeout=BOUND)

    def send(self, method: str, **params: Any) -> int:
        """A request; gives its id."""
        self._number += 1
        self.say(id=self._number, method=method, params=params)
        return self._number

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """A request and its answer."""
        number = self.send(method, **params)
        while True:
            message = self.next()
            if message.get("id") == number and "method" not in message:
                return message

    def greet(self) -> dict[str, Any]:
        """The handshake of 2025-11-25."""
        client = {"name": "tests", "version": "1"}
        answer = self.ask("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo=client)
        self.say(method="notifications/initialized")
        return answer

    def echo(self, text: str) -> str:
        """What the far tool gives back, or the error's words."""
        answer = self.ask("tools/call", name="echo", arguments={"text": text})
        return answer["error"]["message"] if "error" in answer else answer["result"]["content"][0]["text"]

    def end(self) -> tuple[int, bytes]:
        """Stdin's end; exit status, and what it said on stderr."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            status = self.process.wait(BOUND)
        finally:
            self.process.kill()
        self._reader.join(BOUND)
        complaint = self.process.stderr.read()
        self.process.stderr.close()
        self.process.stdout.close()
        return status, complaint

"""A Doorkeep home with one fake server, `plain`, and a gateway of its own process that serves it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from app.bridge.home import address
from app.control.client import ControlClient, SessionClient
from app.core.errors import GatewayUnreachableError
from tests.fakes.plain_server import LIST

BOUND = 20.0
SERVER = Path(__file__).with_name("plain_server.py")


class House:
    """`start` and `stop` as often as wanted; `end` kills what still runs."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None
        os.makedirs(os.path.join(home, "pins"), mode=0o700, exist_ok=True)
        facts = {"name": "plain", "version": "1", "capabilities": {"tools": {}}}
        pin = {"server": facts, "tools": LIST, "protocol": "2026-07-28"}
        Path(home, "pins", "plain.json").write_text(json.dumps(pin))
        self.settings(f'[servers.plain]\ncommand = "{sys.executable}"\nargs = ["{SERVER}"]\n')

    def settings(self, text: str) -> None:
        Path(self.home, "doorkeep.toml").write_text(text)

    def start(self) -> None:
        command = [sys.executable, "-m", "app.gateway", "--home", self.home]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        self.control().close()

    def control(self) -> ControlClient:
        end = time.monotonic() + BOUND
        while True:
            try:
                return ControlClient.connect(self.home)
            except GatewayUnreachableError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)

    def session(self, server: str = "plain") -> SessionClient:
        return SessionClient(self.home, server)

    def call(self, tool: str, /, **arguments: Any) -> Any:
        """What the fake server answered to one tool call, in a session of its own, and so by a process of its own."""
        with self.session() as session:
            return self.call_in(session, tool, **arguments)

    def call_in(self, session: SessionClient, tool: str, /, **arguments: Any) -> Any:
        """The same in a session that goes on."""
        return json.loads(session.call_tool(tool, arguments, BOUND)["content"][0]["text"])

    def status(self) -> dict[str, Any]:
        with self.control() as control:
            return control.call("status")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def signal(self, signum: int) -> None:
        os.kill(self.pid, signum)

    def wait(self) -> int:
        assert self.process is not None
        return self.process.wait(BOUND)

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.process.wait(BOUND)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @property
    def address(self) -> str:
        return address(self.home)

    def log(self) -> str:
        return Path(self.home, "logs", "gateway.log").read_text()


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rsplit(b")", 1)[1].split()[0] != b"Z"
    except OSError:
        return False

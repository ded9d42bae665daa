"""A Claude Desktop's data folder, a bridge to name in it, and a desktop on which the app runs or not, as the test says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.clients import connect
from app.clients.targets import Installation, Target, find_client, find_target, this_installation
from app.desktop.apps import Application, Running
from app.desktop.posix import LOCK
from tests.fakes.vault_door import VaultDoor

FAKE = Path(__file__).parents[2] / "fakes" / "claude_desktop.py"
OTHERS = {
    "globalShortcut": "Ctrl+Space",
    "mcpServers": {"weather": {"command": "/usr/bin/weather", "args": ["--metric"], "env": {"TOKEN": "hunter2"}}},
}


class StillDesktop:
    """No process is looked at: `runs` says whether the app does. What was asked of it is kept."""

    def __init__(self) -> None:
        self.runs: Running | None = None
        self.quits = True
        self.asked: list[str] = []
        self.forced: dict[str, Any] = {}
        self.before_start: Callable[[], object] = lambda: None
        self.looks = 0
        self.at_look: dict[int, Callable[[], object]] = {}

    def running(self, app: Application, folder: str, scan: bool) -> Running | None:
        self.looks += 1
        self.at_look.pop(self.looks, lambda: None)()
        return self.runs

    def alive(self, running: Running) -> bool:
        return self.runs == running

    def ask_to_quit(self, app: Application, running: Running) -> None:
        self.asked.append("quit")
        if self.quits:
            self.runs = None

    def start(self, app: Application, running: Running | None) -> None:
        self.asked.append("start")
        self.before_start()
        self.runs = Running(4712)

    def managed(self, app: Application) -> dict[str, Any]:
        return self.forced


@pytest.fixture
def desktop() -> StillDesktop:
    return StillDesktop()


@pytest.fixture
def bridge(tmp_path: Path) -> Path:
    """A program where an installation keeps its bridge."""
    path = tmp_path / "opt" / "doorkeep-bridge"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def installation(home: str, bridge: Path) -> Installation:
    return this_installation(home, str(bridge))


@pytest.fixture
def config(guard: Path) -> Path:
    """Claude Desktop's configuration with a server of somebody else's, at its usual place."""
    path = guard / ".config" / "Claude" / "claude_desktop_config.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(OTHERS, indent=2))
    return path


@pytest.fixture
def target(config: Path) -> Target:
    return find_target(find_client("claude-desktop"))


@pytest.fixture
def door(home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VaultDoor:
    """The gateway and its keychain, as adopting needs them."""
    made = VaultDoor(home, tmp_path / "the-keychain.json")
    monkeypatch.setattr(connect, "door_to", lambda _home: made)
    return made


class FakeClaude:
    """The fake app as a process, with what it says of itself."""

    def __init__(self, config: Path, status: Path) -> None:
        self.config = config
        self.path = status
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        command = [sys.executable, str(FAKE), "--config", str(self.config), "--status", str(self.path), *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE)
        self.wait(lambda: self.status.get("ready") and self.status["pid"] == self.pid)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def status(self) -> dict[str, Any]:
        try:
            return json.loads(self.path.read_text())
        except OSError:
            return {}

    def order(self, **order: Any) -> dict[str, Any]:
        """Tells it to do something and waits until it has."""
        assert self.process is not None
        assert self.process.stdin is not None
        count = len(self.status["answers"])
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()
        self.wait(lambda: len(self.status["answers"]) > count)
        return self.status["answers"][-1]

    def wait(self, done: Callable[[], object], seconds: float = 40.0) -> None:
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                pytest.fail(f"the fake app is not there yet: {self.status}")
            time.sleep(0.01)

    def quit(self) -> None:
        """Quits whatever instance runs, also one that was started again by somebody else."""
        pid = self.status.get("pid")
        if pid and self.runs():
            os.kill(pid, signal.SIGTERM)
        if self.process is not None:
            if self.process.stdin is not None:
                self.process.stdin.close()
            if pid == self.process.pid:
                self.process.wait(40)
            elif self.process.poll() is None:
                self.process.kill()
                self.process.wait(40)
            self.process = None
        self.wait(lambda: not self.runs())

    def runs(self) -> bool:
        return os.path.lexists(self.config.parent / LOCK)


@pytest.fixture
def claude(config: Path, tmp_path: Path) -> Iterator[FakeClaude]:
    """The fake Claude Desktop at the usual place, not started yet; it is gone after the test."""
    app = FakeClaude(config, tmp_path / "claude-status.json")
    yield app
    if app.runs() and not app.status.get("pid"):
        app.wait(lambda: app.status.get("pid"))
    pid = app.status.get("pid", 0)
    try:
        app.quit()
    except BaseException:
        os.kill(pid, 9)
        raise

"""A client's file, a bridge to name in it, and a desktop on which the app runs or not, as the test says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.desktop.apps import Application, Running

OTHERS: dict[str, Any] = {
    "globalShortcut": "Ctrl+Space",
    "mcpServers": {"weather": {"command": "/usr/bin/weather", "args": ["--metric"], "env": {"TOKEN": "hunter2"}}},
}


class StillDesktop:
    """No process is looked at: `runs` says whether the app does. What was asked of it is kept in `asked`."""

    def __init__(self) -> None:
        self.runs: Running | None = None
        self.quits = True
        self.asked: list[str] = []
        self.forced: dict[str, Any] = {}
        self.before_start: Callable[[], object] = lambda: None

    def running(self, app: Application, folder: str, scan: bool) -> Running | None:
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


def make_bridge(folder: Path) -> Path:
    """A program where an installation keeps its bridge."""
    path = folder / "opt" / "doorkeep-bridge"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def write_config(account: Path, content: dict[str, Any] | None = None) -> Path:
    """Claude Desktop's configuration, with a server of somebody else's, at its usual place on Linux."""
    path = account / ".config" / "Claude" / "claude_desktop_config.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(OTHERS if content is None else content, indent=2))
    return path

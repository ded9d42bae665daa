"""A Servers page on a real settings file, with a gateway that answers what the test told it to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.ui.kit.services import Services
from app.ui.servers.page import ServersPage

LONG = 20_000
TRACKER = """{"server": {"name": "tracker", "title": "Tracker"}, "tools": [
 {"name": "list_issues", "description": "Lists issues. All of them.", "annotations": {"readOnlyHint": true},
  "inputSchema": {"type": "object", "properties": {"state": {"enum": ["open", "closed"]}}}},
 {"name": "create_issue", "inputSchema": {"type": "object"}}]}"""

SEEN: dict[str, Any] = {
    "name": "time",
    "title": "Time",
    "version": "1",
    "protocol": "2025-11-25",
    "instructions": "",
    "tools": [
        {"name": "get_time", "title": "", "description": "Tells the time.", "read_only": True, "warnings": []},
        {"name": "set_alarm", "title": "Set an alarm", "description": "Rings.", "read_only": False, "warnings": []},
    ],
    "changes": [],
    "warnings": [],
    "accepted": False,
    "digest": "d" * 32,
}


@pytest.fixture
def status() -> dict[str, Any]:
    """A gateway in the middle of its day."""
    return {
        "servers": [{"name": "filesystem", "state": "running", "pid": os.getpid(), "in_flight": 1, "crashes": 0}],
        "sessions": [{"server": "filesystem"}, {"server": "filesystem"}],
    }


@pytest.fixture
def settings(home: str) -> Callable[[str], Path]:
    """Writes the settings file."""

    def write(text: str) -> Path:
        path = Path(home) / "doorkeep.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def tracker(home: str, settings: Callable[[str], Path]) -> Path:
    """A server of someone else, with two accepted tools."""
    (Path(home) / "pins").mkdir()
    (Path(home) / "pins" / "tracker.json").write_text(TRACKER)
    return settings('# mine\n[servers.tracker]\ncommand = "tracker"\ntools = { create_issue = "off" }\n')


@pytest.fixture
def make_page(services: Services, qtbot, link, status: dict[str, Any]) -> Iterator[Callable[..., ServersPage]]:
    """Makes the page, opens it, and waits until it has looked."""
    made: list[ServersPage] = []
    link.answers["settings"] = {"generation": 2, "error": None}
    link.answers["status"] = status

    def make(**more: Any) -> ServersPage:
        page = ServersPage(services, **more)
        qtbot.addWidget(page)
        page.resize(840, 720)
        page.show()
        page.opened({})
        made.append(page)
        qtbot.waitUntil(lambda: page.looked is not None, timeout=LONG)
        return page

    yield make
    for page in made:
        page.closed()


@pytest.fixture
def looked(link) -> Any:
    """A gateway that shows a harmless server when it is asked to look."""
    link.answers["look_server"] = SEEN
    return link

"""The third step with nothing faked but Claude Desktop itself: its process, a gateway, the bridge, the live link."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.desktop.posix import LOCK
from app.ui.kit.connecting import ground_of
from app.ui.kit.gateway import GatewayLink
from app.ui.setup.clients import ClientsStep
from tests.fakes.house import House

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the fake app holds its lock as on Linux")

FAKE = Path(__file__).parents[3] / "fakes" / "claude_desktop.py"
LONG = 20_000


class Claude:
    """The fake app, whoever started it."""

    def __init__(self, config: Path, status: Path) -> None:
        self.config, self.path = config, status
        command = [sys.executable, str(FAKE), "--config", str(config), "--status", str(status)]
        self.first = subprocess.Popen(command, stdin=subprocess.PIPE)

    @property
    def status(self) -> dict[str, Any]:
        try:
            return json.loads(self.path.read_text())
        except OSError:
            return {}

    def runs(self) -> bool:
        return os.path.lexists(self.config.parent / LOCK)


@pytest.fixture
def claude(config: Path, tmp_path: Path, wait_until) -> Iterator[Claude]:
    made = Claude(config, tmp_path / "status.json")
    wait_until(lambda: made.status.get("ready"), 40)
    yield made
    with contextlib.suppress(ProcessLookupError):
        if made.runs():
            os.kill(made.status["pid"], signal.SIGTERM)
    wait_until(lambda: not made.runs(), 40)
    assert made.first.stdin is not None
    made.first.stdin.close()
    made.first.wait(40)


@pytest.fixture
def link(home: str, qtbot) -> Iterator[GatewayLink]:
    """The real link to a real gateway, instead of the fake one."""
    house = House(home)
    house.settings("")
    house.start()
    made = GatewayLink(home)
    made.open()
    qtbot.waitUntil(lambda: made.is_up, timeout=LONG)
    yield made
    made.close()
    house.end()


def test_an_open_app_is_restarted_and_seen_to_come_through(services, claude: Claude, link: GatewayLink, qtbot) -> None:
    step = ClientsStep(services, ground_of(services))
    qtbot.addWidget(step)
    step.show()
    step.enter()
    qtbot.waitUntil(lambda: bool(step.blocks), timeout=LONG)
    (block,) = step.blocks.values()
    qtbot.waitUntil(block.panel.later.isVisible, timeout=LONG)
    block.panel.now.click()
    qtbot.waitUntil(lambda: "has reached Doorkeep" in block.through.text(), timeout=2 * LONG)
    assert block.standing.report.state == "connected"
    qtbot.waitUntil(lambda: claude.status.get("launches") == 2 and claude.status.get("ready"), timeout=LONG)
    assert claude.status["servers"]["filesystem"][0]["ok"]
    step.leave()

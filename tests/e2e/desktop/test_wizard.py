"""The first run, from an empty home to the first call of Claude Desktop, by nothing but clicks."""

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

from app.desktop.posix import LOCK
from tests.e2e.conftest import end_gateway
from tests.fakes.person import Person

FAKE = Path(__file__).parents[2] / "fakes" / "claude_desktop.py"
MOST_CLICKS = 8


class Claude:
    """The fake app, whoever started it."""

    def __init__(self, account: Path, place: Path, *, start: bool = True) -> None:
        self.config = account / ".config" / "Claude" / "claude_desktop_config.json"
        self.config.parent.mkdir(parents=True)
        self.config.write_text('{"globalShortcut": "Ctrl+Space"}')
        self._status, self._orders = place / "status.json", place / "orders"
        os.mkfifo(self._orders)
        self.first: subprocess.Popen[bytes] | None = None
        if start:
            self.start()

    def start(self) -> None:
        words = ["--config", str(self.config), "--status", str(self._status), "--orders", str(self._orders)]
        self.first = subprocess.Popen([sys.executable, str(FAKE), *words], stdin=subprocess.DEVNULL)

    def facts(self) -> dict[str, Any]:
        return json.loads(self._status.read_text()) if self._status.exists() else {}

    def runs(self) -> bool:
        return os.path.lexists(self.config.parent / LOCK)

    def ask(self, **order: Any) -> bool:
        """What a person types there makes it call a tool. False: it does not listen yet."""
        try:
            pipe = os.open(self._orders, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return False
        with os.fdopen(pipe, "w") as file:
            file.write(json.dumps({"do": "call", "server": "filesystem", **order}) + "\n")
        return True

    def end(self, wait_until: Callable[..., object]) -> None:
        if self.runs():
            os.kill(self.facts()["pid"], signal.SIGTERM)
        wait_until(lambda: not self.runs(), 60)
        if self.first is not None:
            self.first.wait(20)


@pytest.fixture
def claude(guard: Path, tmp_path: Path, wait_until: Callable[..., object]) -> Iterator[Claude]:
    made = Claude(guard, tmp_path)
    wait_until(lambda: made.facts().get("ready"), 60)
    yield made
    made.end(wait_until)


@pytest.fixture
def empty(home: str) -> Iterator[str]:
    """A home that nothing was ever set in."""
    assert os.listdir(home) == []
    yield home
    end_gateway(home)


@pytest.fixture
def documents(guard: Path) -> Path:
    place = guard / "Documents"
    place.mkdir()
    (place / "report.md").write_text("# Report\n\nTotal: 42\n")
    return place


@pytest.fixture
def newcomer(empty: str, session: Any) -> Iterator[Person]:
    """Somebody who starts Doorkeep for the first time."""
    made = Person(session, empty)
    yield made
    assert made.leave() == ""


def test_a_few_clicks_lead_from_an_empty_home_to_a_call_of_claude_desktop(
    claude: Claude,
    documents: Path,
    newcomer: Person,
    wait_until: Callable[..., object],
) -> None:
    newcomer.click("^Grant ~/Documents$")
    newcomer.click("^Continue$")
    newcomer.sees("^Step 2 of 3$")
    newcomer.click("^Continue$")
    newcomer.click("^Quit Claude Desktop and connect$")
    newcomer.sees("Claude Desktop has reached Doorkeep")
    wait_until(lambda: claude.facts().get("launches") == 2 and claude.facts().get("ready"), 60)
    wait_until(lambda: claude.ask(tool="read_file", arguments={"path": str(documents / "report.md")}))
    newcomer.sees(r"^Claude Desktop called Doorkeep (just now|\d+ s ago)\.$")
    seconds = time.monotonic() - newcomer.began
    assert newcomer.clicks <= MOST_CLICKS
    print(f"the wizard took {newcomer.clicks} clicks and {seconds:.1f} s")
    newcomer.click("^Done$")
    newcomer.sees("Claude Desktop read report.md")
    assert "Total: 42" in json.dumps(claude.facts()["answers"])
    assert json.loads(claude.config.read_text())["globalShortcut"] == "Ctrl+Space"


def test_an_app_that_is_closed_is_connected_and_seen_when_it_starts(
    documents: Path, newcomer: Person, guard: Path, tmp_path: Path, wait_until: Callable[..., object]
) -> None:
    claude = Claude(guard, tmp_path, start=False)
    newcomer.click("^Grant ~/Documents$")
    newcomer.click("^Continue$")
    newcomer.sees("^Step 2 of 3$")
    newcomer.click("^Continue$")
    newcomer.click("^Connect$")
    newcomer.sees("^The entry stands. Start Claude Desktop to see it here.$")
    try:
        claude.start()
        newcomer.sees("^Claude Desktop has reached Doorkeep")
        newcomer.click("^Done$")
    finally:
        claude.end(wait_until)

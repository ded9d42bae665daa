from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no launchd", allow_module_level=True)

import app.bridge.launch_macos as room
from app.bridge.home import default_home


@pytest.fixture
def installed(guard: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An account with the agent's file and the app in its own Applications folder."""
    agent = Path(room.agent_file())
    agent.parent.mkdir(parents=True)
    agent.touch()
    app = guard / "Applications" / "Doorkeep.app"
    app.mkdir(parents=True)
    monkeypatch.setattr(room, "app_folders", lambda: [str(app)])
    return app


OPEN = ["/usr/bin/open", "-g", "-j", "-a", "Doorkeep", "--args", "--background"]


def test_launchd_is_asked_first_then_the_app_is_opened_hidden(installed: Path):
    home = os.path.realpath(default_home())
    assert room.attempts(home) == [["/bin/launchctl", "kickstart", f"gui/{os.getuid()}/org.doorkeep.gateway"], OPEN]


def test_another_home_is_named_to_the_app_and_the_agent_is_left_alone(installed: Path):
    assert room.attempts("/elsewhere") == [[*OPEN, "--home", "/elsewhere"]]


def test_a_checkout_has_neither(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "app_folders", lambda: ["/nowhere/Doorkeep.app"])
    assert room.attempts(os.path.realpath(default_home())) == []


def test_the_first_attempt_that_works_is_the_last(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    def detached(home: str, command: list[str], first: object) -> None:
        assert callable(first)
        assert first({}) is True

    def quietly(command: list[str], environment: dict[str, str]) -> bool:
        asked.append(command[0])
        return command[0] == "two"

    monkeypatch.setattr(room, "attempts", lambda home: [["one"], ["two"], ["three"]])
    monkeypatch.setattr(room, "run_detached", detached)
    monkeypatch.setattr(room, "run_quietly", quietly)
    room.start("/home", ["gateway"])
    assert asked == ["one", "two"]

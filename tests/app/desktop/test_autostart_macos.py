"""The agent of launchd."""

from __future__ import annotations

import plistlib
from pathlib import Path

from app.desktop.autostart_macos import AGENT, agent_path, is_on, turn_off, turn_on


def test_the_agent_runs_the_command_at_login(guard: Path) -> None:
    turn_on(["/Applications/Doorkeep.app/Contents/MacOS/doorkeep-tray", "--background"])
    found = plistlib.loads(Path(agent_path()).read_bytes())
    assert found["Label"] == AGENT
    assert found["ProgramArguments"][-1] == "--background"
    assert found["RunAtLoad"] is True
    assert is_on()
    turn_off()
    turn_off()
    assert not is_on()


def test_a_disabled_or_broken_agent_is_off(guard: Path) -> None:
    turn_on(["x"])
    Path(agent_path()).write_bytes(plistlib.dumps({"Label": AGENT, "Disabled": True}))
    assert not is_on()
    Path(agent_path()).write_bytes(b"nonsense")
    assert not is_on()

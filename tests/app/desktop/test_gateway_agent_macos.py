"""The agent of launchd for the gateway: what it says, and when launchd is told."""

from __future__ import annotations

import os
import plistlib
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no launchd", allow_module_level=True)

from app.bridge.launch_macos import AGENT, agent_file, attempts
from app.desktop.gateway_agent_macos import install

COMMAND = ["/Applications/Doorkeep.app/Contents/MacOS/doorkeep", "gateway", "--home", "/Users/ann/home"]


class Launchd:
    """Knows an agent after `bootstrap`, until `bootout`; keeps what it was told."""

    def __init__(self) -> None:
        self.known = False
        self.told: list[str] = []

    def __call__(self, command: list[str]) -> bool:
        assert command[0] == "/bin/launchctl"
        verb = command[1]
        if verb == "print":
            return self.known
        self.told.append(verb)
        self.known = verb == "bootstrap"
        return True


@pytest.fixture
def launchd(guard: Path) -> Launchd:
    return Launchd()


def test_the_first_start_writes_the_agent_and_launchd_knows_it_at_once(launchd: Launchd) -> None:
    assert install(COMMAND, launchd)
    said = plistlib.loads(Path(agent_file()).read_bytes())
    assert (said["Label"], said["ProgramArguments"]) == (AGENT, COMMAND)
    assert (said["RunAtLoad"], said["KeepAlive"]) == (False, False)
    assert launchd.told == ["bootstrap"]


def test_the_bridge_then_asks_launchd_first(launchd: Launchd, monkeypatch: pytest.MonkeyPatch) -> None:
    install(COMMAND, launchd)
    monkeypatch.setattr("app.bridge.launch_macos.default_home", lambda: "/Users/ann/home")
    asked = attempts(os.path.realpath("/Users/ann/home"))
    assert asked[0] == ["/bin/launchctl", "kickstart", f"gui/{os.getuid()}/{AGENT}"]


def test_nothing_is_done_where_all_is_well(launchd: Launchd) -> None:
    install(COMMAND, launchd)
    launchd.told.clear()
    assert not install(COMMAND, launchd)
    assert launchd.told == []


def test_an_agent_that_launchd_forgot_is_told_again(launchd: Launchd) -> None:
    install(COMMAND, launchd)
    launchd.known = False
    launchd.told.clear()
    assert not install(COMMAND, launchd)
    assert launchd.told == ["bootstrap"]


def test_an_app_that_moved_replaces_its_agent(launchd: Launchd) -> None:
    install(["/Volumes/Doorkeep/doorkeep", "gateway"], launchd)
    launchd.told.clear()
    assert install(COMMAND, launchd)
    assert launchd.told == ["bootout", "bootstrap"]
    assert plistlib.loads(Path(agent_file()).read_bytes())["ProgramArguments"] == COMMAND
    assert os.listdir(os.path.dirname(agent_file())) == [f"{AGENT}.plist"]

"""What the system knows of the gateway, and where nothing is told."""

from __future__ import annotations

import sys

import pytest

from app.bridge.home import default_home
from app.desktop import gateway_agent

if sys.platform == "win32":
    pytest.skip("Windows has no launchd", allow_module_level=True)

from app.desktop import gateway_agent_macos


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """An installed build; the commands that an agent was written for."""
    commands: list[list[str]] = []
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/Applications/Doorkeep.app/Contents/MacOS/doorkeep-tray")
    monkeypatch.setattr(gateway_agent_macos, "install", lambda command: bool(commands.append(command)) or True)
    return commands


def test_an_installed_build_on_macos_tells_launchd_how_to_start_the_gateway(installed: list[list[str]]) -> None:
    assert gateway_agent.ensure(default_home(), "darwin")
    program, *arguments = installed[0]
    assert program == "/Applications/Doorkeep.app/Contents/MacOS/doorkeep-tray"
    assert arguments[:2] == ["--inside", "app.gateway"]


@pytest.mark.parametrize("system", ["linux", "win32"])
def test_other_systems_are_told_nothing(installed: list[list[str]], system: str) -> None:
    assert not gateway_agent.ensure(default_home(), system)
    assert installed == []


def test_another_home_has_no_agent(installed: list[list[str]], home: str) -> None:
    assert not gateway_agent.ensure(home, "darwin")
    assert installed == []


def test_a_checkout_has_no_agent(installed: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", False, raising=False)
    assert not gateway_agent.ensure(default_home(), "darwin")
    assert installed == []

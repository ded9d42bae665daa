"""Starting with the session: the interface."""

from __future__ import annotations

import sys

import pytest

from app.bridge.home import default_home
from app.desktop import autostart


def test_it_can_be_switched_on_and_off(home: str) -> None:
    assert not autostart.is_on()
    autostart.switch(home, on=True)
    assert autostart.is_on()
    autostart.switch(home, on=False)
    autostart.switch(home, on=False)
    assert not autostart.is_on()


def test_the_command_starts_the_tray_without_its_window(home: str) -> None:
    assert autostart.command(home) == [sys.executable, "-P", "-m", "app", "--background", "--home", home]
    assert "--home" not in autostart.command(default_home())


def test_a_packaged_build_starts_its_own_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/doorkeep/doorkeep")
    assert autostart.command(default_home()) == ["/opt/doorkeep/doorkeep-tray", "--background"]

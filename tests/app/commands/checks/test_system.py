from __future__ import annotations

import sys

import pytest

import app.commands.checks.system as room


def test_the_bridge_of_this_installation_is_found():
    [finding] = [finding for finding in room.check_system() if finding.check == "bridge"]
    assert finding.state == "ok"


def test_a_missing_bridge_is_a_problem(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "bridge_path", lambda: "/nowhere/doorkeep-bridge")
    [finding] = [finding for finding in room.check_system() if finding.check == "bridge"]
    assert finding.state == "problem"


@pytest.mark.skipif(sys.platform != "linux", reason="kernel calls of Linux")
@pytest.mark.parametrize(("version", "openat2", "states"), [(4, True, ["ok", "ok"]), (0, False, ["note", "note"])])
def test_what_the_kernel_lacks_is_worth_a_note(
    monkeypatch: pytest.MonkeyPatch, version: int, openat2: bool, states: list[str]
):
    monkeypatch.setattr(room, "landlock_version", lambda: version)
    monkeypatch.setattr(room, "has_openat2", lambda: openat2)
    assert [finding.state for finding in room.check_system() if finding.check == "protection"] == states


@pytest.mark.skipif(sys.platform != "linux", reason="kernel calls of Linux")
def test_asking_the_kernel_does_no_harm():
    assert room.landlock_version() >= 0
    assert room.has_openat2() in (True, False)

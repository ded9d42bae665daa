from __future__ import annotations

import os
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no systemd", allow_module_level=True)

import app.bridge.launch_linux as room
from app.bridge.home import default_home


@pytest.mark.parametrize(
    ("bus", "unit", "default", "serves"),
    [(True, True, True, True), (False, True, True, False), (True, False, True, False), (True, True, False, False)],
)
def test_systemd_serves_the_default_home_where_bus_and_unit_are_there(
    monkeypatch: pytest.MonkeyPatch, bus: bool, unit: bool, default: bool, serves: bool
):
    there = {f"/run/user/{os.getuid()}/bus": bus, room.unit_files()[0]: unit}
    monkeypatch.setattr(room.os.path, "exists", lambda path: there.get(path, False))
    home = os.path.realpath(default_home()) if default else "/elsewhere"
    assert room.systemd_serves(home) is serves


@pytest.mark.parametrize("serves", [True, False])
def test_systemd_is_asked_first_where_it_serves(monkeypatch: pytest.MonkeyPatch, serves: bool):
    asked: list[list[str]] = []

    def detached(home: str, command: list[str], first: object) -> None:
        if callable(first):
            first({})

    def quietly(command: list[str], environment: dict[str, str]) -> bool:
        asked.append(command)
        return True

    monkeypatch.setattr(room, "systemd_serves", lambda home: serves)
    monkeypatch.setattr(room, "run_detached", detached)
    monkeypatch.setattr(room, "run_quietly", quietly)
    room.start("/home", ["gateway"])
    assert asked == ([["systemctl", "--user", "start", "doorkeep.service"]] if serves else [])


@pytest.mark.parametrize(
    ("left", "serves", "asked", "runs_ours"),
    [(True, True, True, True), (True, False, False, True), (False, True, False, False), (False, False, False, False)],
)
def test_after_an_older_gateway_left_ours_looks_whether_systemd_really_started_one(
    monkeypatch: pytest.MonkeyPatch, left: bool, serves: bool, asked: bool, runs_ours: bool
):
    found: list[object] = []
    monkeypatch.setattr(room, "systemd_serves", lambda home: serves)
    monkeypatch.setattr(room, "run_quietly", lambda command, environment: found.append(command) or True)
    monkeypatch.setattr(room, "run_detached", lambda home, command, first: found.append(not first({})))
    room.start("/home", ["gateway"], lambda: left)
    assert found[-1] is runs_ours
    assert (len(found) > 1) is asked

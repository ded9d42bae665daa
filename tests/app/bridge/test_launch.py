from __future__ import annotations

import os
import sys

import pytest

import app.bridge.launch as launch


def test_an_installation_runs_the_module_without_the_working_folder(home: str):
    assert launch.gateway_command(home) == [sys.executable, "-P", "-m", "app.gateway", "--home", os.path.realpath(home)]


def test_a_frozen_build_runs_the_program_beside_it(monkeypatch: pytest.MonkeyPatch, home: str):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/doorkeep/doorkeep-bridge")
    assert launch.gateway_command(home) == ["/opt/doorkeep/doorkeep", "gateway", "--home", os.path.realpath(home)]


def test_the_system_is_asked_for_the_real_home(monkeypatch: pytest.MonkeyPatch, home: str):
    asked: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(launch, "_start", lambda home, command: asked.append((home, command)))
    link = home + "-link"
    os.symlink(home, link)
    launch.start_gateway(link)
    assert asked == [(os.path.realpath(home), launch.gateway_command(home))]

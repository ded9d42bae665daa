from __future__ import annotations

import os

import pytest

import app.bridge.launch as launch
from app.bridge.programs import gateway_command


def test_the_system_is_asked_for_the_real_home(monkeypatch: pytest.MonkeyPatch, home: str):
    asked: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(launch, "_start", lambda home, command: asked.append((home, command)))
    link = home + "-link"
    os.symlink(home, link)
    launch.start_gateway(link)
    assert asked == [(os.path.realpath(home), gateway_command(home))]

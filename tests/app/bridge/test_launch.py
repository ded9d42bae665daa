from __future__ import annotations

import os
from collections.abc import Callable

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


def test_an_older_gateway_is_asked_to_leave_before_the_system_is_asked_for_another(
    monkeypatch: pytest.MonkeyPatch, home: str
):
    ways: list[str] = []

    def start(home: str, command: list[str], before: Callable[[], bool]) -> None:
        assert before()
        assert (ways, command) == ([home], gateway_command(home))

    def way(home: str) -> bool:
        ways.append(home)
        return True

    monkeypatch.setattr(launch, "make_way", way)
    monkeypatch.setattr(launch, "_start", start)
    launch.replace_gateway(home)
    assert ways == [os.path.realpath(home)]

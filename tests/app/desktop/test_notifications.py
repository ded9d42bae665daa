"""Notifications where there is no tray."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.desktop import notifications


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `notify-send` that writes down what it was told."""
    told = tmp_path / "told"
    program = tmp_path / "bin" / "notify-send"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{told}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return told


def test_the_desktop_s_service_shows_it_and_markup_in_it_is_text(service: Path) -> None:
    assert notifications.show("-Claude was kept out", "It wanted to read <b>x</b> & more", "linux")
    *_options, title, body = service.read_text().splitlines()
    assert title == "-Claude was kept out"
    assert body == "It wanted to read &lt;b&gt;x&lt;/b&gt; &amp; more"


def test_without_a_service_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not notifications.show("a", "b", "linux")


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_where_the_tray_always_is_nothing_is_tried(system: str) -> None:
    assert notifications.commands("a", "b", system) == []

"""Showing a file in the file manager."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from app.core.errors import DoorkeepError
from app.desktop.reveal import commands, reveal


def program(folder: Path, name: str, code: int) -> Path:
    """A program that notes its words and ends with a code."""
    path = folder / name
    path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {folder}/{name}.said\nexit {code}\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return folder / f"{name}.said"


def test_the_file_manager_is_asked_to_show_the_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = program(tmp_path, "dbus-send", 0)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    reveal(str(folder / "report.md"))
    assert f"array:string:file://{folder}/report.md" in said.read_text()


def test_where_nobody_answers_the_folder_is_opened(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "dbus-send", 1)
    said = program(tmp_path, "xdg-open", 0)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    reveal(str(folder / "gone" / "deep.md"))
    assert said.read_text().strip() == str(folder)


def test_where_nothing_works_it_says_where_the_file_is(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DoorkeepError, match="file manager"):
        reveal(str(folder / "report.md"))


def test_a_comma_does_not_part_the_name() -> None:
    assert "a%2Cb" in commands("/x/a,b", "linux")[0][-2]


@pytest.mark.parametrize(("system", "first"), [("darwin", "/usr/bin/open"), ("win32", "explorer.exe")])
def test_other_systems_have_their_own_way(system: str, first: str) -> None:
    assert commands("/x/a.md", system)[0][0] == first

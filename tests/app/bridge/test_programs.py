from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.bridge import programs

Build = Callable[..., Path]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """This process as the program of a packaged build: `build("0.2.0")` of an installation whose version in force is 0.3.0."""

    def become(version: str = "0.2.0", *, called: str = "", sides: bool = True) -> Path:
        root = tmp_path / "Größe mit Leer" / "doorkeep"
        for name in ("0.2.0", "0.3.0"):
            folder = root / "versions" / name
            folder.mkdir(parents=True)
            (folder / "doorkeep").touch()
        if sides:
            (root / "current").symlink_to("versions/0.3.0", target_is_directory=True)
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(sys, "executable", called or str(root / "versions" / version / "doorkeep"))
        return root

    return become


def test_what_is_written_down_leads_to_the_version_in_force(build: Build):
    root = build()
    assert programs.root() == str(root)
    assert programs.stable("doorkeep-bridge") == str(root / "current" / "doorkeep-bridge")


def test_what_a_version_starts_for_itself_is_its_own(build: Build):
    root = build()
    assert programs.own("doorkeep") == str(root / "versions" / "0.2.0" / "doorkeep")


def test_a_program_that_was_started_by_the_stable_path_still_knows_its_own_folder(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    root = build()
    monkeypatch.setattr(sys, "executable", str(root / "current" / "doorkeep"))
    assert programs.folder() == str(root / "versions" / "0.3.0")
    assert programs.stable("doorkeep") == str(root / "current" / "doorkeep")


def test_a_program_started_by_a_link_from_elsewhere_writes_down_the_stable_path(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    root = build()
    link = tmp_path / "doorkeep"
    link.symlink_to(root / "current" / "doorkeep")
    monkeypatch.setattr(sys, "executable", str(link))
    assert programs.stable("doorkeep-bridge") == str(root / "current" / "doorkeep-bridge")


def test_a_build_that_lies_alone_is_its_own_stable_place(build: Build):
    root = build(sides=False)
    assert programs.root() is None
    assert programs.stable("doorkeep-bridge") == str(root / "versions" / "0.2.0" / "doorkeep-bridge")


def test_a_packaged_gateway_is_started_by_the_stable_path_and_lifts_no_stop(build: Build, home: str):
    root = build()
    program = str(root / "current" / "doorkeep")
    assert programs.gateway_command(home) == [program, "--inside", "app.gateway", "--home", os.path.realpath(home)]


def test_on_macos_the_desktop_app_is_the_gateway_too(build: Build, home: str):
    root = build()
    assert programs.gateway_command(home, "darwin")[0] == str(root / "current" / "doorkeep-tray")


def test_a_packaged_desktop_app_is_started_by_the_stable_path(build: Build):
    root = build()
    assert programs.tray_command() == [str(root / "current" / "doorkeep-tray")]


def test_windows_programs_have_their_ending():
    assert programs.file_name("doorkeep", "win32") == "doorkeep.exe"


def test_a_checkout_runs_modules_without_the_working_folder(home: str):
    here = [sys.executable, "-P", "-m"]
    assert programs.gateway_command(home) == [*here, "app.gateway", "--home", os.path.realpath(home)]
    assert programs.tray_command() == [*here, "app"]
    assert programs.root() is None


def test_a_checkout_s_programs_lie_beside_its_interpreter():
    folder = os.path.dirname(os.path.abspath(sys.executable))
    assert programs.stable("doorkeep-bridge") == os.path.join(folder, programs.file_name("doorkeep-bridge"))

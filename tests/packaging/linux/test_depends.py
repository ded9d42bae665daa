"""What the package asks the system for."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT / "packaging"))
depends = importlib.import_module("linux.depends")
building = importlib.import_module("building")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy("/bin/ls", tmp_path / "doorkeep")
    (tmp_path / "text").write_text("no program")
    (tmp_path / "link").symlink_to("doorkeep")
    return tmp_path


def test_only_programs_and_libraries_are_asked(folder: Path) -> None:
    assert depends.libraries(str(folder)) == [str(folder / "doorkeep")]


def test_the_c_library_is_as_old_as_it_may_be(folder: Path) -> None:
    major, minor = depends.c_library([str(folder / "doorkeep")]).split(".")
    assert (int(major), 17 <= int(minor) <= 60) == (2, True)


def test_what_is_needed_is_named_by_its_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depends, "from_the_system", lambda _: {"libEGL.so.1": ["x"], "libc.so.6": ["x"]})
    assert depends.depends(str(folder)).startswith("libc6 (>= 2.")
    assert depends.depends(str(folder)).endswith(", libegl1, xkb-data")


def test_a_library_that_nobody_knows_fails_the_build(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depends, "from_the_system", lambda _: {"libnew.so.1": ["libQt6Gui.so.6"]})
    with pytest.raises(building.BuildError, match=r"libnew\.so\.1 is needed by libQt6Gui\.so\.6"):
        depends.depends(str(folder))

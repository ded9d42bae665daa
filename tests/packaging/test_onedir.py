"""The folder of three programs: settled, proved and held to its size."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import packages

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "packaging"))
onedir = importlib.import_module("onedir")
building = importlib.import_module("building")


@pytest.fixture
def build(tmp_path: Path) -> Any:
    (tmp_path / "doorkeep").mkdir()
    return building.Build(str(tmp_path / "doorkeep"), "1.0", str(tmp_path), str(tmp_path / "scratch"), 1000)


def program(build: Any, words: str) -> None:
    path = Path(build.folder, "doorkeep")
    path.write_text(f"#!/bin/sh\n{words}\n")
    path.chmod(0o755)


def test_a_build_whose_every_check_passes_is_kept(build: Any) -> None:
    program(build, """echo '{"check": "gateway", "ok": true}'; echo '{"check": "bridge", "ok": true}'""")
    assert onedir.prove(build, build.folder) == 2


@pytest.mark.parametrize(
    "words",
    [
        """echo '{"check": "gateway", "ok": false, "why": "no"}'; exit 1""",
        """echo '{"check": "gateway", "ok": false, "why": "no"}'""",
        "true",
        "exit 127",
    ],
    ids=["it fails", "it fails and says it went well", "it says nothing", "it does not start"],
)
def test_a_build_that_does_not_prove_itself_is_not(build: Any, words: str) -> None:
    program(build, words)
    with pytest.raises(building.BuildError):
        onedir.prove(build, build.folder)


def test_it_proves_itself_in_an_account_of_its_own(build: Any, tmp_path: Path) -> None:
    program(build, f"""echo "$HOME" > '{tmp_path}/home'; echo '{{"check": "x", "ok": true}}'""")
    onedir.prove(build, build.folder)
    account = Path((tmp_path / "home").read_text().strip())
    assert account == tmp_path / "scratch" / "account"
    assert not account.exists()


def test_what_has_grown_past_what_was_agreed_fails(build: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onedir, "SIZES", str(tmp_path / "sizes.json"))
    (tmp_path / "sizes.json").write_text(json.dumps({sys.platform: {"onedir": 99}}))
    Path(build.folder, "new.so").write_bytes(b"x" * 100)
    with pytest.raises(building.BuildError, match=r"100 bytes, 1 more than was agreed \(99\)(.|\n)*new\.so"):
        onedir.hold_size(build, "onedir", build.folder)
    (tmp_path / "sizes.json").write_text(json.dumps({sys.platform: {"onedir": 100}}))
    assert onedir.hold_size(build, "onedir", build.folder) == 100


def test_only_programs_may_be_run_and_nobody_else_may_write(build: Any) -> None:
    program(build, "true")
    library = Path(build.folder, "library.so")
    library.write_text("")
    library.chmod(0o777)
    onedir.settle(build.folder, 1000)
    assert Path(build.folder, "doorkeep").stat().st_mode & 0o777 == 0o755
    assert (library.stat().st_mode & 0o777, int(library.stat().st_mtime)) == (0o644, 1000)


def test_what_was_built_holds_three_programs_and_no_tests_or_tools() -> None:
    folder = packages.onedir()
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == sorted(onedir.PROGRAMS)
    inside = [str(path.relative_to(folder)) for path in folder.rglob("*")]
    banned = (
        "pytest",
        "hypothesis",
        "PyInstaller",
        "/tests/",
        "Qml",
        "libQt6Quick",
        "translations",
        "libX11",
        "libgtk",
    )
    assert [path for path in inside for word in banned if word in path] == []
    assert os.access(folder / "_internal" / "rg", os.X_OK)

"""The archive for any Linux."""

from __future__ import annotations

import importlib
import os
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT / "packaging"))
tarball = importlib.import_module("linux.tarball")
building = importlib.import_module("building")


@pytest.fixture
def build(tmp_path: Path) -> Any:
    folder = tmp_path / "onedir"
    folder.mkdir()
    (folder / "doorkeep").write_text(
        """#!/bin/sh\ncd "$(dirname "$0")" && pwd >&2\necho '{"check": "x", "ok": true}'\n"""
    )
    (folder / "doorkeep").chmod(0o755)
    return building.Build(str(folder), "1.0", str(tmp_path), str(tmp_path / "scratch"), 1000)


def test_it_holds_one_folder_with_the_program_and_what_to_do(build: Any) -> None:
    path = tarball.make(build)
    assert os.path.basename(path).startswith("doorkeep-1.0-linux-")
    with tarfile.open(path) as archive:
        names = archive.getnames()
        top = names[0]
        told = archive.extractfile(f"{top}/README.txt")
        assert told is not None
        assert b"doorkeep-tray" in told.read()
    assert sorted(names) == [top, f"{top}/README.txt", f"{top}/doorkeep"]


def test_it_proves_itself_where_a_person_might_unpack_it(build: Any, capsys: pytest.CaptureFixture[str]) -> None:
    tarball.prove(build, tarball.make(build))
    assert "self-test of what the .tar.gz unpacks: 1 checks passed" in capsys.readouterr().out


def test_one_that_fails_is_not_kept(build: Any) -> None:
    Path(build.folder, "doorkeep").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(building.BuildError):
        tarball.prove(build, tarball.make(build))

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.desktop.holders_windows import runs_from


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("doorkeep.exe", "Doorkeep-Bridge.EXE", "python311.dll"):
        (tmp_path / name).write_bytes(b"MZ")
    return tmp_path


def test_programs_that_can_be_opened_for_writing_do_not_run(folder: Path):
    assert not runs_from(str(folder))


@pytest.mark.parametrize(("held", "runs"), [("Doorkeep-Bridge.EXE", True), ("python311.dll", False)])
def test_a_program_that_cannot_be_opened_runs(folder: Path, monkeypatch: pytest.MonkeyPatch, held: str, runs: bool):
    opens = os.open

    def refusing(path: str, flags: int) -> int:
        assert flags & os.O_RDWR
        if os.path.basename(path) == held:
            raise PermissionError(13, "The process cannot access the file because it is being used by another process")
        return opens(path, flags)

    monkeypatch.setattr(os, "open", refusing)
    assert runs_from(str(folder)) is runs


def test_a_folder_that_cannot_be_read_is_left_alone(tmp_path: Path):
    assert runs_from(str(tmp_path / "missing"))

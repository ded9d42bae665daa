"""The steps from a bundle to an installer: programs are signed before they are packed."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[3] / "packaging"))
artefacts = importlib.import_module("windows.artefacts")
building = importlib.import_module("building")


def test_every_program_is_signed_and_then_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(artefacts.signtool, "sign", lambda paths: done.extend(Path(path).name for path in paths))
    monkeypatch.setattr(artefacts.installer, "make", lambda _: done.append("packed") or "setup.exe")
    build = building.Build(str(tmp_path), "1.0", str(tmp_path), str(tmp_path), 1)
    assert artefacts.ARTEFACTS["setup"](build) == ["setup.exe"]
    assert done == ["doorkeep.exe", "doorkeep-tray.exe", "doorkeep-bridge.exe", "packed"]

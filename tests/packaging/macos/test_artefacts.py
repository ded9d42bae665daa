"""The steps from a bundle to an image, against stand-ins for the tools of macOS, which is where this was not yet run."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[3] / "packaging"))
artefacts = importlib.import_module("macos.artefacts")
building = importlib.import_module("building")


class Steps:
    """What was run and proved, in order; hdiutil leaves an image and notes what it was given."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.staged: list[str] = []
        self.leads = ""

    def run(self, words: list[str], **_more: Any) -> str:
        self.done.append(" ".join(words[:2]))
        if words[0] == "hdiutil":
            stage = Path(words[words.index("-srcfolder") + 1])
            self.staged = sorted(path.name for path in stage.iterdir())
            self.leads = os.readlink(stage / "Applications")
            Path(words[-1]).write_bytes(b"image")
        return ""

    def prove(self, _build: Any, folder: str) -> int:
        self.done.append(f"prove {Path(folder).parent.parent.name}")
        return 1


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    found = Steps()
    for room in (artefacts, artefacts.codesign, artefacts.image):
        monkeypatch.setattr(room, "run", found.run)
    monkeypatch.setattr(artefacts.onedir, "prove", found.prove)
    for name in (artefacts.codesign.IDENTITY, artefacts.codesign.PROFILE):
        monkeypatch.delenv(name, raising=False)
    return found


@pytest.fixture
def build(tmp_path: Path) -> Any:
    (tmp_path / "onedir/Doorkeep.app/Contents/MacOS").mkdir(parents=True)
    (tmp_path / "onedir/Doorkeep.app/Contents/MacOS/doorkeep-tray").write_bytes(b"\xcf\xfa\xed\xfe")
    for name in ("into", "scratch"):
        (tmp_path / name).mkdir()
    return building.Build(
        str(tmp_path / "onedir/doorkeep"), "1.2.3", str(tmp_path / "into"), str(tmp_path / "scratch"), 0
    )


def test_without_credentials_there_is_an_image_of_the_proved_app(build: Any, steps: Steps) -> None:
    (path,) = artefacts.dmg(build)
    assert Path(path).name.startswith("doorkeep-1.2.3-macos-")
    assert Path(path).read_bytes() == b"image"
    assert steps.done == ["prove Doorkeep.app", "hdiutil create"]
    assert (steps.staged, steps.leads) == (["Applications", "Doorkeep.app"], "/Applications")


def test_with_credentials_app_and_image_are_signed_before_apple_sees_them(
    build: Any, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(artefacts.codesign.IDENTITY, "Developer ID Application: Ann (TEAM)")
    monkeypatch.setenv(artefacts.codesign.PROFILE, "doorkeep")
    artefacts.dmg(build)
    assert steps.done == [
        *("codesign --force", "codesign --verify", "prove Doorkeep.app", "hdiutil create", "codesign --force"),
        *("xcrun notarytool", "xcrun stapler", "xcrun stapler"),
    ]


def test_a_missing_bundle_is_told_in_words(build: Any, steps: Steps, tmp_path: Path) -> None:
    (tmp_path / "onedir/Doorkeep.app").rename(tmp_path / "elsewhere")
    with pytest.raises(building.BuildError, match="on macOS alone"):
        artefacts.dmg(build)
    assert steps.done == []

"""The build as a person runs it: what it takes, what it keeps, and what it says when it cannot."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "packaging"))
build = importlib.import_module("build")
building = importlib.import_module("building")


@pytest.fixture
def onedir(tmp_path: Path) -> Path:
    """A stand-in that passes its self-test."""
    folder = tmp_path / "onedir" / "doorkeep"
    folder.mkdir(parents=True)
    (folder / "doorkeep").write_text("""#!/bin/sh\necho '{"check": "x", "ok": true}'\n""")
    (folder / "doorkeep").chmod(0o755)
    return folder


def artefact(made: Any) -> list[str]:
    path = Path(made.into, "doorkeep.pkg")
    path.write_text(made.version)
    return [str(path)]


def broken(made: Any) -> list[str]:
    Path(made.into, "half.pkg").write_text("half")
    raise building.BuildError("It does not prove itself.")


def run(tmp_path: Path, onedir: Path, monkeypatch: pytest.MonkeyPatch, make: Any, *words: str) -> int:
    monkeypatch.delenv("DOORKEEP_GPG_KEY", raising=False)
    monkeypatch.setattr(build, "artefacts_here", lambda: {"pkg": make})
    return build.main(["--onedir", str(onedir), "--into", str(tmp_path / "dist"), *words])


def test_what_proved_itself_is_kept_with_its_checksum_and_parts_list(
    tmp_path: Path, onedir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(tmp_path, onedir, monkeypatch, artefact, "--version", "9.9.9") == 0
    kept = sorted(os.listdir(tmp_path / "dist"))
    assert kept == ["SHA256SUMS", "doorkeep-9.9.9.cdx.json", "doorkeep.pkg"]
    assert (tmp_path / "dist" / "doorkeep.pkg").read_text() == "9.9.9"
    assert "doorkeep.pkg" in (tmp_path / "dist" / "SHA256SUMS").read_text()


def test_what_did_not_prove_itself_leaves_nothing_behind(
    tmp_path: Path, onedir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, onedir, monkeypatch, broken) == 1
    assert not (tmp_path / "dist").exists()
    assert "The build failed. It does not prove itself." in capsys.readouterr().err


def test_a_program_that_fails_its_self_test_is_not_packaged(
    tmp_path: Path, onedir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (onedir / "doorkeep").write_text("#!/bin/sh\nexit 1\n")
    assert run(tmp_path, onedir, monkeypatch, artefact) == 1
    assert not (tmp_path / "dist").exists()
    assert "self-test" in capsys.readouterr().err


def test_a_full_disk_is_told_in_words(
    tmp_path: Path, onedir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_made: Any) -> list[str]:
        raise OSError(28, "No space left on device")

    assert run(tmp_path, onedir, monkeypatch, full) == 1
    assert "The build failed: No space left on device." in capsys.readouterr().err


def test_only_known_things_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        build.parse(["--only", "nothing"], ["onedir", "deb"])
    assert "invalid choice: 'nothing'" in capsys.readouterr().err


def test_two_builds_that_differ_are_told_apart_by_name(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "link").symlink_to("a")
    found = build.digests(str(tmp_path))
    assert found["link"] == "a"
    assert len(found["a"]) == 64

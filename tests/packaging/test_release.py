"""From what three systems built to what is handed out: checked, named once, summed, with the changelog's words."""

from __future__ import annotations

import hashlib
import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from app.version import VERSION

sys.path.append(str(Path(__file__).parents[2] / "packaging"))
release = importlib.import_module("release")
building = importlib.import_module("building")

BUILT = {
    "doorkeep-linux": ("d.deb", "d.tar.gz", "d-git.mcpb", f"doorkeep-{VERSION}.cdx.json"),
    "doorkeep-macos": ("d.dmg", f"doorkeep-{VERSION}.cdx.json"),
    "doorkeep-windows": ("d-windows-x64.exe", f"doorkeep-{VERSION}.cdx.json"),
}


def summed(folder: Path) -> None:
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
        if not path.name.endswith(".mcpb") and path.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """What the jobs left, a folder for each system."""
    for system, names in BUILT.items():
        folder = tmp_path / "artefacts" / system
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).write_text(f"{system} {name}")
        summed(folder)
    return tmp_path / "artefacts"


def run(built: Path, tag: str = f"v{VERSION}") -> int:
    return release.main(["--tag", tag, "--from", str(built), "--into", str(built.parent / "release")])


def test_all_is_put_together_with_one_list_of_checksums_and_the_changelogs_words(built: Path, monkeypatch) -> None:
    monkeypatch.setattr(release, "notes", lambda _text, version: f"What is new in {version}.\n")
    assert run(built) == 0
    into = built.parent / "release"
    names = {path.name for path in into.iterdir()}
    assert {f"doorkeep-{VERSION}-{system}.cdx.json" for system in ("linux", "macos", "windows")} <= names
    assert (into / f"doorkeep-{VERSION}-macos.cdx.json").read_text().startswith("doorkeep-macos")
    lines = (into / "SHA256SUMS").read_text().splitlines()
    sums = {name: value for value, name in (line.split("  ") for line in lines)}
    assert set(sums) == names - {"SHA256SUMS"}
    assert all(hashlib.sha256((into / name).read_bytes()).hexdigest() == value for name, value in sums.items())
    assert (built.parent / "release-notes.md").read_text() == f"What is new in {VERSION}.\n"


def test_a_tag_of_another_version_is_no_release(built: Path, capsys) -> None:
    assert run(built, "v99.0.0") == 1
    assert f"app/version.py says {VERSION}" in capsys.readouterr().err
    assert not (built.parent / "release").exists()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda root: (root / "doorkeep-macos/d.dmg").write_text("other"), "not as it was built"),
        (lambda root: (root / "doorkeep-macos/d.dmg").unlink(), "not in"),
        (lambda root: (root / "doorkeep-windows/SHA256SUMS").unlink(), "no readable SHA256SUMS"),
        (lambda root: (root / "doorkeep-linux/d-git.mcpb").unlink(), r"no \.mcpb"),
        (lambda root: (root / "doorkeep-macos/d.deb").write_text(""), "two systems"),
    ],
)
def test_what_is_missing_or_changed_is_no_release(built: Path, damage: Any, words: str) -> None:
    damage(built)
    with pytest.raises(building.BuildError, match=words):
        release.collect(str(built), str(built.parent / "release"))
    assert not (built.parent / "release").exists()


def test_notes_are_the_versions_own() -> None:
    text = "# Changelog\n\n## 0.2.0, 2026-12-01\n\n- new\n\n## 0.1.0, 2026-11-01\n\n- first\n"
    assert release.notes(text, "0.2.0") == "- new\n"
    assert release.notes(text, "0.1.0") == "- first\n"
    for version in ("0.1", "0.3.0"):
        with pytest.raises(building.BuildError, match="says nothing"):
            release.notes(text, version)


def test_the_changelog_has_words_for_this_version() -> None:
    text = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    assert release.notes(text, VERSION)

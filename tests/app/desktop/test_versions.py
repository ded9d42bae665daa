from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.desktop import versions


@pytest.fixture
def root(tmp_path: Path) -> str:
    """0.1.0, 0.2.0 and 0.3.0 side by side, 0.2.0 in force, in a folder with a space and other letters."""
    root = tmp_path / "Prográmme hier" / "doorkeep"
    for name in ("0.1.0", "0.2.0", "0.3.0"):
        folder = root / "versions" / name / "_internal"
        folder.mkdir(parents=True)
        (folder / "some").write_text(name)
    versions.put_in_force(str(root), "0.2.0")
    return str(root)


@pytest.fixture
def running(root: str) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """A process whose program lies in that version's folder."""
    started: list[subprocess.Popen[bytes]] = []

    def run(version: str) -> subprocess.Popen[bytes]:
        program = os.path.join(root, "versions", version, "doorkeep-bridge")
        sleep = shutil.which("sleep")
        assert sleep is not None
        shutil.copy(sleep, program)
        started.append(subprocess.Popen([program, "600"]))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


def left(root: str) -> list[str]:
    return sorted(os.listdir(os.path.join(root, "versions")))


def test_the_stable_path_leads_to_the_version_in_force(root: str):
    assert Path(root, "current", "_internal", "some").read_text() == "0.2.0"
    assert versions.in_force(root) == "0.2.0"


def test_the_link_can_be_moved_with_its_folder(root: str, tmp_path: Path):
    elsewhere = str(tmp_path / "elsewhere")
    os.rename(root, elsewhere)
    assert versions.in_force(elsewhere) == "0.2.0"


def test_another_version_comes_into_force_and_nothing_is_left_beside(root: str):
    versions.put_in_force(root, "0.3.0")
    assert versions.in_force(root) == "0.3.0"
    assert sorted(os.listdir(root)) == ["current", "versions"]


def test_a_version_that_is_not_there_changes_nothing(root: str):
    with pytest.raises(FileNotFoundError):
        versions.put_in_force(root, "0.4.0")
    assert versions.in_force(root) == "0.2.0"


def test_a_swap_that_fails_leaves_what_was_and_nothing_beside(root: str, monkeypatch: pytest.MonkeyPatch):
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        versions.put_in_force(root, "0.3.0")
    assert versions.in_force(root) == "0.2.0"
    assert sorted(os.listdir(root)) == ["current", "versions"]


def test_a_link_that_an_earlier_try_left_is_in_nobodys_way(root: str):
    os.symlink("nowhere", os.path.join(root, f"current.{os.getpid()}.new"))
    versions.put_in_force(root, "0.3.0")
    assert sorted(os.listdir(root)) == ["current", "versions"]


def test_where_nothing_is_in_force_nothing_is_taken_away(root: str):
    os.unlink(os.path.join(root, "current"))
    assert versions.in_force(root) == ""
    assert versions.clear(root) == []
    assert left(root) == ["0.1.0", "0.2.0", "0.3.0"]


def test_older_versions_go_and_a_newer_one_that_may_be_arriving_stays(root: str):
    assert versions.clear(root) == ["0.1.0"]
    assert left(root) == ["0.2.0", "0.3.0"]


def test_an_older_version_stays_for_as_long_as_a_process_runs_from_it(
    root: str, running: Callable[[str], subprocess.Popen[bytes]]
):
    process = running("0.1.0")
    assert versions.clear(root) == []
    assert "0.1.0" in left(root)
    process.kill()
    process.wait()
    assert versions.clear(root) == ["0.1.0"]


def test_the_version_that_looks_is_never_taken_away(root: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(versions, "folder", lambda: os.path.join(root, "versions", "0.1.0"))
    assert versions.clear(root) == []


def test_what_an_earlier_removal_left_goes_too_and_is_no_version(root: str):
    os.rename(os.path.join(root, "versions", "0.1.0"), os.path.join(root, "versions", ".gone-0.1.0"))
    assert versions.clear(root) == []
    assert left(root) == ["0.2.0", "0.3.0"]


def test_what_may_not_be_taken_away_stays_without_a_word(root: str, monkeypatch: pytest.MonkeyPatch):
    def refused(*_given: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "rename", refused)
    assert versions.clear(root) == []
    assert left(root) == ["0.1.0", "0.2.0", "0.3.0"]


def test_folders_that_are_no_version_are_not_looked_at(root: str):
    os.mkdir(os.path.join(root, "versions", "notes"))
    os.mkdir(os.path.join(root, "versions", ".0.0.9.new"))
    os.mkdir(os.path.join(root, "versions", "0.0.9.kept"))
    versions.clear(root)
    assert {"notes", ".0.0.9.new", "0.0.9.kept"} <= set(left(root))


def test_where_there_is_no_such_layout_nothing_happens(tmp_path: Path):
    assert versions.clear(str(tmp_path)) == []


def test_windows_gives_the_name_to_the_new_junction_and_back_where_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The steps alone, with folders for junctions."""
    current, new = tmp_path / "current", tmp_path / "current.7.new"
    (current / "old").mkdir(parents=True)
    new.mkdir()
    rename = os.rename

    def once_refused(source: str, target: str) -> None:
        if source == str(new):
            raise PermissionError(13, "Access is denied")
        rename(source, target)

    monkeypatch.setattr(os, "rename", once_refused)
    with pytest.raises(PermissionError):
        versions._swap(str(new), str(current))
    assert (current / "old").exists()
    (current / "old").rmdir()
    monkeypatch.setattr(os, "rename", rename)
    versions._swap(str(new), str(current))
    assert sorted(os.listdir(tmp_path)) == ["current"]

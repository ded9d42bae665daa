"""One list of files, both halves of the installer: what is put there is taken away again, and nothing else."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[3] / "packaging"))
building = importlib.import_module("building")
listing = importlib.import_module("windows.listing")


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build in small: folders in folders, spaces, letters that are not ASCII, an empty folder."""
    for name in (
        "doorkeep.exe",
        "_internal/python311.dll",
        "_internal/PySide6/plugins/platforms/qwindows.dll",
        "_internal/a b/ü.txt",
    ):
        path = tmp_path / "onedir" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "onedir/_internal/empty").mkdir()
    return tmp_path / "onedir"


def put(script: str) -> list[str]:
    """The places that the installing half writes, in order."""
    place, found = "", list[str]()
    for line in script.splitlines():
        where = re.fullmatch(r'SetOutPath "(.*)"', line)
        file = re.fullmatch(r'File "(.*)"', line)
        assert where or file, line
        if where:
            place = where[1]
        elif file:
            found.append(f"{place}\\{Path(file[1]).name}")
    return found


def test_every_file_is_put_and_taken_away_once(build: Path) -> None:
    found = listing.read(str(build))
    installed = put(listing.installing(found, str(build), "$Place"))
    removed = re.findall(r'^Delete "(.*)"$', listing.uninstalling(found, "$Place"), re.M)
    assert len(installed) == len(set(installed)) == sum(path.is_file() for path in build.rglob("*"))
    assert sorted(installed) == sorted(removed)
    assert "$Place\\_internal\\a b\\ü.txt" in installed


def test_every_folder_is_taken_away_after_all_that_is_in_it(build: Path) -> None:
    found = listing.read(str(build))
    lines = listing.uninstalling(found, "$Place").splitlines()
    folders = re.findall(r'^SetOutPath "(.*)"$', listing.installing(found, str(build), "$Place"), re.M)
    gone = [line.removeprefix('RMDir "').removesuffix('"') for line in lines if line.startswith("RMDir")]
    assert sorted(folders) == sorted(gone)
    for number, line in enumerate(lines):
        if line.startswith("RMDir"):
            inside = line.removeprefix('RMDir "').removesuffix('"') + "\\"
            assert not any(inside in later for later in lines[number + 1 :])


def test_nothing_is_taken_away_with_what_it_holds(build: Path) -> None:
    assert "/r" not in listing.uninstalling(listing.read(str(build)), "$Place")


def test_the_same_files_give_the_same_lists(build: Path) -> None:
    assert listing.read(str(build)) == listing.read(str(build))


@pytest.mark.parametrize("name", ["a:b", "trailing.", "space ", "what?", "pipe|", "$PROFILE", "`x`", "x" * 181])
def test_a_name_that_windows_or_the_script_would_not_take_is_refused(build: Path, name: str) -> None:
    (build / name).write_text("")
    with pytest.raises(building.BuildError, match="no name"):
        listing.read(str(build))


def test_a_link_is_refused(build: Path) -> None:
    (build / "link").symlink_to("doorkeep.exe")
    with pytest.raises(building.BuildError, match="link"):
        listing.read(str(build))


def test_files_that_differ_by_capitals_alone_are_refused(build: Path) -> None:
    (build / "DOORKEEP.exe").write_text("")
    with pytest.raises(building.BuildError, match="capitals"):
        listing.read(str(build))

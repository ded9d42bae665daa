"""With names exchanged in mid-flight by another process, nothing outside is ever read, listed, written or moved."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.runtime.errors import ToolError
from servers.runtime.safe import moving
from servers.runtime.safe.access import Folders
from servers.runtime.safe.atomic import replace_file
from servers.runtime.safe.opening import open_entry, open_file, open_folder, open_parent, open_subfolder, scan
from tests.servers.runtime.safe.conftest import Swap

TRIES = 2000
pytestmark = pytest.mark.usefixtures("way")


@pytest.fixture
def raced(tree: Path, swap: Swap) -> Path:
    """`in/raced` is now a folder with a harmless file, now a link to `out`; so is `in/leaf` a file and a link to a secret."""
    (tree / "in/raced").mkdir()
    (tree / "in/raced/secret.txt").write_text("harmless")
    (tree / "in/link").symlink_to(tree / "out")
    (tree / "in/leaf").write_text("harmless")
    (tree / "in/leaf_link").symlink_to(tree / "out/secret.txt")
    (tree / "out/names").mkdir()
    swap(tree / "in/raced", tree / "in/link")
    swap(tree / "in/leaf", tree / "in/leaf_link")
    return tree


def test_reading_never_leaks(folders: Folders, raced: Path) -> None:
    read = {b"harmless": 0, b"refused": 0}
    for _ in range(TRIES):
        for name in ("in/raced/secret.txt", "in/leaf"):
            try:
                with open_file(folders, str(raced / name)) as opened:
                    read[os.read(opened.fd, 100)] += 1  # a KeyError is a leak
            except ToolError:
                read[b"refused"] += 1
    assert sum(read.values()) == 2 * TRIES
    assert read[b"harmless"]


def test_listing_and_descending_never_leak(folders: Folders, raced: Path) -> None:
    for _ in range(TRIES):
        try:
            with open_folder(folders, str(raced / "in/raced")) as opened:
                assert {entry.name for entry in scan(opened)} <= {"secret.txt"}
        except ToolError:
            pass
        try:
            with (
                open_folder(folders, str(raced / "in")) as top,
                open_subfolder(folders, top, "raced") as inner,
                open_entry(folders, inner, "secret.txt") as entry,
            ):
                assert os.read(entry.fd, 100) == b"harmless"
        except ToolError:
            continue


def test_writing_never_reaches_outside(folders: Folders, raced: Path) -> None:
    for number in range(TRIES // 4):
        for name in (f"in/raced/new{number}", "in/raced/secret.txt", "in/leaf"):
            try:
                with open_parent(folders, str(raced / name)) as parent:
                    replace_file(parent, b"harmless", durable=False)
            except ToolError:
                continue
    assert (raced / "out/secret.txt").read_text() == "SECRET outside"
    assert sorted(os.listdir(raced / "out")) == ["names", "secret.txt"]
    left = [name for folder in ("in", "in/raced", "in/link", "out") for name in os.listdir(raced / folder)]
    assert not [name for name in left if moving.is_temporary(name)]


def test_moving_never_takes_from_outside(folders: Folders, raced: Path) -> None:
    for number in range(TRIES // 4):
        try:
            with (
                open_parent(folders, str(raced / "in/raced/secret.txt")) as source,
                open_parent(folders, str(raced / f"in/moved{number}")) as target,
            ):
                moving.rename_new(source.fd, source.name, target.fd, target.name)
                moving.rename_new(target.fd, target.name, source.fd, source.name)
        except (ToolError, OSError):
            continue
    assert (raced / "out/secret.txt").read_text() == "SECRET outside"
    moved = list((raced / "in").glob("moved*"))
    assert not [path for path in moved if path.is_file() and "SECRET" in path.read_text()]


def test_a_nested_off_folder_never_leaks_while_names_are_exchanged(folders: Folders, tree: Path, swap: Swap) -> None:
    (tree / "in/sub/hidden.txt").write_text("harmless")
    (tree / "in/way").symlink_to("off")
    (tree / "in/open").symlink_to("sub")
    swap(tree / "in/way", tree / "in/open")
    for _ in range(TRIES):
        try:
            with open_file(folders, str(tree / "in/way/hidden.txt")) as opened:
                assert os.read(opened.fd, 100) == b"harmless"
        except ToolError:
            continue

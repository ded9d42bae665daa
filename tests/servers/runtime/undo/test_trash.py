"""Trashed things lie where the desktop finds them, or in the store, and come back whole."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from servers.runtime.safe import moving
from servers.runtime.undo import trash
from tests.servers.runtime.undo.conftest import World


def test_the_desktops_trash_gets_the_file_and_its_description(world: World, guard: Path) -> None:
    (world.root / "a b\u00e4%.txt").write_text("old")
    world.trash("a b\u00e4%.txt")
    trashed = guard / ".local/share/Trash"
    assert (trashed / "files/a b\u00e4%.txt").read_text() == "old"
    lines = (trashed / "info/a b\u00e4%.txt.trashinfo").read_text().split("\n")
    assert lines[:2] == ["[Trash Info]", f"Path={world.root}/a%20b%C3%A4%25.txt"]
    assert lines[2].startswith("DeletionDate=20")
    assert all(path.stat().st_mode & 0o777 == 0o700 for path in (trashed, trashed / "files", trashed / "info"))


def test_names_that_are_taken_there_get_a_number(world: World, guard: Path) -> None:
    for text in ("one", "two", "three"):
        (world.root / "a.txt").write_text(text)
        world.trash("a.txt")
    files = guard / ".local/share/Trash/files"
    assert {path.name: path.read_text() for path in files.iterdir()} == {
        "a.txt": "one",
        "a.2.txt": "two",
        "a.3.txt": "three",
    }


def test_a_file_without_description_holds_its_name(world: World, guard: Path) -> None:
    files = guard / ".local/share/Trash/files"
    files.mkdir(parents=True)
    (files / "a").write_text("somebody's")
    (world.root / "a").write_text("old")
    world.trash("a")
    assert ((files / "a").read_text(), (files / "a.2").read_text()) == ("somebody's", "old")


def test_the_longest_names_fit_with_their_description(world: World) -> None:
    for name in ("n" * 255, "\u00e4" * 127):
        (world.root / name).write_text("old")
        change = world.trash(name)
        world.undo(change)
        assert (world.root / name).read_text() == "old"


def test_the_description_goes_with_the_file_that_comes_back(world: World, guard: Path) -> None:
    (world.root / "a").write_text("old")
    world.undo(world.trash("a"))
    assert not any(path.is_file() for path in (guard / ".local/share/Trash").rglob("*"))


def test_another_file_system_has_the_store_for_its_trash(
    world: World, monkeypatch: pytest.MonkeyPatch, guard: Path
) -> None:
    real = os.stat

    def elsewhere(path: Any, **how: Any) -> os.stat_result:
        found = real(path, **how)
        if isinstance(path, str) and path.startswith(str(guard)):
            return os.stat_result((*found[:2], found.st_dev + 1, *found[3:10]))
        return found

    monkeypatch.setattr(trash.os, "stat", elsewhere)
    (world.root / "folder").mkdir()
    (world.root / "folder/a").write_text("old")
    change = world.trash("folder")
    assert world.store.get(change).steps[0].image
    assert not (guard / ".local/share/Trash").exists()
    world.undo(change)
    assert world.tree() == {"folder": "/", "folder/a": "old"}


@pytest.fixture
def across(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every rename between two folders fails as it does between file systems."""
    real = moving.rename_new

    def refuse(source: int, old: str, target: int, new: str) -> None:
        if os.fstat(source).st_ino != os.fstat(target).st_ino:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        real(source, old, target, new)

    monkeypatch.setattr(moving, "rename_new", refuse)


@pytest.mark.usefixtures("across", "trash_place")
def test_between_file_systems_a_tree_is_carried_whole_and_back(world: World) -> None:
    (world.root / "folder/sub").mkdir(parents=True)
    (world.root / "folder/sub/a").write_text("old")
    before = world.tree()
    change = world.trash("folder")
    assert world.tree() == {}
    if world.store.get(change).steps[0].image:
        world.undo(change)
        assert world.tree() == before


@pytest.mark.usefixtures("across")
def test_a_copy_that_fails_leaves_the_original_and_nothing_else(tmp_path: Path) -> None:
    for name in ("from", "to"):
        (tmp_path / name).mkdir()
    (tmp_path / "from/tree").mkdir()
    for number in range(5):
        (tmp_path / f"from/tree/{number}").write_bytes(b"x" * 100)
    source, target = (os.open(tmp_path / name, os.O_RDONLY) for name in ("from", "to"))
    with pytest.raises(OSError, match="too large"):
        trash.carry(source, "tree", target, "tree", 250)
    assert len(os.listdir(tmp_path / "from/tree")) == 5
    assert os.listdir(tmp_path / "to") == []
    os.close(source)
    os.close(target)


@pytest.mark.usefixtures("across")
def test_an_original_that_cannot_be_removed_whole_keeps_its_copy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trash, "reserve", lambda parent: None)
    (world.root / "folder").mkdir()
    (world.root / "folder/a").write_text("old")

    def stubborn(folder: int, name: str, depth: int = 0) -> None:
        os.unlink("folder/a", dir_fd=folder)
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(trash.trees, "remove", stubborn)
    with pytest.raises(Exception, match="denies access"):
        world.trash("folder")
    record = world.store.list(1)[0]
    assert Path(world.store.images_path, record.steps[0].image, "a").read_text() == "old"


def test_macos_has_its_own_place_and_windows_none(monkeypatch: pytest.MonkeyPatch, world: World, guard: Path) -> None:
    (guard / ".Trash").mkdir()
    (guard / ".Trash/a").write_text("there")
    (world.root / "a").write_text("old")
    with trash_parent(world) as parent:
        monkeypatch.setattr(trash.sys, "platform", "darwin")
        place = trash.reserve(parent)
        assert place is not None
        assert place.path == str(guard / ".Trash/a.2")
        monkeypatch.setattr(trash.sys, "platform", "win32")
        assert trash.reserve(parent) is None


def trash_parent(world: World) -> Any:
    from servers.runtime.safe.opening import open_parent

    return open_parent(world.folders, world.path("a"))

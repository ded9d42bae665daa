"""A before-image costs no copy where the file system can help, and never changes with the file."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servers.runtime.safe.atomic import replace_file
from servers.runtime.safe.opening import Parent, open_parent
from servers.runtime.safe.words import ConflictError
from servers.runtime.undo import images
from tests.servers.runtime.undo.conftest import World

Entry = Callable[[str], Parent]


@pytest.fixture
def entry(world: World) -> Iterator[Entry]:
    opened: list[Parent] = []

    def make(name: str) -> Parent:
        opened.append(open_parent(world.folders, world.path(name)))
        return opened[-1]

    yield make
    for parent in opened:
        parent.close()


@pytest.fixture
def without_clones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_cloning", lambda fd, store: False)


@pytest.mark.usefixtures("without_clones")
def test_the_replaced_inode_itself_is_kept(world: World, entry: Entry) -> None:
    (world.root / "a").write_text("old")
    inode = (world.root / "a").stat().st_ino
    image = images.keep(entry("a"), world.store.images, "image")
    assert image.st_ino == inode
    replace_file(entry("a"), b"new")
    assert Path(world.store.images_path, "image").read_text() == "old"
    assert Path(world.store.images_path, "image").stat().st_nlink == 1


def refuse_links(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(images.os, "link", refuse)


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.EMLINK])
def test_where_links_cannot_be_made_it_is_copied_with_its_mode(
    world: World, entry: Entry, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    (world.root / "a").write_text("old")
    (world.root / "a").chmod(0o641)
    refuse_links(monkeypatch, number)
    image = images.keep(entry("a"), world.store.images, "image")
    assert image.st_ino != (world.root / "a").stat().st_ino
    assert image.st_mode & 0o777 == 0o641
    assert Path(world.store.images_path, "image").read_text() == "old"


def test_a_file_with_other_names_is_copied_since_it_could_be_written_through_them(world: World, entry: Entry) -> None:
    (world.root / "a").write_text("old")
    os.link(world.root / "a", world.root / "other")
    images.keep(entry("a"), world.store.images, "image")
    (world.root / "other").write_text("written through")
    assert Path(world.store.images_path, "image").read_text() == "old"


def test_a_full_disk_leaves_no_half_image(world: World, entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (world.root / "a").write_text("old")
    refuse_links(monkeypatch, errno.EXDEV)
    monkeypatch.setattr(images, "copy_bytes", full)
    with pytest.raises(OSError, match="No space"):
        images.keep(entry("a"), world.store.images, "image")
    assert os.listdir(world.store.images_path) == []


@pytest.mark.usefixtures("without_clones")
def test_a_file_swapped_while_it_is_kept_is_a_conflict(
    world: World, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world.root / "a").write_text("old")
    real = os.link

    def swapped(*args: object, **kwargs: object) -> None:
        (world.root / "b").write_text("theirs")
        (world.root / "b").replace(world.root / "a")
        real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(images.os, "link", swapped)
    with pytest.raises(ConflictError, match="another program"):
        images.keep(entry("a"), world.store.images, "image")
    assert os.listdir(world.store.images_path) == []


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_only_regular_files_have_images(world: World, entry: Entry, kind: str) -> None:
    os.mkfifo(world.root / "pipe")
    (world.root / "folder").mkdir()
    with pytest.raises(ConflictError, match="no regular file"):
        images.keep(entry(kind), world.store.images, "image")


def test_a_file_system_without_shared_blocks_is_asked_once(world: World, entry: Entry) -> None:
    (world.root / "a").write_text("old")
    images.keep(entry("a"), world.store.images, "image")
    first = set(images._without_clones)
    (world.root / "b").write_text("old")
    images.keep(entry("b"), world.store.images, "image2")
    assert images._without_clones == first

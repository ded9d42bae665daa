"""Entries of an open folder are worked on by name, and Windows's way of it keeps to the same rules."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from servers.runtime.safe import at, windows_at
from servers.runtime.safe.opening import kind


@pytest.fixture(params=["this system", "windows"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """at.py's own functions, and windows_at.py's with the final path told by this system."""
    if request.param == "this system":
        return at

    def where(fd: int, name: str = "") -> str:
        return os.path.join(os.readlink(f"/proc/self/fd/{fd}"), name)

    def opened(fd: int, name: str, flags: int, *, links: bool) -> int:
        return os.open(where(fd, name), flags | os.O_NOFOLLOW | os.O_NONBLOCK)

    class Kernel:
        def create_file(self, path: str, access: int, share: int, disposition: int, flags: int) -> int:
            assert (share, disposition) == (7, 1)
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)

        def to_descriptor(self, handle: int) -> int:
            return handle

        def replace_file(self, replaced: str, replacement: str) -> None:
            os.replace(replacement, replaced)

    monkeypatch.setattr(windows_at, "where", where)
    monkeypatch.setattr(windows_at.windows, "open_beneath", opened)
    monkeypatch.setattr(windows_at.windows, "open_root", lambda path: os.open(path, os.O_RDONLY))
    monkeypatch.setattr(windows_at.windows, "kernel", Kernel)
    return windows_at


@pytest.fixture
def here(tmp_path: Path, way: ModuleType) -> Iterator[int]:
    (tmp_path / "a").write_text("content")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("a")
    fd = way.own_folder(str(tmp_path))
    yield fd
    os.close(fd)


def test_both_ways_offer_the_same(way: ModuleType) -> None:
    assert all(callable(getattr(way, name)) for name in at.__all__)


def test_stat_and_listing_follow_nothing(here: int, way: ModuleType) -> None:
    assert {name: kind(way.stat(here, name).st_mode) for name in way.listing(here)} == {
        "a": "a file",
        "folder": "a folder",
        "link": "a symbolic link",
    }


def test_a_link_is_not_opened(here: int, way: ModuleType) -> None:
    for opening in (way.existing, way.folder):
        with pytest.raises(OSError):  # noqa: PT011 - the number differs by system
            opening(here, "link")


def test_new_files_are_new(here: int, way: ModuleType, tmp_path: Path) -> None:
    fd = way.new(here, "b", 0o600)
    os.write(fd, b"12345")
    assert way.read_at(fd, 2, 1) == b"23"
    os.write(fd, b"6")
    os.close(fd)
    fd = way.append(here, "b")
    os.write(fd, b"7")
    os.close(fd)
    assert (tmp_path / "b").read_text() == "1234567"
    for taken in ("a", "link"):
        with pytest.raises(FileExistsError):
            way.new(here, taken, 0o600)


def test_names_are_given_moved_and_taken_away(here: int, way: ModuleType, tmp_path: Path) -> None:
    way.link(here, "a", here, "second")
    with pytest.raises(FileExistsError):
        way.link(here, "a", here, "second")
    way.rename(here, "second", here, "a2")
    way.rename(here, "a2", here, "link")
    assert (tmp_path / "link").read_text() == "content"
    assert not (tmp_path / "link").is_symlink()
    way.make_link("a", here, "new link")
    assert way.read_link(here, "new link") == "a"
    way.remove(here, "new link")
    way.make_folder(here, "made")
    with pytest.raises(FileExistsError):
        way.make_folder(here, "made")
    way.remove_folder(here, "made")
    assert sorted(way.listing(here)) == ["a", "folder", "link"]


def test_an_existing_file_opens_for_reading(here: int, way: ModuleType) -> None:
    fd = way.existing(here, "a")
    assert os.read(fd, 20) == b"content"
    os.close(fd)
    os.close(way.folder(here, "folder"))

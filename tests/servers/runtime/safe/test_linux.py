"""What the kernel promises through these calls, as far as a test can see it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from servers.runtime.safe import linux

pytestmark = pytest.mark.skipif(not linux.available(), reason="this kernel has no openat2")


def error_of(root: int, path: str, *, links: bool = True) -> int:
    with pytest.raises(OSError, match="Errno") as caught:
        linux.open_beneath(root, path, os.O_RDONLY, links=links)
    return caught.value.errno or 0


def test_nothing_above_the_root_opens(tree: Path) -> None:
    root = linux.open_root(str(tree / "in"))
    (tree / "in/up").symlink_to("../out/secret.txt")
    (tree / "in/absolute").symlink_to("/etc/passwd")
    (tree / "in/magic").symlink_to("/proc/self/cwd")
    (tree / "in/inside").symlink_to("sub/b.txt")
    assert error_of(root, "../out/secret.txt") == errno.EXDEV
    assert error_of(root, str(tree / "in/a.txt")) == errno.EXDEV
    assert [error_of(root, name) for name in ("up", "absolute", "magic")] == [errno.EXDEV] * 3
    assert error_of(root, "inside", links=False) == errno.ELOOP
    os.close(linux.open_beneath(root, "inside", os.O_RDONLY, links=True))
    os.close(root)


def test_a_root_is_reached_through_no_link(tree: Path) -> None:
    (tree / "link").symlink_to("in")
    for path in (tree / "link", tree / "link/sub"):
        with pytest.raises(OSError, match="symbolic links"):
            linux.open_root(str(path))


def test_a_looked_at_file_is_reopened_though_its_name_is_gone(tree: Path) -> None:
    root = linux.open_root(str(tree / "in"))
    seen = linux.open_beneath(root, "a.txt", linux.LOOK, links=True)
    (tree / "in/a.txt").rename(tree / "in/moved.txt")
    assert linux.real_path(seen) == str(tree / "in/moved.txt")
    fd = linux.reopen(seen, os.O_RDONLY)
    assert os.read(fd, 10) == b"inside"
    for each in (root, seen, fd):
        os.close(each)


def test_renames_claim_and_exchange(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    here = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(FileExistsError):
        linux.rename_new(here, "a", here, "b")
    linux.exchange(here, "a", here, "b")
    assert ((tmp_path / "a").read_text(), (tmp_path / "b").read_text()) == ("b", "a")
    linux.rename_new(here, "a", here, "c")
    assert sorted(os.listdir(here)) == ["b", "c"]
    os.close(here)


def test_a_kernel_that_forbids_openat2_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSYS, "no")

    monkeypatch.setattr(linux, "_open", refuse)
    assert not linux.available()

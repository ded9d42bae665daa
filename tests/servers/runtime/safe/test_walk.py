"""The walk goes down one real folder after another and follows nothing."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from servers.runtime.safe import walk


@pytest.mark.parametrize(
    ("path", "number"),
    [("../out/secret.txt", errno.EXDEV), ("sub/../a.txt", errno.EXDEV), ("link/b.txt", errno.ELOOP), ("leaf", errno.ELOOP),
     ("pipe", errno.ENXIO), ("nope", errno.ENOENT), ("a.txt/x", errno.ENOTDIR)],
)  # fmt: skip
def test_it_stops_where_the_way_is_not_plain(tree: Path, path: str, number: int) -> None:
    (tree / "in/link").symlink_to("sub")
    (tree / "in/leaf").symlink_to("a.txt")
    os.mkfifo(tree / "in/pipe")
    root = walk.open_root(str(tree / "in"))
    try:
        with pytest.raises(OSError, match="Errno") as caught:
            os.close(walk.open_beneath(root, path, walk.LOOK, links=True))
        assert caught.value.errno == number
    finally:
        os.close(root)


def test_it_opens_what_lies_below_and_tells_its_real_path(tree: Path) -> None:
    root = walk.open_root(str(tree / "in"))
    for path in ("a.txt", "sub/b.txt", "sub", "."):
        seen = walk.open_beneath(root, path, walk.LOOK, links=False)
        again = walk.reopen(seen, os.O_RDONLY)
        assert walk.real_path(again) == os.path.normpath(tree / "in" / path)
        os.close(seen)
        os.close(again)
    os.close(root)


def test_a_root_is_reached_through_no_link(tree: Path) -> None:
    (tree / "link").symlink_to("in")
    with pytest.raises(OSError, match="symbolic links"):
        walk.open_root(str(tree / "link/sub"))

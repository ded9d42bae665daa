"""An etag changes when the content does."""

from __future__ import annotations

import os
from pathlib import Path

from servers.runtime.safe.etag import MAX_HASHED, etag, of_content, of_stat


def of(path: Path) -> str:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.lseek(fd, 3, os.SEEK_SET)
        found = etag(fd, os.fstat(fd))
        assert os.lseek(fd, 0, os.SEEK_CUR) == 3
        return found
    finally:
        os.close(fd)


def test_small_files_are_told_by_content_alone(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"same")
    (tmp_path / "b").write_bytes(b"same")
    assert of(tmp_path / "a") == of(tmp_path / "b") == of_content(b"same")
    (tmp_path / "b").write_bytes(b"else")
    assert of(tmp_path / "a") != of(tmp_path / "b")


def test_the_largest_hashed_file_is_one_mebibyte(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * MAX_HASHED)
    (tmp_path / "b").write_bytes(b"x" * (MAX_HASHED + 1))
    assert (of(tmp_path / "a")[:2], of(tmp_path / "b")[:2]) != ("s-", "s-")
    assert of(tmp_path / "b").startswith("s-")


def test_a_large_file_changes_its_etag_with_size_time_and_inode(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * (MAX_HASHED + 1))
    first = of(path)
    os.link(path, tmp_path / "kept")
    assert of(path) == first, "a link to it is no change of it"
    os.utime(path, ns=(1, 1))
    second = of(path)
    os.truncate(path, MAX_HASHED + 2)
    os.utime(path, ns=(1, 1))
    assert len({first, second, of(path)}) == 3


def test_a_file_that_grew_since_it_was_looked_at_is_told_as_large(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"small")
    small = os.stat(path)
    path.write_bytes(b"x" * (MAX_HASHED + 5))
    fd = os.open(path, os.O_RDONLY)
    try:
        assert etag(fd, small) == of_stat(os.fstat(fd))
    finally:
        os.close(fd)

"""Bytes are copied whole, by whichever way the file system has."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from servers.runtime.safe import durable


@pytest.fixture(params=["any", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once with what the kernel offers, once with reading and writing alone."""
    if request.param == "plain":
        monkeypatch.setattr(durable, "_shared", lambda source, target: False)
        monkeypatch.setattr(durable, "_kernel_copy", lambda source, target, wanted, offset: None)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("size", "most"), [(0, None), (10, None), (3_000_000, None), (3_000_000, 1_500_000), (10, 0), (10, 99)]
)
def test_a_copy_appends_the_content_and_counts_it(tmp_path: Path, size: int, most: int | None) -> None:
    content = os.urandom(size)
    (tmp_path / "a").write_bytes(content)
    source, target = os.open(tmp_path / "a", os.O_RDONLY), os.open(tmp_path / "b", os.O_RDWR | os.O_CREAT)
    os.lseek(source, size // 2, os.SEEK_SET)
    os.write(target, b"head")
    done = durable.copy_bytes(source, target, most)
    durable.flush(target)
    os.write(target, b"tail")
    os.close(source)
    os.close(target)
    assert (tmp_path / "b").read_bytes() == b"head" + content[:most] + b"tail"
    assert done == len(content[:most])


def test_a_folder_is_flushed(tmp_path: Path) -> None:
    fd = os.open(tmp_path, os.O_RDONLY)
    durable.flush_folder(fd)
    os.close(fd)


def test_a_file_system_that_cannot_flush_folders_is_forgiven_and_a_broken_disk_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(fd: int) -> None:
        raise OSError(fd, os.strerror(fd))

    monkeypatch.setattr(durable.os, "fsync", fail)
    durable.flush_folder(errno.EINVAL)
    with pytest.raises(OSError, match="Input/output"):
        durable.flush_folder(errno.EIO)

"""Whole folders below an open one: measured, copied, removed, through descriptors and without following a link.

Every function raises OSError and is bounded: by `MAX_ENTRIES`, and by the bytes it is told.
"""

from __future__ import annotations

import errno
import os
import stat as kinds

from servers.runtime.safe.atomic import liken
from servers.runtime.safe.durable import copy_bytes

MAX_ENTRIES = 100_000
MAX_DEPTH = 200
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class Budget:
    """What is left to be touched; running out is EFBIG."""

    def __init__(self, bytes_left: int, entries_left: int = MAX_ENTRIES) -> None:
        self.bytes_left = bytes_left
        self.entries_left = entries_left

    def spend(self, size: int, depth: int) -> None:
        """Count one entry of `size` bytes, `depth` folders down."""
        self.bytes_left -= size
        self.entries_left -= 1
        if self.bytes_left < 0 or self.entries_left < 0 or depth > MAX_DEPTH:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))


def measure(folder: int, name: str, budget: Budget, depth: int = 0) -> int:
    """Bytes of the files at and below `name`."""
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if not kinds.S_ISDIR(found.st_mode):
        budget.spend(found.st_size, depth)
        return found.st_size
    budget.spend(0, depth)
    inside = os.open(name, _FOLDER, dir_fd=folder)
    try:
        return sum(measure(inside, entry, budget, depth + 1) for entry in os.listdir(inside))
    finally:
        os.close(inside)


def copy(source: int, old: str, target: int, new: str, budget: Budget, depth: int = 0) -> None:
    """Copy `old` of one open folder as `new` of another, which must be free. Files, folders and links; anything else is ENXIO.

    After a failure the caller removes what there is of `new`.
    """
    found = os.stat(old, dir_fd=source, follow_symlinks=False)
    budget.spend(0 if kinds.S_ISDIR(found.st_mode) else found.st_size, depth)
    if kinds.S_ISLNK(found.st_mode):
        os.symlink(os.readlink(old, dir_fd=source), new, dir_fd=target)
    elif kinds.S_ISREG(found.st_mode):
        _copy_file(source, old, target, new)
    elif kinds.S_ISDIR(found.st_mode):
        os.mkdir(new, 0o700, dir_fd=target)
        _copy_folder(source, old, target, new, budget, depth)
    else:
        raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))


def _copy_file(source: int, old: str, target: int, new: str) -> None:
    fd = os.open(old, _FILE, dir_fd=source)
    try:
        found = os.fstat(fd)
        if not kinds.S_ISREG(found.st_mode):
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        made = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=target)
        try:
            copy_bytes(fd, made, found.st_size)
            liken(made, found, fd)
            os.utime(made, ns=(found.st_atime_ns, found.st_mtime_ns))
        finally:
            os.close(made)
    finally:
        os.close(fd)


def _copy_folder(source: int, old: str, target: int, new: str, budget: Budget, depth: int) -> None:
    inside = os.open(old, _FOLDER, dir_fd=source)
    try:
        made = os.open(new, _FOLDER, dir_fd=target)
        try:
            for entry in os.listdir(inside):
                copy(inside, entry, made, entry, budget, depth + 1)
            liken(made, os.fstat(inside), inside)
        finally:
            os.close(made)
    finally:
        os.close(inside)


def remove(folder: int, name: str, depth: int = 0) -> None:
    """Remove `name` and all below it."""
    if not kinds.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        os.unlink(name, dir_fd=folder)
        return
    if depth > MAX_DEPTH:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    inside = os.open(name, _FOLDER, dir_fd=folder)
    try:
        for entry in os.listdir(inside):
            remove(inside, entry, depth + 1)
    finally:
        os.close(inside)
    os.rmdir(name, dir_fd=folder)

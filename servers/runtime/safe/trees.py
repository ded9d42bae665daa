"""Whole folders below an open one: measured, copied, removed, through descriptors and without following a link.

Every function raises OSError and is bounded: by `MAX_ENTRIES`, and by the bytes it is told.
"""

from __future__ import annotations

import errno
import os
import stat as kinds

from servers.runtime.safe import at
from servers.runtime.safe.atomic import liken, set_time
from servers.runtime.safe.durable import copy_bytes

MAX_ENTRIES = 100_000
MAX_DEPTH = 200


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
    found = at.stat(folder, name)
    if not kinds.S_ISDIR(found.st_mode):
        budget.spend(found.st_size, depth)
        return found.st_size
    budget.spend(0, depth)
    inside = at.folder(folder, name)
    try:
        return sum(measure(inside, entry, budget, depth + 1) for entry in at.listing(inside))
    finally:
        os.close(inside)


def copy(source: int, old: str, target: int, new: str, budget: Budget, depth: int = 0) -> None:
    """Copy `old` of one open folder as `new` of another, which must be free. Files, folders and links; anything else is ENXIO.

    After a failure the caller removes what there is of `new`.
    """
    found = at.stat(source, old)
    budget.spend(0 if kinds.S_ISDIR(found.st_mode) else found.st_size, depth)
    if kinds.S_ISLNK(found.st_mode):
        at.make_link(at.read_link(source, old), target, new)
    elif kinds.S_ISREG(found.st_mode):
        _copy_file(source, old, target, new)
    elif kinds.S_ISDIR(found.st_mode):
        at.make_folder(target, new, 0o700)
        _copy_folder(source, old, target, new, budget, depth)
    else:
        raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))


def _copy_file(source: int, old: str, target: int, new: str) -> None:
    fd = at.existing(source, old)
    try:
        found = os.fstat(fd)
        if not kinds.S_ISREG(found.st_mode):
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        made = at.new(target, new, 0o600)
        try:
            copy_bytes(fd, made, found.st_size)
            liken(made, found, fd)
            set_time(made, found)
        finally:
            os.close(made)
    finally:
        os.close(fd)


def _copy_folder(source: int, old: str, target: int, new: str, budget: Budget, depth: int) -> None:
    inside = at.folder(source, old)
    try:
        made = at.folder(target, new)
        try:
            for entry in at.listing(inside):
                copy(inside, entry, made, entry, budget, depth + 1)
            liken(made, os.fstat(inside), inside)
        finally:
            os.close(made)
    finally:
        os.close(inside)


def remove(folder: int, name: str, depth: int = 0) -> None:
    """Remove `name` and all below it."""
    if not kinds.S_ISDIR(at.stat(folder, name).st_mode):
        at.remove(folder, name)
        return
    if depth > MAX_DEPTH:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    inside = at.folder(folder, name)
    try:
        for entry in at.listing(inside):
            remove(inside, entry, depth + 1)
    finally:
        os.close(inside)
    at.remove_folder(folder, name)

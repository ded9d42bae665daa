"""Reading bytes at a place of an open file. Where the system can, the descriptor's own position is neither used nor moved."""

from __future__ import annotations

import os
import sys


def read_at(fd: int, count: int, at: int) -> bytes:
    """At most `count` bytes from byte `at` on; fewer at the end. Raises OSError."""
    if sys.platform == "win32":
        os.lseek(fd, at, os.SEEK_SET)  # each call has descriptors of its own, so nobody else moves them
        return os.read(fd, count)
    return os.pread(fd, count, at)


def fill_at(fd: int, buffer: bytearray, at: int) -> int:
    """Read into a buffer, as much as it holds; how many bytes there were. Raises OSError."""
    if sys.platform == "win32" or sys.platform == "darwin":
        piece = read_at(fd, len(buffer), at)
        buffer[: len(piece)] = piece
        return len(piece)
    return os.preadv(fd, [buffer], at)

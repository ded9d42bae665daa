"""A lock on a file that the system takes back when its holder ends, however it ends: nothing left behind ever blocks a start."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int) -> None:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def take(path: str) -> int | None:
    """Lock the file, made where there is none. Gives its open descriptor, whose closing unlocks; None while another holds it.

    No child inherits it. The file stays: to remove it would let two hold the same name. Raises OSError where it cannot be opened.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(fd)
    except OSError:
        os.close(fd)
        return None
    return fd

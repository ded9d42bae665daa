"""Opening below a folder one part at a time, following no link: for macOS and for kernels without openat2.

A link met on the way is ELOOP; the caller then finds out where it leads and judges that place instead. Nothing here decides.
"""

from __future__ import annotations

import errno
import os
import stat
import sys

if sys.platform == "win32":
    raise ImportError("Windows opens things by windows.py")


LOOK = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
"""Flags that find an object. There is no O_PATH here, so `open_beneath` looks at the kind before it opens."""
_STEP = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def open_root(path: str) -> int:
    """A descriptor of the folder at `path` (absolute), through no symbolic link at all. Raises OSError."""
    top = os.open("/", _STEP)
    try:
        return _walk(top, [part for part in path.split("/") if part], _STEP)
    finally:
        os.close(top)


def open_beneath(root: int, relative: str, flags: int, *, links: bool) -> int:  # noqa: ARG001 - the interface of linux.py
    """Open `relative` below `root`. A symbolic link anywhere is ELOOP, as `..` is EXDEV. Raises OSError.

    An object that is neither file nor folder is ENXIO and was not opened.
    """
    return _walk(root, [part for part in relative.split("/") if part not in ("", ".")], flags)


def _walk(root: int, parts: list[str], flags: int) -> int:
    if ".." in parts:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
    at = os.dup(root)
    try:
        for part in parts[:-1]:
            inner = _step(at, part, _STEP)
            os.close(at)
            at = inner
        if not parts:
            return os.open(".", flags | os.O_DIRECTORY, dir_fd=at)
        return _step(at, parts[-1], flags)
    finally:
        os.close(at)


def _step(at: int, part: str, flags: int) -> int:
    kind = os.stat(part, dir_fd=at, follow_symlinks=False).st_mode
    if stat.S_ISLNK(kind):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):
        raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
    # Swapped since that look: a link is ELOOP by O_NOFOLLOW, a FIFO opens without waiting and is refused by its kind later.
    return os.open(part, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=at)


def real_path(fd: int) -> str:
    """The path that the open object has now. Raises OSError where the system cannot tell."""
    if sys.platform == "darwin":
        from servers.runtime.safe import macos

        return macos.real_path(fd)
    return os.readlink(f"/proc/self/fd/{fd}")


def follow(path: str) -> str:
    """Where `path` leads through links, as far as it exists. Raises OSError where it changed while it was followed."""
    return os.path.realpath(path)


def reopen(fd: int, flags: int) -> int:  # noqa: ARG001 - the interface of linux.py
    """The object of a descriptor got with LOOK, opened for reading: here LOOK has opened it already."""
    return os.dup(fd)

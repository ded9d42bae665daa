"""The one place that chooses how this system opens things: openat2 on Linux, a no-follow walk elsewhere, handles on Windows."""

from __future__ import annotations

import sys
from typing import Protocol


class System(Protocol):
    """What linux.py, walk.py and windows.py offer alike. Descriptors are ints; errors are OSError."""

    @property
    def LOOK(self) -> int: ...  # noqa: N802
    def open_root(self, path: str) -> int: ...
    def open_beneath(self, root: int, relative: str, flags: int, *, links: bool) -> int: ...
    def real_path(self, fd: int) -> str: ...
    def follow(self, path: str) -> str: ...
    def reopen(self, fd: int, flags: int) -> int: ...


def chosen() -> System:
    """The way to open things on this computer, found out once at import of opening.py."""
    if sys.platform == "win32":
        from servers.runtime.safe import windows

        return windows
    if sys.platform == "linux":
        from servers.runtime.safe import linux

        if linux.available():
            return linux
    from servers.runtime.safe import walk

    return walk

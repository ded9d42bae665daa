"""Putting a file where another stands without losing sight of the other. One interface over three systems."""

from __future__ import annotations

import sys


def displace(new: str, target: str) -> str | None:
    """Put the file `new` at `target`, in one step for every reader, and return the path where `target`'s old file now lies.

    None: this file system has no such step, and nothing was done. Both lie on one volume, and `target` exists.
    Raises OSError; then nothing was done, except that FileNotFoundError says `target` was not there.
    """
    if sys.platform == "win32":
        from app.desktop import windows as system
    elif sys.platform == "darwin":
        from app.desktop import macos as system
    else:
        from app.desktop import linux as system
    return system.displace(new, target)

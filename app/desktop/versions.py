"""The installed versions that lie side by side: which one is in force, and taking away those that nobody runs any more.

The layout is `app.bridge.programs`'. A version that is newer than the one in force is never touched: it may be just arriving.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys

from app.bridge.programs import CURRENT, VERSIONS, folder
from app.bridge.releases import is_older

if sys.platform == "win32":
    from app.desktop.holders_windows import runs_from
elif sys.platform == "darwin":
    from app.desktop.holders_macos import runs_from
else:
    from app.desktop.holders_linux import runs_from

GONE = ".gone-"
"""Begins the name of a version's folder that is being taken away: it is no version any more, however far that came."""


def in_force(root: str) -> str:
    """The version that the stable paths lead to; empty where they lead nowhere."""
    real = os.path.realpath(os.path.join(root, CURRENT))
    return os.path.basename(real) if os.path.isdir(real) and os.path.basename(real) != CURRENT else ""


def put_in_force(root: str, version: str) -> None:
    """Have the stable paths lead to `versions/VERSION`, in one step where the system can. Raises OSError; then nothing changed.

    On Windows there is a moment without the path, since a junction cannot be replaced; a client that starts its bridge then
    is told that there is no such file, and tries again by itself or by hand.
    """
    target = os.path.join(root, VERSIONS, version)
    if not os.path.isdir(target):
        raise FileNotFoundError(2, "there is no such version", target)
    current = os.path.join(root, CURRENT)
    new = f"{current}.{os.getpid()}.new"
    with contextlib.suppress(FileNotFoundError):
        _take_link_away(new)
    if sys.platform == "win32":
        _junction(target, new)
        _swap(new, current)
    else:
        os.symlink(os.path.join(VERSIONS, version), new, target_is_directory=True)
        try:
            os.replace(new, current)
        except OSError:
            os.unlink(new)
            raise


def clear(root: str) -> list[str]:
    """Take away every version older than the one in force that no process runs from. Answers which.

    What cannot be taken away (the system's package owns it) stays, as does what is no release (0.1.0.kept); no error is raised.
    """
    versions = os.path.join(root, VERSIONS)
    now = in_force(root)
    try:
        names = sorted(os.listdir(versions))
    except OSError:
        return []
    found: list[str] = []
    for name in names:
        path = os.path.join(versions, name)
        if name.startswith(GONE):
            shutil.rmtree(path, ignore_errors=True)
        elif _may_go(path, now) and _remove(versions, name):
            found.append(name)
    return found


def _may_go(path: str, now: str) -> bool:
    name = os.path.basename(path)
    ours = os.path.realpath(path) == os.path.realpath(folder())
    return name[-1].isdigit() and is_older(name, now) and not ours and not runs_from(path)


def _remove(versions: str, name: str) -> bool:
    """Out of the way in one step first, so that nobody ever starts half a version."""
    gone = os.path.join(versions, f"{GONE}{name}")
    shutil.rmtree(gone, ignore_errors=True)
    try:
        os.rename(os.path.join(versions, name), gone)
    except OSError:
        return False
    shutil.rmtree(gone, ignore_errors=True)
    return True


def _take_link_away(path: str) -> None:
    """A symbolic link is unlinked, a junction removed as a folder; what it leads to stays."""
    if sys.platform == "win32":
        os.rmdir(path)
    else:
        os.unlink(path)


def _junction(target: str, path: str) -> None:
    if sys.platform == "win32":
        import _winapi

        _winapi.CreateJunction(os.path.abspath(target), path)


def _swap(new: str, current: str) -> None:
    """Windows: a folder's name can only be given to a folder when nobody has it."""
    old = f"{new}.old"
    had = os.path.lexists(current)
    if had:
        os.rename(current, old)
    try:
        os.rename(new, current)
    except OSError:
        if had:
            os.rename(old, current)
        raise
    if had:
        with contextlib.suppress(OSError):
            os.rmdir(old)

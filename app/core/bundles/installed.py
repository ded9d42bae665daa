"""Bundles unpacked in HOME/bundles, one folder each, named after the server: made whole or not at all, and taken away again.

Nothing outside HOME/bundles is ever written or removed here.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Iterable

from app.core.bundles.archive import unpack
from app.core.bundles.manifest import Manifest
from app.core.errors import DoorkeepError
from app.core.settings import ServerSetting

LEFT_SECONDS = 24 * 3600
"""A folder that no server of the settings uses is taken away when it is so old: whoever unpacked it was ended."""


def install(home: str, path: str, server: str) -> tuple[Manifest, str]:
    """Unpack a bundle for a server; gives the manifest and the folder. What lay there of the same version is replaced.

    Raises DoorkeepError; then nothing new lies there.
    """
    room = _room(home)
    try:
        os.makedirs(room, mode=0o700, exist_ok=True)
    except OSError as error:
        raise DoorkeepError(f"{room} cannot be made: {error.strerror}.", "Nothing was added.") from None
    fresh = os.path.join(room, f".{server}-{os.getpid()}-{time.monotonic_ns()}")
    try:
        manifest = unpack(path, fresh)
        folder = os.path.join(room, f"{server}-{_folder_version(manifest.version)}")
        with contextlib.suppress(FileNotFoundError):
            os.rename(folder, f"{fresh}.old")
        os.rename(fresh, folder)
    except OSError as error:
        raise DoorkeepError(f"{room} cannot be written: {error.strerror}.", "Nothing was added.") from None
    finally:
        for left in (fresh, f"{fresh}.old"):
            shutil.rmtree(left, ignore_errors=True)
    return manifest, folder


def folder_of(home: str, setting: ServerSetting) -> str | None:
    """The folder of the bundle that a server runs from, or None."""
    room = _room(home) + os.sep
    for text in (setting.command, *setting.args, *setting.env.values()):
        at = text.find(room)
        if at >= 0:
            name = text[at + len(room) :].split(os.sep, 1)[0]
            if name and name not in (".", ".."):
                return room + name
    return None


def remove(home: str, folder: str) -> bool:
    """Take a bundle's folder away; False where it is none of ours or could not go whole."""
    if os.path.dirname(folder) != _room(home) or os.path.islink(folder):
        return False
    shutil.rmtree(folder, ignore_errors=True)
    return not os.path.lexists(folder)


def sweep(home: str, settings: Iterable[ServerSetting]) -> None:
    """Take away what an addition left behind that never ended."""
    used = {folder_of(home, setting) for setting in settings}
    with contextlib.suppress(OSError):
        for entry in os.scandir(_room(home)):
            if entry.path not in used and time.time() - entry.stat(follow_symlinks=False).st_mtime > LEFT_SECONDS:
                remove(home, entry.path)


def _room(home: str) -> str:
    return os.path.join(os.path.abspath(home), "bundles")


def _folder_version(version: str) -> str:
    return re.sub(r"[^A-Za-z0-9.+-]", "-", version)[:40].strip(".") or "0"

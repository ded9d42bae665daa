"""Where the index files lie: beside the undo store that the server was given, else in the account's cache. Never in a vault.

One file a vault and a set of closed folders in it, so that no index ever holds what a narrower grant keeps from its reader.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from typing import TYPE_CHECKING

import msgspec

from servers.notes.index.database import VERSION
from servers.runtime import confining

if TYPE_CHECKING:
    from servers.runtime.safe.access import Folders
    from servers.runtime.wire import Policy

KEPT_SECONDS = 30 * 86_400
"""An index that nobody opened for so long is thrown away."""
_ENDINGS = ("", "-wal", "-shm", ".lock")


class Place(msgspec.Struct):
    """`folder` is absolute, or empty: the account's cache then."""

    folder: str = ""


place = Place()
"""The process's own; set once, before the first call."""


def confine(policy: Policy, undo_folder: str) -> None:
    """Hold the process to its folders, and remember where the index may lie."""
    if undo_folder:
        place.folder = os.path.join(undo_folder, "index")
        confining.confine(policy, undo_folder)
    else:
        confining.confine(policy, folder())


def folder() -> str:
    """The folder of the index files; it need not be there yet."""
    if place.folder:
        return place.folder
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        return os.path.join(home, "AppData", "Local", "Doorkeep", "Cache", "notes")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Caches", "Doorkeep", "notes")
    return os.path.join(home, ".cache", "doorkeep", "notes")


def file_for(folders: Folders, vault: str) -> str:
    """The index file of the vault at an absolute path, as these folders let it be seen."""
    rows = [row for row in folders.rows_below(vault) if row.access == "off" or row.protected or row.reveal]
    covering = folders.grants.covering(vault)
    seen = [(row.path, row.access if row.protected else row.access == "off", list(row.reveal)) for row in rows]
    told = msgspec.json.encode([vault, seen, list(covering.reveal) if covering is not None else []])
    return os.path.join(folder(), f"{hashlib.blake2b(told, digest_size=10).hexdigest()}-{VERSION}.db")


def tidy(now: float | None = None) -> None:
    """Throw away index files that were not used for KEPT_SECONDS. Raises nothing."""
    limit = (time.time() if now is None else now) - KEPT_SECONDS
    try:
        names = [name for name in os.listdir(folder()) if name.endswith(".db")]
    except OSError:
        return
    for name in names:
        path = os.path.join(folder(), name)
        try:
            old = os.stat(path).st_mtime < limit
        except OSError:
            continue
        if old:
            remove(path)


def remove(path: str) -> None:
    """Delete an index file and what SQLite keeps beside it. What cannot be deleted stays."""
    for ending in _ENDINGS[:3]:
        try:
            os.unlink(path + ending)
        except OSError:
            continue

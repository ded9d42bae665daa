"""After a crash: what a change cut short may have left beside the file it was writing is taken away.

Only regular files under a name that moving.temporary_name gives, of this user, in a folder that an unfinished record names.
"""

from __future__ import annotations

import os
import stat as kinds
import sys
import time

from servers.runtime.safe import at, moving
from servers.runtime.safe.opening import system
from servers.runtime.undo.record import Record

OLD_ENOUGH = 60
"""Seconds after which a temporary file is surely not of a change that is just being made."""


def clear(record: Record) -> None:
    """Take away what an unfinished change left. What cannot be looked at is left for another time."""
    for folder in {os.path.dirname(step.real_path()) for step in record.steps}:
        try:
            fd = system.open_root(folder)
        except OSError:
            continue
        try:
            _clear_folder(fd)
        except OSError:
            continue
        finally:
            os.close(fd)


def _clear_folder(folder: int) -> None:
    # open_root may give a descriptor that only names the folder; listing needs one that reads it.
    inside = at.folder(folder, ".")
    try:
        for name in filter(moving.is_temporary, at.listing(inside)):
            found = at.stat(inside, name)
            mine = kinds.S_ISREG(found.st_mode) and (sys.platform == "win32" or found.st_uid == os.getuid())
            if mine and time.time() - found.st_ctime > OLD_ENOUGH:
                moving.remove_quietly(inside, name)
    finally:
        os.close(inside)

"""macOS: a process runs from a folder when its program file lies in it (libproc.h: proc_listallpids, proc_pidpath)."""

from __future__ import annotations

import ctypes
import os
import sys

LONGEST = 4096
"""PROC_PIDPATHINFO_MAXSIZE."""


def runs_from(folder: str) -> bool:
    """Whether a process that this user may look at runs a program of `folder`. Who cannot tell says yes: nothing is taken away."""
    if sys.platform != "darwin":
        return True
    try:
        library = ctypes.CDLL("/usr/lib/libproc.dylib", use_errno=True)
    except OSError:
        return True
    return any(path.startswith(os.path.realpath(folder) + os.sep) for path in programs(library))


def programs(library: ctypes.CDLL) -> list[str]:
    """The program files of all processes, as far as they may be known."""
    room = library.proc_listallpids(None, 0) + 64  # some may start meanwhile
    pids = (ctypes.c_int * room)()
    count = library.proc_listallpids(pids, ctypes.sizeof(pids))
    path = ctypes.create_string_buffer(LONGEST)
    found: list[str] = []
    for pid in pids[: max(0, count)]:
        size = library.proc_pidpath(pid, path, LONGEST)
        if size > 0:
            found.append(os.fsdecode(path.raw[:size]))
    return found

"""The environment of a packaged program, as it was before its loader prepared it for the program alone. Standard library only.

PyInstaller's loader points the system's loader at our folder of libraries (LD_LIBRARY_PATH, on AIX and macOS others). Whatever we
start that is not ours, a browser, git or another's server, would load our libraries in place of the system's, and crash.
"""

from __future__ import annotations

import os
import sys

KEPT = "_ORIG"
"""PyInstaller's documentation, "LD_LIBRARY_PATH / LIBPATH considerations": the value from before, where there was one."""
PREPARED = ("LD_LIBRARY_PATH", "LIBPATH", "DYLD_LIBRARY_PATH")
OWN = "_PYI_"
"""What the loader tells a second run of itself; a program of ours that we start has to begin afresh."""


def give_back_environment() -> None:
    """In a packaged program, before anything is started: take out what the loader put in. Libraries stay found: the system's
    loader read its variable when this process began."""
    if not getattr(sys, "frozen", False):
        return
    for name in PREPARED:
        before = os.environ.pop(name + KEPT, None)
        if before is not None:
            os.environ[name] = before
        elif getattr(sys, "_MEIPASS", "\0") in os.environ.get(name, "").split(os.pathsep):
            del os.environ[name]
    for name in [name for name in os.environ if name.startswith(OWN)]:
        del os.environ[name]

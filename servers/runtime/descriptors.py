"""The wire's own descriptors: taken away from 0 and 1 at the start, so that no library, print or child can write between messages.

After `divert`, descriptor 1 is stderr and 0 is empty; the wire is on descriptors that no child inherits.
"""

from __future__ import annotations

import os
import sys


def divert() -> tuple[int, int]:
    """Move the wire away from 0 and 1. Gives the descriptors to read from and to write to; both block."""
    if sys.stdout is not None:
        sys.stdout.flush()
    nothing = _fill_gaps()
    source, sink = os.dup(0), os.dup(1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(source, os.O_BINARY)
        msvcrt.setmode(sink, os.O_BINARY)
    else:
        os.set_blocking(source, True)
        os.set_blocking(sink, True)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    sys.stdout = sys.stderr
    return source, sink


def _fill_gaps() -> int:
    """A parent may have closed a standard descriptor, and the next file opened would take its place. Gives one to nowhere."""
    while True:
        nothing = os.open(os.devnull, os.O_RDWR)
        if nothing > 2:
            return nothing
        os.set_inheritable(nothing, True)

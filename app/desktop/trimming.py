"""Giving memory back that the program no longer uses: glibc keeps what was freed for the next time, which for a hidden window is long."""

from __future__ import annotations

import gc
import sys


def give_back() -> None:
    """Collect what nobody refers to, and return free pages to the system. Takes some 20 ms; other systems do it by themselves."""
    gc.collect()
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries than glibc have none
    if trim is not None:
        trim(0)

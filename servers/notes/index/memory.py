"""Giving memory back to the system after an index was made: the C library keeps what was freed, tens of megabytes, otherwise."""

from __future__ import annotations

import sys


def give_back() -> bool:
    """Return freed memory to the system, where its C library can (glibc's malloc_trim); whether it could."""
    if sys.platform != "linux":
        return False
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is None:
        return False
    trim(0)
    return True

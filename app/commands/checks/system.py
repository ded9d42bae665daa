"""What this system offers to keep servers in their folders, and what the clients' bridge needs to be there."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Iterator

from app.clients.targets import bridge_path
from app.commands.checks.finding import Finding

# Numbers are the same on every architecture that has these calls (asm-generic/unistd.h; kernel 5.6 and 5.13).
OPENAT2 = 437
LANDLOCK_CREATE_RULESET = 444
LANDLOCK_VERSION = 1


def check_system() -> Iterator[Finding]:
    """Every finding about the system."""
    bridge = bridge_path()
    if os.access(bridge, os.X_OK):
        yield Finding("bridge", "ok", f"{bridge} is there.")
    else:
        yield Finding("bridge", "problem", f"{bridge}, which clients start, is not there.", "Install Doorkeep again.")
    yield from _protection()


def _protection() -> Iterator[Finding]:
    if sys.platform != "linux":
        yield Finding("protection", "ok", "Paths are walked without following links, step by step.")
        return
    if has_openat2():
        yield Finding(
            "protection", "ok", "Files are opened by openat2: the kernel itself keeps paths inside their folder."
        )
    else:
        yield Finding(
            "protection",
            "note",
            "This kernel has no openat2 (5.6 and later do): paths are walked step by step, slower.",
        )
    version = landlock_version()
    if version > 0:
        yield Finding("protection", "ok", f"Servers are confined to their folders by Landlock (version {version}).")
    else:
        yield Finding(
            "protection",
            "note",
            "This kernel offers no Landlock, so servers keep to their folders by Doorkeep's own checks alone.",
            "A kernel of 5.13 or later with landlock among its security modules has it.",
        )


def landlock_version() -> int:
    """The version of Landlock that the kernel offers, 0 where none."""
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, libc.syscall(LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), LANDLOCK_VERSION))


def has_openat2() -> bool:
    """Whether the kernel knows openat2: asked without a structure, it complains of that and not of the call."""
    libc = ctypes.CDLL(None, use_errno=True)
    ctypes.set_errno(0)
    libc.syscall(OPENAT2, -1, None, None, ctypes.c_size_t(0))
    return ctypes.get_errno() not in (errno.ENOSYS, errno.EPERM)

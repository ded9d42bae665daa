"""What Linux and macOS share: the lock that Chromium keeps in an application's data folder."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Mapping, Sequence

import msgspec

LOCK = "SingletonLock"
SLACK = 2.0
"""Seconds by which a process may seem to begin after it made its lock: clock ticks, boot time and `ps` are coarse."""


class Holder(msgspec.Struct, frozen=True):
    """Who made the lock, as it says itself: `HOST-PID` is where the link leads. `made`: seconds since 1970."""

    host: str
    pid: int
    made: float


def lock_holder(folder: str) -> Holder | None:
    """The holder named by the lock in `folder`, dead or alive; None where there is no lock."""
    path = os.path.join(folder, LOCK)
    try:
        host, _, pid = os.readlink(path).rpartition("-")
        made = os.lstat(path).st_mtime
    except OSError:
        return None
    return Holder(host, int(pid), made) if pid.isascii() and pid.isdigit() and int(pid) > 1 else None


def is_here(holder: Holder) -> bool:
    """Whether the lock was made on this machine; elsewhere its process number means nothing."""
    return holder.host == socket.gethostname()


def exists(pid: int) -> bool:
    """Whether any process has that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def holds(holder: Holder, began: float, line: str, words: tuple[str, ...]) -> bool:
    """Whether the process of the holder's number is the one that made the lock, and not a later one after a crash."""
    return began <= holder.made + SLACK and all(word in line.lower() for word in words)


def start_detached(argv: Sequence[str], env: Mapping[str, str] | None, folder: str = "/") -> None:
    """Start a program that outlives us and is nobody's child here. Raises OSError where not even a shell starts."""
    with subprocess.Popen(
        [
            "/bin/sh",
            "-c",
            '"$@" & ',
            "sh",
            *argv,
        ],  # the shell ends at once, so that nobody here has to reap the program
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=None if env is None else dict(env),
        cwd=folder if os.path.isdir(folder) else "/",
    ) as shell:
        shell.wait(timeout=10)

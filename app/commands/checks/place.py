"""Doorkeep's home: is it there, ours alone, writable, reachable by a socket, and is there room."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator

from app.bridge.home import address, check_socket_folder
from app.commands.checks.finding import Finding

LOW_BYTES = 1 << 30
NO_BYTES = 100 << 20


def check_home(home: str) -> Iterator[Finding]:
    """Every finding about the home folder itself."""
    if not os.path.isdir(home):
        if os.path.lexists(home):
            yield Finding(
                "home", "problem", f"{home} is not a folder.", "Move it away, or name another home with DOORKEEP_HOME."
            )
            return
        yield Finding("home", "note", f"{home} is not there yet; it is made at the first start.")
    else:
        yield from _permissions(home)
    yield from _socket(home)
    yield from _room(home)


def _permissions(home: str) -> Iterator[Finding]:
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            "home",
            "problem",
            f"{home} cannot be written by you, so no call can be logged.",
            f"Run: chmod u+rwx '{home}'",
        )
        return
    if sys.platform != "win32":
        found = os.stat(home)
        if found.st_uid != os.getuid():
            yield Finding(
                "home", "problem", f"{home} belongs to another user.", "Use a home of your own: DOORKEEP_HOME=PATH."
            )
            return
        if found.st_mode & 0o077:
            mode = stat.filemode(found.st_mode)
            words = f"{home} is open to other users ({mode}); your log and settings lie there."
            yield Finding("home", "problem", words, f"Run: chmod 700 '{home}'")
            return
    yield Finding("home", "ok", f"{home} is yours alone.")


def _socket(home: str) -> Iterator[Finding]:
    path = address(home)
    wrong = check_socket_folder(path)
    if wrong is not None:
        yield Finding(
            "socket",
            "problem",
            f"The socket's folder is not to be trusted: {wrong}.",
            f"Remove {os.path.dirname(path)}.",
        )
    elif sys.platform != "win32" and not path.startswith(os.path.realpath(home) + os.sep):
        yield Finding("socket", "ok", f"Home's path is too long for a socket, so it lies at {path}.")
    else:
        yield Finding("socket", "ok", f"The gateway listens at {path}.")


def _room(home: str) -> Iterator[Finding]:
    there = home
    while not os.path.isdir(there):
        there = os.path.dirname(there)
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        yield Finding("disk", "warning", f"The free space at {there} cannot be told: {error.strerror}.")
        return
    words = f"{free / (1 << 30):.1f} GB are free where Doorkeep keeps its log and undo store."
    if free < NO_BYTES:
        yield Finding(
            "disk", "problem", words, "Make room: without any, calls are refused because they cannot be logged."
        )
    elif free < LOW_BYTES:
        yield Finding("disk", "warning", words, "Make room: large changes may not be undoable.")
    else:
        yield Finding("disk", "ok", words)

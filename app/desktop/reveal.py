"""Showing a file in the system's file manager. Blocks for a moment: call it in the background."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import quote

from app.core.errors import DoorkeepError

SECONDS = 10.0


def reveal(path: str) -> None:
    """Show the file with its folder around it; where it is gone, the nearest folder that is there. Raises DoorkeepError."""
    there = path if os.path.lexists(path) else _nearest(path)
    if not any(_runs(command) for command in commands(there)):
        raise DoorkeepError(
            "The file manager could not be opened.", f"The file lies in {os.path.dirname(there)}.", "Open that folder."
        )


def commands(path: str, system: str = sys.platform) -> list[list[str]]:
    """What to try, best first."""
    if system == "darwin":
        return [["/usr/bin/open", "-R", path]]
    if system == "win32":
        return [["explorer.exe", f"/select,{path}"]]
    uri = "file://" + quote(os.fsencode(path), safe="/")  # a comma would part the array of dbus-send
    ask = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.FileManager1", "--type=method_call"]
    ask += ["/org/freedesktop/FileManager1", "org.freedesktop.FileManager1.ShowItems", f"array:string:{uri}", "string:"]
    return [ask, ["xdg-open", path if os.path.isdir(path) else os.path.dirname(path)]]


def _runs(command: list[str]) -> bool:
    try:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return run.returncode == 0 or command[0] == "explorer.exe"  # which answers 1 when all is well


def _nearest(path: str) -> str:
    while not os.path.isdir(path):
        above = os.path.dirname(path)
        if above == path:
            break
        path = above
    return path

"""Which of the collected system libraries are still loaded by something, once unneeded plugins are left out. Linux only.

What is left to the system brings its own libraries along: they are not packaged either, or two versions of one could meet.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable

from leaving_out import Entry

SYSTEM_FOLDERS = ("/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/")
Needed = Callable[[str], Iterable[str]]
"""A file's own libraries by name (DT_NEEDED, System V ABI "Dynamic Section"), not theirs."""


def needed(path: str) -> list[str]:
    """As `objdump` of binutils reads them, which PyInstaller needs as well. Empty for what is no library or program."""
    read = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, timeout=60, check=False)
    return [line.split()[1] for line in read.stdout.splitlines() if line.strip().startswith("NEEDED")]


def reachable(entries: list[Entry], of: Needed = needed) -> list[Entry]:
    """The entries without system libraries that no other entry loads, at first or second hand. Their order stays."""
    shared = {os.path.basename(place): path for place, path, _ in entries if _of_the_system(place, path)}
    ahead = [
        path for place, path, kind in entries if kind in ("BINARY", "EXTENSION") and not _of_the_system(place, path)
    ]
    loaded: set[str] = set()
    while ahead:
        new = {name for name in of(ahead.pop()) if name in shared} - loaded
        loaded |= new
        ahead += [shared[name] for name in new]
    return [entry for entry in entries if not _of_the_system(*entry[:2]) or os.path.basename(entry[0]) in loaded]


def from_the_system(files: list[str], of: Needed = needed) -> dict[str, list[str]]:
    """The libraries that `files` load and that are not among them, each with the names of the files that load it."""
    packaged = {os.path.basename(path) for path in files}
    found: dict[str, list[str]] = {}
    for path in files:
        for name in of(path):
            if name not in packaged:
                found.setdefault(name, []).append(os.path.basename(path))
    return found


def _of_the_system(place: str, path: str) -> bool:
    return "/" not in place and ".so" in place and path.startswith(SYSTEM_FOLDERS) and not place.startswith("libpython")

"""Which git is run: one that the system or its package manager installed, never one that lies where servers can write.

Found once for the process. Where there is none, the error says how to get it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from servers.git.errors import GitError

OLDEST = (2, 31)
"""The first git that takes its settings from GIT_CONFIG_COUNT, on which the hardening stands."""
_SYSTEM = (
    "/usr/bin",
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/opt/local/bin",
    "/home/linuxbrew/.linuxbrew/bin",
    "/run/current-system/sw/bin",
)
# /usr/bin/git of macOS is a stub that opens a dialogue where Apple's tools are missing.
_APPLE = ("/Library/Developer/CommandLineTools/usr/bin", "/Applications/Xcode.app/Contents/Developer/usr/bin")
_ADVICE = {
    "darwin": "install Apple's command line tools (xcode-select --install)",
    "win32": "install Git for Windows (winget install Git.Git)",
    "linux": "install it with the system's package manager (for example: sudo apt install git)",
}

_found: dict[str, tuple[int, ...]] = {}


def program() -> str:
    """The absolute path of the git that is run. Raises GitError where none is installed, or only one that is too old."""
    if not _found:
        path = _search()
        _found[path] = _version(path)
    path, version = next(iter(_found.items()))
    if version < OLDEST:
        words = ".".join(map(str, version))
        raise GitError(
            f"The installed git is {words}, and Doorkeep needs {OLDEST[0]}.{OLDEST[1]} or newer. "
            f"Ask the user to update it: {_advice()}."
        )
    return path


def version() -> tuple[int, ...]:
    """The version of `program()`, for example (2, 39, 5)."""
    return _found[program()]


def _search() -> str:
    for folder in _places():
        path = os.path.join(folder, "git.exe" if sys.platform == "win32" else "git")
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise GitError(f"git is not installed on this computer. Ask the user to install it: {_advice()}.")


def _places() -> Iterator[str]:
    if sys.platform == "win32":
        for name in ("PROGRAMFILES", "PROGRAMW6432", "LOCALAPPDATA", "PROGRAMFILES(X86)"):
            base = os.environ.get(name, "")
            if base:
                yield os.path.join(base, "Programs" if name == "LOCALAPPDATA" else "", "Git", "cmd")
    elif sys.platform == "darwin":
        yield from (*_SYSTEM[1:4], *_APPLE)
    else:
        yield from _SYSTEM


def _version(path: str) -> tuple[int, ...]:
    try:
        run = subprocess.run(
            [path, "version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False, env=_bare()
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitError(
            f"The installed git ({path}) cannot be run: {error}. Ask the user to install it again."
        ) from None
    words = run.stdout.decode("utf-8", "replace").split()
    numbers = words[2].split(".")[:3] if len(words) > 2 else []
    found = tuple(int(number) for number in numbers if number.isdecimal())
    if len(found) < 2:
        raise GitError(
            f"The installed git ({path}) does not say its version. Ask the user to install it again: {_advice()}."
        )
    return found


def _bare() -> dict[str, str]:
    return {name: os.environ[name] for name in ("SYSTEMROOT", "WINDIR", "PATH") if name in os.environ}


def _advice() -> str:
    return _ADVICE.get(sys.platform, _ADVICE["linux"])

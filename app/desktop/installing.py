"""Installing for one user and removing that again, without a password: one interface. Only Linux needs it of us.

On Windows the installer does it, on macOS the person drags the app; a system's package belongs to the package manager.
Nothing here touches the user's settings, log, undo copies or secrets.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

from app.bridge import programs
from app.core.errors import DoorkeepError
from app.desktop import installing_linux
from app.version import VERSION

LEAVE_SECONDS = 120.0
"""How long taking our entries out of the clients, and ending the gateway, may take each."""
Progress = Callable[[int, int], None]
"""Told (bytes done, bytes in all) from the thread that installs."""


class Found(NamedTuple):
    """What is installed for this user: which version is in force, and where all of it lies."""

    version: str
    root: str


def can_install() -> bool:
    """Whether this program is a packaged one that lies just anywhere, as from an unpacked archive."""
    return sys.platform == "linux" and programs.is_frozen() and programs.root() is None


def installed() -> Found | None:
    """What is installed for this user, if anything."""
    if sys.platform != "linux":
        return None
    place = installing_linux.usual_place()
    version = installing_linux.version_in_force(place)
    return Found(version, place.lib) if version is not None else None


def size() -> int:
    """Bytes that installing takes."""
    return installing_linux.size_of(programs.folder())


def install(progress: Progress) -> list[str]:
    """Install the running program for this user. Returns what the person should know beside.

    Raises InstallError with nothing half installed.
    """
    if not can_install():
        raise installing_linux.InstallError(
            "This Doorkeep cannot install itself.",
            "Only a packaged one for Linux, started from its unpacked folder, does that.",
            "From a checkout, run it as the README says.",
        )
    return installing_linux.install(programs.folder(), VERSION, installing_linux.usual_place(), progress)


def uninstall(home: str) -> list[str]:
    """Take Doorkeep out of every client, end it and remove what was installed for this user. Returns what stays and where.

    Raises InstallError where nothing is installed, or a client's entry cannot be taken out: then all stays as it was.
    """
    found = installed()
    if found is None:
        raise installing_linux.InstallError(
            "Doorkeep is not installed for this user.",
            "Where a system package was installed, the package manager removes it.",
            "On Debian and Ubuntu: sudo apt remove doorkeep",
        )
    program = os.path.join(found.root, programs.CURRENT, "doorkeep")
    _done([program, "clients", "disconnect", "--all", "--home", home], "Doorkeep could not leave every AI app.")
    _done([program, "stop", "--home", home], "Doorkeep's gateway could not be ended.")
    from app.desktop import autostart

    autostart.switch(home, on=False)
    return [
        *installing_linux.remove(installing_linux.usual_place()),
        f"Your settings, log and undo copies stay in {home}.",
    ]


def open_installed() -> None:
    """Start the installed desktop app as a process of its own. Raises OSError."""
    found = installed()
    if found is not None:
        _start([os.path.join(found.root, programs.CURRENT, "doorkeep-tray")])


def open_here() -> None:
    """Start the desktop app from where it lies. Raises OSError."""
    _start([programs.own("doorkeep-tray"), "--here"])


def _start(command: list[str]) -> None:
    subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _done(command: list[str], title: str) -> None:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LEAVE_SECONDS, check=False
        )
        said = (done.stderr or done.stdout).strip()
        failed = done.returncode != 0
    except (OSError, subprocess.TimeoutExpired) as error:
        said, failed = str(error), True
    if failed:
        raise DoorkeepError(title, said, "Nothing was removed. Mend that and try again.")

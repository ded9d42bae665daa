"""macOS: the agent that `launchctl kickstart` starts the gateway from (launchd.plist(5), launchctl(1)).

launchd is then the gateway's parent, so the gateway is a subject of its own for folder permissions and for the keychain.
It never runs at login by itself: the tray does, and a client's bridge may.
"""

from __future__ import annotations

import os
import plistlib
import subprocess
import sys
from collections.abc import Callable

if sys.platform == "win32":
    raise ImportError("Windows has no launchd")

SECONDS = 20.0
BUNDLE = "org.doorkeep.Doorkeep"
"""The app as the list of login items names it (`AssociatedBundleIdentifiers`)."""

Run = Callable[[list[str]], bool]
"""Runs a command quietly; whether it ended well."""


def agent(label: str, command: list[str]) -> dict[str, object]:
    """What the agent says: on demand only, in the graphical session, where the keychain is open, and not as a throttled job."""
    return {
        "Label": label,
        "ProgramArguments": command,
        "RunAtLoad": False,
        "KeepAlive": False,
        "LimitLoadToSessionType": "Aqua",
        "ProcessType": "Interactive",
        "ThrottleInterval": 1,  # seconds; launchd's own 10 would keep a client waiting after a restart
        "AssociatedBundleIdentifiers": [BUNDLE],
    }


def install(command: list[str], run: Run | None = None) -> bool:
    """Write the agent where it differs, and have launchd know it now. True where it was written. Raises OSError."""
    from app.bridge.launch_macos import AGENT, agent_file

    run = run or _runs
    domain, path = f"gui/{os.getuid()}", agent_file()
    content = plistlib.dumps(agent(AGENT, command))
    known = run(["/bin/launchctl", "print", f"{domain}/{AGENT}"])
    if _content(path) == content:
        if not known:
            run(["/bin/launchctl", "bootstrap", domain, path])
        return False
    if known:  # launchd keeps the old words until it forgets them; the gateway it started ends in good order
        run(["/bin/launchctl", "bootout", f"{domain}/{AGENT}"])
    os.makedirs(os.path.dirname(path), exist_ok=True)
    new = f"{path}.{os.getpid()}.new"
    with open(new, "wb") as file:
        file.write(content)
    os.replace(new, path)
    run(["/bin/launchctl", "bootstrap", domain, path])
    return True


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(65_536)
    except OSError:
        return b""


def _runs(command: list[str]) -> bool:
    quiet = subprocess.DEVNULL
    try:
        done = subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0

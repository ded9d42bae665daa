"""macOS: an agent of launchd that runs at login (launchd.plist(5))."""

from __future__ import annotations

import contextlib
import os
import plistlib

from app.bridge.home import account_home

AGENT = "org.doorkeep.tray"


def agent_path() -> str:
    """Where launchd looks at login."""
    return os.path.join(account_home(), "Library", "LaunchAgents", f"{AGENT}.plist")


def is_on() -> bool:
    """There is an agent, and it is not disabled in place."""
    try:
        with open(agent_path(), "rb") as file:
            found = plistlib.load(file)
    except (OSError, plistlib.InvalidFileException, ValueError):
        return False
    return isinstance(found, dict) and not found.get("Disabled", False)


def turn_on(command: list[str]) -> None:
    """Write the agent; launchd takes it at the next login, and the tray that writes it runs already. Raises OSError."""
    path = agent_path()
    os.makedirs(os.path.dirname(path), exist_ok=True)
    new = f"{path}.{os.getpid()}.new"
    with open(new, "wb") as file:
        plistlib.dump(agent(command), file)
    os.replace(new, path)


def turn_off() -> None:
    """Take the agent away. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(agent_path())


def agent(command: list[str]) -> dict[str, object]:
    """What the agent says: at login, in the graphical session only, as an app and not as a throttled background job."""
    return {
        "Label": AGENT,
        "ProgramArguments": command,
        "RunAtLoad": True,
        "LimitLoadToSessionType": "Aqua",
        "ProcessType": "Interactive",
    }

"""macOS: launchd starts the gateway from the agent that the tray wrote, else Launch Services opens the app hidden.

The gateway must be a subject of its own for folder permissions, so launchd or Launch Services has to be its parent
(launchctl(1) `kickstart`, open(1) `-g -j -a`). A detached process serves only where there is no app, as in a checkout.
"""

from __future__ import annotations

import os
import sys

from app.bridge.detached import run_detached, run_quietly
from app.bridge.home import account_home, default_home

TYPE_CHECKING = False  # `typing` itself costs 7 ms
if TYPE_CHECKING:
    from collections.abc import Callable

AGENT = "org.doorkeep.gateway"
APP = "Doorkeep"


if sys.platform == "win32":
    raise ImportError("Windows has no launchd")


def agent_file() -> str:
    """Where the tray writes the agent (launchd.plist(5))."""
    return os.path.join(account_home(), "Library", "LaunchAgents", f"{AGENT}.plist")


def app_folders() -> list[str]:
    """Where the app may be installed."""
    return [f"/Applications/{APP}.app", os.path.join(account_home(), "Applications", f"{APP}.app")]


def attempts(home: str) -> list[list[str]]:
    """The commands that ask the system for a gateway of `home`, best first. The agent serves the default home only."""
    found: list[list[str]] = []
    default = home == os.path.realpath(default_home())
    if default and os.path.exists(agent_file()):
        found.append(["/bin/launchctl", "kickstart", f"gui/{os.getuid()}/{AGENT}"])
    if any(os.path.isdir(path) for path in app_folders()):
        arguments = ["--background"] if default else ["--background", "--home", home]
        found.append(["/usr/bin/open", "-g", "-j", "-a", APP, "--args", *arguments])
    return found


def start(home: str, command: list[str], before: Callable[[], bool] | None = None) -> None:
    """See `launch.start_gateway`. `before` is called in the detached process; where it says no, nothing is started."""

    def by_system(environment: dict[str, str]) -> bool:
        if before is not None and not before():
            return True
        return any(run_quietly(attempt, environment) for attempt in attempts(home))

    run_detached(home, command, by_system)

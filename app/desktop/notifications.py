"""Notifications where no tray icon can show them: through the desktop's own service. Blocks for a moment: call it in the background."""

from __future__ import annotations

import subprocess
import sys

SECONDS = 5.0


def show(title: str, text: str, system: str = sys.platform) -> bool:
    """Whether the desktop took it. Windows and macOS always have a tray, which shows them itself."""
    return any(_runs(command) for command in commands(title, text, system))


def commands(title: str, text: str, system: str = sys.platform) -> list[list[str]]:
    """What to try. The body of a notification may be markup (Desktop Notifications Specification 1.2), so it is escaped."""
    if system in ("win32", "darwin"):
        return []
    body = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return [["notify-send", "--app-name=Doorkeep", "--icon=doorkeep", "--", title, body]]


def _runs(command: list[str]) -> bool:
    quiet = subprocess.DEVNULL
    try:
        done = subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0

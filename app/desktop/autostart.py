"""Starting with the person's session, in the way of each system. One interface; the system's own switch counts as much as ours."""

from __future__ import annotations

import os
import sys

from app.bridge.home import default_home
from app.bridge.programs import tray_command

if sys.platform == "win32":
    from app.desktop.autostart_windows import is_on as _is_on
    from app.desktop.autostart_windows import turn_off as _turn_off
    from app.desktop.autostart_windows import turn_on as _turn_on
elif sys.platform == "darwin":
    from app.desktop.autostart_macos import is_on as _is_on
    from app.desktop.autostart_macos import turn_off as _turn_off
    from app.desktop.autostart_macos import turn_on as _turn_on
else:
    from app.desktop.autostart_linux import is_on as _is_on
    from app.desktop.autostart_linux import turn_off as _turn_off
    from app.desktop.autostart_linux import turn_on as _turn_on


def command(home: str) -> list[str]:
    """What is started at login: the tray without its window."""
    real = os.path.realpath(home)
    named = [] if real == os.path.realpath(default_home()) else ["--home", real]
    return [*tray_command(), "--background", *named]


def is_on() -> bool:
    """Whether Doorkeep starts with the session."""
    return _is_on()


def switch(home: str, *, on: bool) -> None:
    """Start with the session from the next login on, or no more. Raises OSError."""
    if on:
        _turn_on(command(home))
    else:
        _turn_off()

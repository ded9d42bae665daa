"""What the panel that holds our icon looks like: it may be dark on a light desktop, and no system tells Qt."""

from __future__ import annotations

import os
import sys

ALWAYS_DARK = frozenset({"gnome", "ubuntu", "unity", "pantheon", "x-cinnamon", "budgie"})
"""Desktops (XDG_CURRENT_DESKTOP) whose panel is dark whatever the windows are, as they come."""


def is_dark(*, desktop_dark: bool) -> bool:
    """Whether a light icon is the one that can be seen. `desktop_dark`: what the windows look like."""
    if sys.platform == "win32":
        return not _light_taskbar(fallback=not desktop_dark)
    if sys.platform == "darwin":
        return desktop_dark  # the system tints it anyway
    names = {name.lower() for name in os.environ.get("XDG_CURRENT_DESKTOP", "").split(":")}
    return desktop_dark or bool(names & ALWAYS_DARK)


def _light_taskbar(*, fallback: bool) -> bool:
    """Windows keeps a choice for the taskbar beside the one for windows."""
    if sys.platform == "win32":
        import winreg

        path = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path) as key:
                return bool(winreg.QueryValueEx(key, "SystemUsesLightTheme")[0])
        except OSError:
            return fallback
    return fallback

"""Which servers a client is given when it is connected: every one that is on. Nothing is started or asked here."""

from __future__ import annotations

import os

from app.core import settings as settings_file
from app.core.errors import SettingsError

BUILTIN = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "resources", "builtin"
)
"""One file a server that ships with Doorkeep."""


def shipped(folder: str = BUILTIN) -> tuple[str, ...]:
    """The names of the servers that ship with Doorkeep, in the alphabet's order."""
    return tuple(sorted(name.removesuffix(".json") for name in os.listdir(folder) if name.endswith(".json")))


def served(home: str) -> tuple[str, ...]:
    """The servers that are on: those that ship with Doorkeep first, then the user's own in the settings' order.

    Settings that cannot be read turn nothing off here: the gateway goes on by the last good ones, and says so.
    """
    try:
        settings = settings_file.load_kept(home).servers
    except SettingsError:
        settings = {}
    own = shipped()
    names = (*own, *(name for name in settings if name not in own))
    return tuple(name for name in names if name not in settings or settings[name].enabled)

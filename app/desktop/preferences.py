"""What the desktop app remembers for this person, in `HOME/tray.json`: its look, its place, what may notify. Never a permission.

Losing the file loses no more than comfort, so a broken one counts as none.
"""

from __future__ import annotations

import contextlib
import os
from typing import Literal

import msgspec

Theme = Literal["system", "light", "dark"]
NOTICES = ("question", "denied", "changed", "wiped", "crashing")
"""The kinds of notifications: needs an answer, denied for the first time, a server's tools changed, a client wiped its
configuration, a server keeps crashing."""


class Preferences(msgspec.Struct, omit_defaults=True):
    """`quiet` names the kinds of NOTICES that are switched off; `geometry` is the window's place as Qt writes it."""

    theme: Theme = "system"
    quiet: list[str] = []
    geometry: str = ""


def preferences_path(home: str) -> str:
    """Where they lie."""
    return os.path.join(home, "tray.json")


def load(home: str) -> Preferences:
    """What was kept, or the defaults."""
    try:
        with open(preferences_path(home), "rb") as file:
            return msgspec.json.decode(file.read(1 << 20), type=Preferences)
    except (OSError, msgspec.MsgspecError):
        return Preferences()


def save(home: str, kept: Preferences) -> None:
    """Keep them, whole or not at all. Raises OSError."""
    path = preferences_path(home)
    new = f"{path}.{os.getpid()}.new"
    try:
        with open(new, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")
        os.replace(new, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise

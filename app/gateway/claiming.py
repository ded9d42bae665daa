"""Taking the door of a home: at once where it is free, after an older gateway where one serves, not at all where one as new does.

Two gateways never serve one home: whoever is asked to make way keeps the door until all that it did is written down.
"""

from __future__ import annotations

import time

from app.bridge.succession import make_way
from app.core.errors import DoorkeepError, GatewayUnreachableError
from app.gateway.doors import Door

WAIT_SECONDS = 40.0
"""An older gateway may take 16 s to leave in good order, and is ended by force after 25."""
LOOK_SECONDS = 0.02


def claim(home: str, seconds: float = WAIT_SECONDS) -> Door | None:
    """The door; None where another gateway, as new as this release, serves or will.

    Raises DoorkeepError where home cannot be used, or where one that does not answer holds the door for longer than `seconds`.
    """
    until = time.monotonic() + seconds
    while True:
        door = Door.claim(home)
        if door is not None:
            return door
        if not make_way(home):
            return None
        if time.monotonic() > until:
            raise DoorkeepError(
                f"A gateway of {home} neither answers nor ends.",
                "While it holds the door no other one can serve.",
                "End the process that `fuser` or the task manager shows for the file run/lock there, then try again.",
            )
        time.sleep(LOOK_SECONDS)


def who_serves(home: str) -> str:
    """Why this gateway does not begin, in words, where the one that serves is of a newer release; else empty."""
    from app.control.client import ControlClient, newer_serves

    try:
        with ControlClient.connect(home) as control:
            return newer_serves(control.version)
    except GatewayUnreachableError:
        return ""

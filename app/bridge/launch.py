"""Has the operating system start a gateway. It never becomes a child of the caller, whose environment, folder permissions
and end it would share. Safe to call from several processes at once: the gateway's own lock lets one of them stay.
"""

from __future__ import annotations

import os
import sys

from app.bridge.programs import gateway_command
from app.bridge.succession import make_way

if sys.platform == "win32":
    from app.bridge.launch_windows import start as _start
elif sys.platform == "darwin":
    from app.bridge.launch_macos import start as _start
else:
    from app.bridge.launch_linux import start as _start


def start_gateway(home: str) -> None:
    """Ask for a gateway of `home` and return at once; whoever needs it looks at the door. Errors are silent: it does not come."""
    _start(os.path.realpath(home), gateway_command(home))


def replace_gateway(home: str) -> None:
    """Have an older gateway leave in good order and the system start one of the version in force; returns at once.

    Where the one that runs is as new as this program, nothing happens.
    """
    real = os.path.realpath(home)
    _start(real, gateway_command(home), lambda: make_way(real))

"""Has the operating system start a gateway. It never becomes a child of the caller, whose environment, folder permissions
and end it would share. Safe to call from several processes at once: the gateway's own lock lets one of them stay.
"""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    from app.bridge.launch_windows import start as _start
elif sys.platform == "darwin":
    from app.bridge.launch_macos import start as _start
else:
    from app.bridge.launch_linux import start as _start


def start_gateway(home: str) -> None:
    """Ask for a gateway of `home` and return at once; whoever needs it looks at the door. Errors are silent: it does not come."""
    _start(os.path.realpath(home), gateway_command(home))


def gateway_command(home: str) -> list[str]:
    """The command that runs a gateway of `home`, from an installation or from a frozen build."""
    real = os.path.realpath(home)
    if getattr(sys, "frozen", False):
        suffix = ".exe" if sys.platform == "win32" else ""
        return [os.path.join(os.path.dirname(sys.executable), f"doorkeep{suffix}"), "gateway", "--home", real]
    return [sys.executable, "-P", "-m", "app.gateway", "--home", real]

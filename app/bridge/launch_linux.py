"""Linux: the user's systemd starts the gateway where its unit is installed; elsewhere a detached process does."""

from __future__ import annotations

import os
import sys

from app.bridge.detached import run_detached, run_quietly
from app.bridge.home import account_home, default_home

TYPE_CHECKING = False  # `typing` itself costs 7 ms
if TYPE_CHECKING:
    from collections.abc import Callable

UNIT = "doorkeep.service"


if sys.platform == "win32":
    raise ImportError("Windows has no systemd")


def unit_files() -> list[str]:
    """Where the unit may lie: the user's folder, then the package's (systemd.unit(5), user search path)."""
    return [
        os.path.join(account_home(), ".config", "systemd", "user", UNIT),
        f"/etc/systemd/user/{UNIT}",
        f"/usr/local/lib/systemd/user/{UNIT}",
        f"/usr/lib/systemd/user/{UNIT}",
    ]


def systemd_serves(home: str) -> bool:
    """Whether `systemctl --user` can start the gateway of this home: the unit serves the default one only."""
    return (
        home == os.path.realpath(default_home())
        and os.path.exists(f"/run/user/{os.getuid()}/bus")
        and any(os.path.exists(path) for path in unit_files())
    )


def start(home: str, command: list[str], before: Callable[[], bool] | None = None) -> None:
    """See `launch.start_gateway`. `before` is called in the detached process; where it says no, nothing is started."""
    serves = systemd_serves(home)

    def first(environment: dict[str, str]) -> bool:
        if before is not None and not before():
            return True
        served = serves and run_quietly(["systemctl", "--user", "start", UNIT], environment)
        # A unit whose process left a moment ago may still count as running: then ours looks whether one really does.
        return served and before is None

    run_detached(home, command, first if serves or before is not None else None)

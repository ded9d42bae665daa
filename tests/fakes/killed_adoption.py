"""Adopts two servers and is killed before it touches a name on the disk for the given time.

killed_adoption.py HOME BRIDGE CONFIG VAULT STEP
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.clients import configfile, connect
from app.clients.changes import Wish
from app.clients.targets import Installation, Target, find_client
from tests.fakes.clients import StillDesktop
from tests.fakes.vault_door import VaultDoor

TOUCHING = ("replace", "rename", "unlink", "link")
KEYS = ("GitHub MCP", "postgres")


def main(home: str, bridge: str, config: str, vault: str, step: int) -> None:
    """Ends by itself where there are fewer steps."""
    touched = 0

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def touch(*args: Any, **more: Any) -> Any:
            nonlocal touched
            if touched == step:
                os.kill(os.getpid(), signal.SIGKILL)
            touched += 1
            return real(*args, **more)

        return touch

    for name in TOUCHING:
        setattr(os, name, counted(getattr(os, name)))
    configfile.displace = counted(configfile.displace)
    door = VaultDoor(home, Path(vault))
    connect.door_to = lambda _home: door
    target = Target(find_client("claude-desktop"), config, os.path.dirname(config), usual=True)
    connect.carry_out(target, Installation(home, bridge), Wish("adopt", KEYS), StillDesktop())


if __name__ == "__main__":
    _, at_home, at_bridge, at_config, at_vault, at_step = sys.argv
    main(at_home, at_bridge, at_config, at_vault, int(at_step))

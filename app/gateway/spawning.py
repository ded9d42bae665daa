"""Starting and ending server processes: one interface, one room for each kind of system."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from app.gateway.spawning_windows import (
        adopt_orphans,
        ended,
        kill_orphans,
        on_endings,
        release,
        signal_group,
        spawn,
    )
else:
    from app.gateway.spawning_posix import (
        adopt_orphans,
        ended,
        kill_orphans,
        on_endings,
        release,
        signal_group,
        spawn,
    )

__all__ = ["adopt_orphans", "ended", "kill_orphans", "on_endings", "release", "signal_group", "spawn"]

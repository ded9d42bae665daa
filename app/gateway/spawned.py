"""What a started server process is to whoever started it, on every system."""

from __future__ import annotations

import msgspec


class Spawned(msgspec.Struct, frozen=True):
    """A process that runs its program: its id (on POSIX also its group's and session's) and our ends of its pipes."""

    pid: int
    stdin: int
    stdout: int
    stderr: int

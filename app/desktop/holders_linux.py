"""Linux: a process runs from a folder when its program file, `/proc/PID/exe`, lies in it (proc_pid_exe(5))."""

from __future__ import annotations

import os


def runs_from(folder: str) -> bool:
    """Whether a process that this user may look at runs a program of `folder`."""
    inside = os.path.realpath(folder) + os.sep
    return any(_program(name).startswith(inside) for name in os.listdir("/proc") if name.isdigit())


def _program(pid: str) -> str:
    """Empty where it may not be known, or the process has gone."""
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""

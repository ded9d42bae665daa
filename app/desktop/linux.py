"""Linux: applications by their lock and /proc, and two files changing places."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import Any

from app.desktop.apps import Application, Running
from app.desktop.posix import holds, is_here, lock_holder, start_detached

AT_FDCWD = -100
RENAME_EXCHANGE = 2
CLOCK_TICKS = os.sysconf("SC_CLK_TCK") if sys.platform != "win32" else 100


class LinuxDesktop:
    """`app.desktop.apps.Desktop` for Linux."""

    def running(self, app: Application, folder: str, scan: bool) -> Running | None:  # noqa: ARG002 - every build takes the lock
        holder = lock_holder(folder)
        if holder is None:
            return None
        if not is_here(holder):
            return Running(0, where=holder.host)
        argv = _argv(holder.pid)
        began = _began(holder.pid)
        if not argv or not holds(holder, began, " ".join(argv), app.words):
            return None
        env = _environment(holder.pid) or {}
        if "APPIMAGE" in env:
            argv = (env["APPIMAGE"], *argv[1:])  # what it was started from is unmounted when it quits
        return Running(holder.pid, began, argv, env, _folder(holder.pid))

    def alive(self, running: Running) -> bool:
        return bool(_argv(running.pid)) and _began(running.pid) == running.began

    def ask_to_quit(self, app: Application, running: Running) -> None:  # noqa: ARG002
        if self.alive(running):
            with contextlib.suppress(ProcessLookupError):
                os.kill(running.pid, signal.SIGTERM)  # Electron quits as from its menu

    def start(self, app: Application, running: Running | None) -> None:
        if running is not None and running.argv:
            start_detached(running.argv, running.env or None, running.folder)
        else:
            start_detached([app.linux_command], None)

    def managed(self, app: Application) -> dict[str, Any]:  # noqa: ARG002 - the Linux build reads no policy
        return {}


def displace(new: str, target: str) -> str | None:
    """`app.desktop.files.displace` by renameat2(2)."""
    import ctypes

    try:
        exchange = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return None
    if exchange(AT_FDCWD, os.fsencode(new), AT_FDCWD, os.fsencode(target), RENAME_EXCHANGE) == 0:
        return new
    code = ctypes.get_errno()
    if code in _unsupported():
        return None
    raise OSError(code, os.strerror(code), target)


def _unsupported() -> set[int]:
    import errno

    return {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}


def _argv(pid: int) -> tuple[str, ...]:
    """The command line of a live process; empty where it is gone or a zombie."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read().split(b"\0")
    except OSError:
        return ()
    return tuple(os.fsdecode(word) for word in words[:-1])


def _began(pid: int) -> float:
    """When the process began, in seconds since 1970, to a clock tick (proc_pid_stat(5), field 22)."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            ticks = int(file.read().rpartition(b")")[2].split()[19])
        with open("/proc/stat", "rb") as file:
            boot = next(int(line.split()[1]) for line in file if line.startswith(b"btime "))
    except (OSError, StopIteration):
        return 0.0
    return boot + ticks / CLOCK_TICKS


def _folder(pid: int) -> str:
    """Where the process stands."""
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return "/"


def _environment(pid: int) -> dict[str, str] | None:
    """The environment a process was started with, so that it finds its display again."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            pairs = [pair.partition(b"=") for pair in file.read().split(b"\0") if b"=" in pair]
    except OSError:
        return None
    return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}

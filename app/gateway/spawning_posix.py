"""Starting a server process on POSIX: a session of its own, our end of its pipes, an end when we end.

Between `fork` and `exec` the new process runs only what is loaded already, since the log's thread may hold any lock at
that moment. Nothing of the gateway is left open in it.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    raise ImportError("servers on Windows are started by app.gateway.spawning_windows")

import contextlib
import fcntl
import functools
import os
import signal
import warnings
from collections.abc import Callable, Container
from typing import Any

from app.gateway.spawned import Spawned
from app.gateway.ticks import Ticks

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_REPORT = 3
"""The new process's descriptor that tells why its program could not be run."""
_DESCRIPTORS_MOST = 65536


def adopt_orphans() -> None:
    """Become the parent of every process that a server leaves behind, so that none escapes its ancestry (Linux)."""
    if sys.platform == "linux":
        _prctl(PR_SET_CHILD_SUBREAPER, 1)


def spawn(argv: list[str], env: dict[str, str], cwd: str, die_with_us: bool) -> Spawned:
    """Start a program and return when it runs. Raises OSError when it could not be started.

    `die_with_us`: it gets SIGTERM when the gateway ends, however that ends, and keeps every process that descends from it, so
    that none is taken for another's (Linux); elsewhere its stdin ends.
    """
    ours: list[int] = []
    theirs: list[int] = []
    try:
        for forwards in (False, True, True, True):  # stdin, stdout, stderr, the report of a failed start
            reader, writer = os.pipe()
            ours.append(reader if forwards else writer)
            theirs.append(writer if forwards else reader)
        parent = os.getpid()
        _libc()
        held = signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of the log's thread
                pid = os.fork()
            if pid == 0:
                _become(argv, env, cwd, theirs, parent if die_with_us else 0)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
    except OSError:
        for fd in ours + theirs:
            os.close(fd)
        raise
    for fd in theirs:
        os.close(fd)
    report = os.read(ours[3], 16)  # ends when the program runs: its end of the pipe closes then
    os.close(ours[3])
    if report:
        for fd in ours[:3]:
            os.close(fd)
        os.waitpid(pid, 0)
        raise OSError(int(report), os.strerror(int(report)))
    return Spawned(pid, *ours[:3])


def on_endings(loop: Ticks, fn: Callable[[], None]) -> None:
    """Have the loop call `fn` whenever a process has ended."""
    loop.on_signal(signal.SIGCHLD, fn)


def ended() -> list[tuple[int, int]]:
    """(process id, wait status) of every process that has ended since: children, and orphans that came to us."""
    found: list[tuple[int, int]] = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        found.append((pid, status))


def signal_group(pid: int, force: bool) -> None:
    """Ask, or `force`, a process and everything in its group to end."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL if force else signal.SIGTERM)


def release(pid: int) -> None:
    """The process is gone: end what it left behind in its group; nothing but its own children can be there."""
    signal_group(pid, force=True)


def kill_orphans(spared: Container[int] = ()) -> bool:
    """Kill every process whose parent we are; False when there is none (Linux; elsewhere orphans do not come to us)."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", "rb") as file:
            orphans = [int(pid) for pid in file.read().split() if int(pid) not in spared]
    except OSError:
        return False
    for pid in orphans:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    return bool(orphans)


def _become(argv: list[str], env: dict[str, str], cwd: str, theirs: list[int], parent: int) -> None:
    """In the new process: never returns."""
    try:
        os.setsid()
        if parent and sys.platform == "linux":
            _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            _prctl(PR_SET_CHILD_SUBREAPER, 1)
            if os.getppid() != parent:
                os._exit(0)
        theirs = [_above(_REPORT, fd) for fd in theirs]
        for target, fd in enumerate(theirs):
            os.dup2(fd, target, inheritable=target != _REPORT)
        os.closerange(_REPORT + 1, _DESCRIPTORS_MOST)  # also what our own parent left open for us
        signal.set_wakeup_fd(-1)  # it is the gateway's: a signal for this process must not be told there
        for ignored in (signal.SIGPIPE, getattr(signal, "SIGXFSZ", signal.SIGPIPE)):
            signal.signal(ignored, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.chdir(cwd)
        os.execvpe(argv[0], argv, env)  # noqa: S606 - by argument list, never by a shell
    except OSError as error:
        os.write(_REPORT, b"%d" % (error.errno or 1))
    finally:
        os._exit(127)


def _above(lowest: int, fd: int) -> int:
    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, lowest + 1)


def _prctl(option: int, value: int) -> None:
    _libc().prctl(option, value, 0, 0, 0)


@functools.cache
def _libc() -> Any:
    import ctypes

    return ctypes.CDLL(None)

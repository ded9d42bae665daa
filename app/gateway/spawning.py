"""Starting a server process on POSIX: a session of its own, our end of its pipes, an end when we end.

`fork` is safe here because the gateway has one thread. Nothing of the gateway is left open in the new process.
"""

from __future__ import annotations

import os
import signal
import sys

import msgspec

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


class Spawned(msgspec.Struct, frozen=True):
    """A process that runs its program: its id (also that of its group and session) and our ends of its pipes."""

    pid: int
    stdin: int
    stdout: int
    stderr: int


def adopt_orphans() -> None:
    """Become the parent of every process that a server leaves behind, so that none escapes its ancestry (Linux)."""
    if sys.platform == "linux":
        _prctl(PR_SET_CHILD_SUBREAPER, 1)


def spawn(argv: list[str], env: dict[str, str], cwd: str, die_with_us: bool) -> Spawned:
    """Start a program and return when it runs. Raises OSError when it could not be started.

    `die_with_us`: it gets SIGTERM when the gateway ends, however that ends (Linux); elsewhere its stdin ends.
    """
    ours: list[int] = []
    theirs: list[int] = []
    try:
        for forwards in (False, True, True, True):  # stdin, stdout, stderr, the report of a failed start
            reader, writer = os.pipe()
            ours.append(reader if forwards else writer)
            theirs.append(writer if forwards else reader)
        parent = os.getpid()
        held = signal.pthread_sigmask(signal.SIG_SETMASK, range(1, signal.NSIG))
        try:
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


def _become(argv: list[str], env: dict[str, str], cwd: str, theirs: list[int], parent: int) -> None:
    """In the new process: never returns."""
    try:
        os.setsid()
        if parent and sys.platform == "linux":
            _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(0)
        moved = [fd if fd > 2 else _above(fd) for fd in theirs[:3]]
        for target, fd in enumerate(moved):
            os.dup2(fd, target)
        for ignored in (signal.SIGPIPE, getattr(signal, "SIGXFSZ", signal.SIGPIPE)):
            signal.signal(ignored, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.chdir(cwd)
        os.execvpe(argv[0], argv, env)  # noqa: S606 - by argument list, never by a shell
    except OSError as error:
        os.write(theirs[3], b"%d" % (error.errno or 1))
    finally:
        os._exit(127)


def _above(fd: int) -> int:
    import fcntl

    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 3)


def _prctl(option: int, value: int) -> None:
    import ctypes

    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)

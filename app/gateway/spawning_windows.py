"""Starting a server process on Windows: held in a job of its own before its first instruction, ended with it.

There is no polite signal for a program without a console: asking it to end is closing its stdin, which comes first anyway.
"""

from __future__ import annotations

import os
import queue
import subprocess
import threading
from collections.abc import Callable, Container
from typing import Any

from app.gateway import windows_processes
from app.gateway.spawned import Spawned
from app.gateway.ticks import Ticks

_SUSPENDED = 0x00000004
_NEW_GROUP = 0x00000200
_NO_WINDOW = 0x08000000

_endings: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
_on_ending: list[Callable[[], None]] = []


def adopt_orphans() -> None:
    """Nothing to do: jobs hold descendants."""


def spawn(argv: list[str], env: dict[str, str], cwd: str, die_with_us: bool) -> Spawned:  # noqa: ARG001 - all do, by their job
    """Start a program. Raises OSError when it could not be started."""
    process: Any = subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
        cwd=cwd,
        bufsize=0,
        creationflags=_SUSPENDED | _NEW_GROUP | _NO_WINDOW,
    )
    try:
        windows_processes.hold(process.pid, int(process._handle))
        windows_processes.resume(int(process._handle))
    except OSError:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()
        raise
    fds: list[int] = []
    for pipe in (process.stdin, process.stdout, process.stderr):
        fds.append(os.dup(pipe.fileno()))
        pipe.close()
    threading.Thread(target=_await, args=(process,), name="ending", daemon=True).start()
    return Spawned(process.pid, *fds)


def _await(process: Any) -> None:
    code = process.wait() & 0xFFFFFFFF
    _endings.put((process.pid, code << 8))  # the form of a wait status, which os.waitstatus_to_exitcode reads
    for tell in list(_on_ending):
        tell()


def on_endings(loop: Ticks, fn: Callable[[], None]) -> None:
    """Have the loop call `fn` whenever a process has ended."""
    from_thread: Callable[[Callable[[], None]], None] = getattr(loop, "from_thread", loop.soon)
    _on_ending.append(lambda: from_thread(fn))


def ended() -> list[tuple[int, int]]:
    """(process id, wait status) of every process that has ended since."""
    found: list[tuple[int, int]] = []
    while True:
        try:
            found.append(_endings.get_nowait())
        except queue.Empty:
            return found


def signal_group(pid: int, force: bool) -> None:  # noqa: ARG001 - there is only force
    """End a process and everything that descends from it."""
    windows_processes.end(pid)


def release(pid: int) -> None:
    """The process is gone: end what it left behind."""
    windows_processes.let_go(pid)


def kill_orphans(spared: Container[int] = ()) -> bool:  # noqa: ARG001 - jobs know who belongs to whom
    """There are none: they ended with their job."""
    return False

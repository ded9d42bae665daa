"""HOME/run/children.json: which processes this gateway started, so that the next one can end what was left.

A process id alone proves nothing: only one that also started at the noted time, since the same boot, is ever signalled.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterable

import msgspec

from app.gateway.peers import started_at

_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
_GRACE_SECONDS = 2.0


class Kept(msgspec.Struct, frozen=True):
    """One process that a gateway started; `pid` is also its process group."""

    server: str
    pid: int
    started: str


class _Book(msgspec.Struct, frozen=True):
    boot: str
    children: list[Kept]


def keep(home: str, children: Iterable[Kept]) -> None:
    """Note the processes that run now. Raises OSError."""
    path = _path(home)
    temporary = path + ".new"
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(fd, msgspec.json.encode(_Book(_boot(), list(children))))
    finally:
        os.close(fd)
    os.replace(temporary, path)


def left(home: str) -> list[Kept]:
    """The processes that an earlier gateway started and that still run."""
    try:
        with open(_path(home), "rb") as file:
            book = msgspec.json.decode(file.read(1_000_000), type=_Book)
    except (OSError, msgspec.MsgspecError):
        return []
    if book.boot != _boot():
        return []
    return [child for child in book.children if child.started and started_at(child.pid) == child.started]


def end_left(home: str, later: Callable[[float, Callable[[], None]], object]) -> list[Kept]:
    """Ask them to end now, and end them by force a little later. Answers whom."""
    found = left(home)
    for child in found:
        _signal(child, signal.SIGTERM)
    if found:
        later(_GRACE_SECONDS, lambda: _end_by_force(found))
    return found


def _end_by_force(children: list[Kept]) -> None:
    for child in children:
        if started_at(child.pid) == child.started:
            _signal(child, _KILL)


def _signal(child: Kept, signum: int) -> None:
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            os.kill(child.pid, signum)
        else:
            os.killpg(child.pid, signum)


def _path(home: str) -> str:
    return os.path.join(home, "run", "children.json")


def _boot() -> str:
    """Names this boot of the system where that is cheap to know; process ids start anew with each."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""

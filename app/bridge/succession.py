"""A newer release takes the place of an older gateway: the newer asks, the older ends in good order; never the other way round.

Blocks, each wait bounded: call it where nobody waits (a detached process, a thread, a gateway that is about to begin).
Nothing here starts anything.
"""

from __future__ import annotations

import os
import sys
from time import monotonic, sleep

from app.bridge.jsontext import dump, parse
from app.bridge.releases import is_older
from app.version import VERSION

TYPE_CHECKING = False  # `typing` itself costs 7 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class Line(Protocol):
        """A connection to the gateway."""

        def send(self, data: bytes, /) -> None: ...

        def receive(self, seconds: float, /) -> bytes:
            """The next bytes; empty at the end. Raises TimeoutError, OSError."""
            ...

        def close(self) -> None: ...

        @property
        def peer(self) -> int:
            """The gateway's process by the system's word; 0 where it cannot be known."""
            ...


GREET_SECONDS = 10.0
ANSWER_SECONDS = 10.0
LEAVE_SECONDS = 25.0
"""Calls in flight get 10 s, servers 5, the last answers 1; the rest is for a busy machine."""
IDLE_SECONDS = 10.0
"""How long a gateway of 0.1.0, which knows only `stop`, may finish calls before it is stopped."""
FORCED_SECONDS = (3.0, 15.0)
"""After each of the two ways to force it."""
LOOK_SECONDS = 0.05
LONGEST = 64 * 1024 * 1024
_TERMINATE, _KILL = 15, 9  # `signal` costs more than all of this room

HELLO = b'{"doorkeep":1,"as":"control"}\n'


def make_way(home: str, release: str = VERSION, connect: Callable[[str], Line | None] | None = None) -> bool:
    """Have an older gateway of `home` leave. True: none older holds the door now (or it never will again); a new one may start.

    False: the one there is as new as `release`, or cannot be told from one that is. What had to be forced is said on stderr.
    """
    line = (connect or _connect)(home)
    if line is None:
        return True
    talk = _Talk(line)
    try:
        try:
            welcome = talk.hear(GREET_SECONDS, HELLO)
        except TimeoutError:  # it hangs: nobody newer than what the home's mark says has ever served here
            served = _newest_that_served(home)
            return is_older(served, release) and _forced(talk, line.peer, served, release)
        if welcome is None:
            return True
        version = welcome.get("version")
        if not is_older(version, release):
            return False
        return _leaves(talk, release) or _forced(talk, welcome.get("pid"), str(version), release)
    except OSError:
        return False
    finally:
        line.close()


def _newest_that_served(home: str) -> str:
    """By HOME/form (app.core.form), which every gateway since 0.2 leaves; empty where that cannot be read."""
    try:
        fd = os.open(os.path.join(home, "form"), os.O_RDONLY)
    except FileNotFoundError:
        return "0.1.0"
    except OSError:
        return ""
    try:
        mark = parse(os.read(fd, 4096))
    except OSError:
        return ""
    finally:
        os.close(fd)
    return str(mark.get("release")) if isinstance(mark, dict) else ""


def _leaves(talk: _Talk, release: str) -> bool:
    try:
        answer = talk.call("drain", {"version": release})
        if answer is not None and "error" in answer:  # 0.1.0
            _await_calm(talk)
            talk.call("stop", {})
        talk.until_end(LEAVE_SECONDS)
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def _await_calm(talk: _Talk) -> None:
    """Until no call is in flight, or too long."""
    until = monotonic() + IDLE_SECONDS
    while monotonic() < until:
        answer = talk.call("status", {})
        found = answer.get("ok") if answer else None
        sessions = found.get("sessions") if isinstance(found, dict) else None
        if not any(session.get("in_flight") for session in sessions or []):
            return
        sleep(LOOK_SECONDS)


def _forced(talk: _Talk, pid: Any, version: str, release: str) -> bool:
    """It is an older one of ours and did not leave; its connection stands, so its number is still its own."""
    if not isinstance(pid, int) or pid <= 1 or pid == os.getpid():
        return False
    sys.stderr.write(
        f"doorkeep: the gateway of release {version} (process {pid}) did not leave for {release} in time "
        "and is ended by force; its calls are lost.\n"
    )
    for signum, seconds in zip((_TERMINATE, _KILL), FORCED_SECONDS, strict=True):
        try:
            os.kill(pid, signum)
            talk.until_end(seconds)
        except TimeoutError:
            continue
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        except OSError:
            return True
        return True
    return False


class _Talk:
    """Control calls on one connection (app.control.messages)."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._rest = b""
        self._number = 0

    def call(self, name: str, with_: dict[str, Any]) -> dict[str, Any] | None:
        """The whole answer; None where the connection ended instead. Raises OSError, TimeoutError."""
        self._number += 1
        request = {"id": self._number, "call": name, "with": with_}
        return self.hear(ANSWER_SECONDS, dump(request).encode() + b"\n")

    def hear(self, seconds: float, said: bytes) -> dict[str, Any] | None:
        """Say a line and take the next object that comes; None at the end. Raises OSError, TimeoutError."""
        self._line.send(said)
        until = monotonic() + seconds
        while b"\n" not in self._rest:
            chunk = self._receive(until)
            if not chunk:
                return None
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\n")
        found = parse(line)
        return found if isinstance(found, dict) else {}

    def until_end(self, seconds: float) -> None:
        """Until the other end is gone. Raises OSError, TimeoutError."""
        until = monotonic() + seconds
        while self._receive(until):
            pass

    def _receive(self, until: float) -> bytes:
        left = until - monotonic()
        if left <= 0 or len(self._rest) > LONGEST:
            raise TimeoutError
        return self._line.receive(left)


def _connect(home: str) -> Line | None:
    if sys.platform == "win32":
        from app.bridge.windows import TimedLink, connect

        link = connect(home)
        return None if link is None else TimedLink(link)
    from app.bridge.posix import TimedSocket, connect

    door = connect(home)
    return None if door is None else TimedSocket(door)

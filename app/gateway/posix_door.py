"""The door on POSIX: one lock per home, a Unix socket in a folder that is ours alone.

Two gateways never serve one home: the lock is taken before anything else is touched, and the system gives it back.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    raise ImportError("the door of Windows is app.gateway.windows_door")

import contextlib
import fcntl
import os
import socket
from collections.abc import Callable

from app.bridge.home import address, check_socket_folder
from app.core.errors import DoorkeepError
from app.gateway.loop import Loop
from app.gateway.peers import credentials

BACKLOG = 128

Arrived = Callable[[int, int, str], None]
"""(descriptor, process id, why it is refused or "") of a new connection."""


class PosixDoor:
    """Held by the one gateway that serves the home."""

    def __init__(self, home: str, lock: int) -> None:
        self.home = home
        self.address = address(home)
        self._lock = lock
        self._socket: socket.socket | None = None
        self._loop: Loop | None = None

    @classmethod
    def claim(cls, home: str) -> PosixDoor | None:
        """Become the gateway of `home`, or None: another one is. Raises DoorkeepError where home cannot be used."""
        try:
            for folder in (home, os.path.join(home, "run"), os.path.join(home, "logs")):
                os.makedirs(folder, mode=0o700, exist_ok=True)
            os.chmod(os.path.join(home, "run"), 0o700)
            lock = os.open(os.path.join(home, "run", "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DoorkeepError(
                f"{home} cannot be used: {error.strerror}.",
                "The gateway keeps its settings, log and socket there.",
                "Check the folder's owner and the disk, or name another one with --home.",
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return None
        return cls(home, lock)

    def open(self, loop: Loop, arrived: Arrived) -> None:
        """Listen. Raises DoorkeepError where the socket's folder is not to be trusted or the socket cannot be made."""
        folder = os.path.dirname(self.address)
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, mode=0o700)
        wrong = check_socket_folder(self.address)
        if wrong:
            raise DoorkeepError(f"{wrong}.", "A gateway must not listen there.", "Remove it and try again.")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.address)  # a gateway that was killed left it; the lock says that none lives
        door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        mask = os.umask(0o177)
        try:
            door.bind(self.address)
            door.listen(BACKLOG)
        except OSError as error:
            door.close()
            raise DoorkeepError(
                f"{self.address} cannot be listened on: {error.strerror}.",
                "No client can reach the gateway.",
                "Check that the disk is not full or read-only, or name another home with --home.",
            ) from None
        finally:
            os.umask(mask)
        self._socket = door
        self._loop = loop
        loop.listen(door, lambda connection: _admit(connection, arrived))

    def shut(self) -> None:
        """Accept nobody more; the address vanishes."""
        if self._socket is None or self._loop is None:
            return
        self._loop.unlisten(self._socket)
        self._socket.close()
        self._socket = None
        folder = os.path.dirname(self.address)
        with contextlib.suppress(OSError):
            os.unlink(self.address)
            if folder != os.path.join(os.path.realpath(self.home), "run"):
                os.rmdir(folder)  # in the system's temporary folder nothing stays

    def close(self) -> None:
        """Give the home to the next gateway."""
        self.shut()
        os.close(self._lock)


def _admit(connection: socket.socket, arrived: Arrived) -> None:
    try:
        pid, uid = credentials(connection)
    except OSError:
        connection.close()
        return
    refused = "" if uid == os.getuid() else "it runs as another user"
    arrived(connection.detach(), pid, refused)

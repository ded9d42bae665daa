"""The door on Windows: one lock per home, a named pipe that only its owner can open, overlapped I/O.

The first instance of the pipe is ours or none: a name that somebody else made first is refused. Nobody comes from another machine.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Callable
from typing import Any

from app.bridge.home import address
from app.core.errors import DoorkeepError
from app.gateway import windows_processes

_DUPLEX = 0x3
_FIRST = 0x00080000
_OVERLAPPED = 0x40000000
_REJECT_REMOTE = 0x8
_INSTANCES = 255
_BUFFER = 65536
_PIPE_CONNECTED = 535
_NO_DATA = 232

Arrived = Callable[[Any, int, str], None]
"""(stream, process id, why it is refused or "") of a new connection."""


class _SecurityAttributes(ctypes.Structure):
    _fields_ = (
        ("nLength", ctypes.c_uint32),
        ("lpSecurityDescriptor", ctypes.c_void_p),
        ("bInheritHandle", ctypes.c_int),
    )


def api() -> Any:
    """CPython's own layer over the pipe calls, as `multiprocessing.connection` uses it."""
    import importlib

    return importlib.import_module("_winapi")


class Pipe:
    """One connection: a read and a write may be under way at once, and `close` ends both."""

    def __init__(self, handle: int) -> None:
        self.handle = handle
        self._api = api()
        self._open: set[Any] = set()
        self._closed = False

    def read(self, most: int) -> bytes:
        """The next bytes; empty at the end. Raises OSError."""
        operation, _error = self._api.ReadFile(self.handle, most, overlapped=True)
        count = self._await(operation)
        found = operation.getbuffer()
        return bytes(found[:count]) if found else b""

    def write(self, piece: bytes) -> None:
        """All of it. Raises OSError."""
        rest = piece
        while rest:
            operation, _error = self._api.WriteFile(self.handle, rest, overlapped=True)
            rest = rest[self._await(operation) :]

    def close(self) -> None:
        """Use it no more."""
        if self._closed:
            return
        self._closed = True
        for operation in list(self._open):
            with contextlib.suppress(OSError):
                operation.cancel()
        self._api.CloseHandle(self.handle)

    def _await(self, operation: Any) -> int:
        self._open.add(operation)
        try:
            if self._closed:
                operation.cancel()
            count, _error = operation.GetOverlappedResult(True)
            return count
        finally:
            self._open.discard(operation)


class WindowsDoor:
    """Held by the one gateway that serves the home."""

    def __init__(self, home: str, lock: int) -> None:
        self.home = home
        self.address = address(home)
        self._lock = lock
        self._next: Pipe | None = None
        self._shut = False
        self._rights: Any = None

    @classmethod
    def claim(cls, home: str) -> WindowsDoor | None:
        """Become the gateway of `home`, or None: another one is. Raises DoorkeepError where home cannot be used."""
        foreign = windows_processes.package()
        if foreign and not foreign.lower().startswith("doorkeep"):
            raise DoorkeepError(
                f"The gateway was started inside the package {foreign}.",
                "Everything that it writes there is hidden from your other programs.",
                "Start Doorkeep from the Start menu or from a terminal.",
            )
        try:
            for folder in (home, os.path.join(home, "run"), os.path.join(home, "logs")):
                os.makedirs(folder, mode=0o700, exist_ok=True)
            lock = os.open(os.path.join(home, "run", "lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DoorkeepError(
                f"{home} cannot be used: {error.strerror}.",
                "The gateway keeps its settings and log there.",
                "Check the folder's owner and the disk, or name another one with --home.",
            ) from None
        if not lock_byte(lock):
            os.close(lock)
            return None
        return cls(home, lock)

    def open(self, loop: Any, arrived: Arrived) -> None:
        """Listen. Raises DoorkeepError where the pipe's name is taken."""
        self._rights = owner_only()
        try:
            self._next = self._instance(first=True)
        except OSError as error:
            raise DoorkeepError(
                f"The pipe {self.address} cannot be made: {error.strerror}.",
                "Another program has taken its name.",
                "Sign out and in again, or name another home with --home.",
            ) from None

        def met(pipe: Pipe) -> None:
            arrived(pipe, client_of(pipe.handle), "")

        loop.listen(self._accept, met)

    def shut(self) -> None:
        """Accept nobody more."""
        self._shut = True
        if self._next is not None:
            self._next.close()
            self._next = None

    def close(self) -> None:
        """Give the home to the next gateway."""
        self.shut()
        os.close(self._lock)

    def _accept(self) -> Pipe | None:
        """In the door's thread: wait for a client; the next instance exists before this one is handed out."""
        while (pipe := self._next) is not None:
            met = connected(pipe)
            if self._shut:
                break
            try:
                self._next = self._instance(first=False)
            except OSError:
                self._next = None
            if met:
                return pipe
            pipe.close()
        return None

    def _instance(self, first: bool) -> Pipe:
        mode = _DUPLEX | _OVERLAPPED | (_FIRST if first else 0)
        handle = api().CreateNamedPipe(
            self.address, mode, _REJECT_REMOTE, _INSTANCES, _BUFFER, _BUFFER, 0, ctypes.addressof(self._rights)
        )
        return Pipe(handle)


def connected(pipe: Pipe) -> bool:
    """Wait until a client has opened this instance; False when waiting was given up."""
    try:
        operation = api().ConnectNamedPipe(pipe.handle, overlapped=True)
    except OSError as error:
        return getattr(error, "winerror", 0) in (_PIPE_CONNECTED, _NO_DATA)
    try:
        pipe._await(operation)  # pyright: ignore[reportPrivateUsage] - the same room
    except OSError:
        return False
    return True


def client_of(handle: int) -> int:
    """The process id of the client, by the system's word; 0 where it does not tell."""
    pid = ctypes.c_uint32(0)
    told = windows_processes.kernel().GetNamedPipeClientProcessId(ctypes.c_void_p(handle), ctypes.byref(pid))
    return pid.value if told else 0


def owner_only() -> Any:
    """Security attributes under which only the owner of the pipe, its maker, has any right to it. Raises OSError."""
    library: Any = getattr(ctypes, "WinDLL")("advapi32", use_last_error=True)  # noqa: B009 - not there elsewhere
    descriptor = ctypes.c_void_p()
    if not library.ConvertStringSecurityDescriptorToSecurityDescriptorW(
        "D:P(A;;GA;;;OW)", 1, ctypes.byref(descriptor), None
    ):
        raise OSError("the rights of the pipe could not be made")
    return _SecurityAttributes(ctypes.sizeof(_SecurityAttributes), descriptor, 0)


def lock_byte(fd: int) -> bool:
    """Lock the file's first byte until the descriptor closes; False where somebody else holds it."""
    import importlib

    system: Any = importlib.import_module("msvcrt")
    try:
        system.locking(fd, system.LK_NBLCK, 1)
    except OSError:
        return False
    return True

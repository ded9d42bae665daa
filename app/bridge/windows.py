"""The pump of Windows: a named pipe with overlapped I/O, so that a read and a write can be under way at once.

`_winapi` is what `multiprocessing.connection` stands on; what it lacks comes from ctypes. A pipe that another user made is not trusted.
"""

from __future__ import annotations

import os
import sys

if sys.platform != "win32":
    raise ImportError("the pump of Linux and macOS is app.bridge.posix")

import _winapi
import ctypes
import ctypes.wintypes as win
import msvcrt
import threading

from app.bridge.conversation import Conversation
from app.bridge.home import address
from app.bridge.launch import replace_gateway, start_gateway
from app.bridge.threaded import CHUNK, Link, ThreadedPump

ERROR_FILE_NOT_FOUND = 2
ERROR_PIPE_BUSY = 231
BUSY_MILLISECONDS = 100
SYNCHRONIZE = 0x00100000
IDENTIFY_ONLY = (
    0x00100000 | 0x00010000
)  # SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION: the other end may not act as us
SE_KERNEL_OBJECT = 6
OWNER_SECURITY_INFORMATION = 1
TOKEN_QUERY = 8
TOKEN_USER = 1


class PipeLink:
    """One end of a named pipe, opened with FILE_FLAG_OVERLAPPED."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._reading: _winapi.Overlapped | None = None
        self._closed = False

    def read(self) -> bytes:
        """See `Link.read`."""
        if self._closed:
            return b""
        try:
            operation, _ = _winapi.ReadFile(self._handle, CHUNK, overlapped=True)
            self._reading = operation
            count, _ = operation.GetOverlappedResult(True)
        except OSError:
            return b""
        found = operation.getbuffer()
        return bytes(found[:count]) if found else b""

    def write(self, data: bytes) -> None:
        """See `Link.write`."""
        rest = data
        while rest:
            operation, _ = _winapi.WriteFile(self._handle, rest, overlapped=True)
            count, _ = operation.GetOverlappedResult(True)
            rest = rest[count:]

    def close(self) -> None:
        """Ends a read that is under way, then the pipe."""
        if self._closed:
            return
        self._closed = True
        if self._reading is not None:
            self._reading.cancel()
        _winapi.CloseHandle(self._handle)


class TimedLink:
    """A connection that may be waited for (`app.bridge.succession.Line`): a timer closes one that says nothing for too long."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def send(self, data: bytes) -> None:
        """All of it. Raises OSError."""
        self._link.write(data)

    def receive(self, seconds: float) -> bytes:
        """The next bytes; empty at the end. Raises TimeoutError, after which the connection is of no use."""
        late = threading.Event()

        def end() -> None:
            late.set()
            self._link.close()

        timer = threading.Timer(seconds, end)
        timer.start()
        chunk = self._link.read()
        timer.cancel()
        if late.is_set():
            raise TimeoutError
        return chunk

    def close(self) -> None:
        """End it."""
        self._link.close()

    @property
    def peer(self) -> int:
        """Not asked for here: who hangs is left alone, and `doorkeep doctor` names it."""
        return 0


class StandardStreams:
    """Descriptors 0 and 1, bytes untouched."""

    def __init__(self) -> None:
        msvcrt.setmode(0, os.O_BINARY)
        msvcrt.setmode(1, os.O_BINARY)

    def read(self) -> bytes:
        """See `Link.read`."""
        return os.read(0, CHUNK)

    def write(self, data: bytes) -> None:
        """See `Link.write`."""
        rest = data
        while rest:
            rest = rest[os.write(1, rest) :]

    def close(self) -> None:
        """The process's end closes them."""


def connect(home: str) -> Link | None:
    """A connection to the gateway of `home`, or None: nobody listens, or somebody else does."""
    name = address(home)
    for attempt in range(2):
        try:
            handle = _winapi.CreateFile(
                name,
                _winapi.GENERIC_READ | _winapi.GENERIC_WRITE,
                0,
                _winapi.NULL,
                _winapi.OPEN_EXISTING,
                _winapi.FILE_FLAG_OVERLAPPED | IDENTIFY_ONLY,
                _winapi.NULL,
            )
        except OSError as error:
            if error.winerror != ERROR_PIPE_BUSY or attempt:
                return None
            try:
                _winapi.WaitNamedPipe(name, BUSY_MILLISECONDS)
            except OSError:
                return None
            continue
        if not owned_by_us(handle):
            _winapi.CloseHandle(handle)
            return None
        return PipeLink(handle)
    return None


def owned_by_us(handle: int) -> bool:
    """Whether the account that runs this process owns the object (GetSecurityInfo, EqualSid)."""
    advapi, kernel = ctypes.WinDLL("advapi32"), ctypes.WinDLL("kernel32")
    kernel.GetCurrentProcess.restype = win.HANDLE
    kernel.LocalFree.argtypes = [ctypes.c_void_p]
    owner, descriptor, token = ctypes.c_void_p(), ctypes.c_void_p(), win.HANDLE()
    failed = advapi.GetSecurityInfo(
        win.HANDLE(handle),
        SE_KERNEL_OBJECT,
        OWNER_SECURITY_INFORMATION,
        ctypes.byref(owner),
        None,
        None,
        None,
        ctypes.byref(descriptor),
    )
    if failed:
        return False
    try:
        if not advapi.OpenProcessToken(kernel.GetCurrentProcess(), TOKEN_QUERY, ctypes.byref(token)):
            return False
        try:
            room, size = ctypes.create_string_buffer(256), win.DWORD()
            if not advapi.GetTokenInformation(token, TOKEN_USER, room, len(room), ctypes.byref(size)):
                return False
            user = ctypes.c_void_p.from_buffer(room)  # TOKEN_USER begins with the SID's address
            return bool(advapi.EqualSid(user, owner))
        finally:
            kernel.CloseHandle(token)
    finally:
        kernel.LocalFree(descriptor)


def wait_for_parent() -> None:
    """Returns when the process that started this one has ended; never, where it may not be watched."""
    try:
        parent = _winapi.OpenProcess(SYNCHRONIZE, False, os.getppid())
    except OSError:
        return wait_for_ever()
    _winapi.WaitForSingleObject(parent, _winapi.INFINITE)
    return None


def wait_for_ever() -> None:
    """Holds its thread until the process ends."""
    import threading

    threading.Event().wait()


class Pump:
    """Moves bytes between the standard streams and the gateway's pipe until one side is done."""

    def __init__(self, home: str, server: str) -> None:
        talk = Conversation(home, server, os.getppid())
        streams = StandardStreams()
        self._pump = ThreadedPump(
            talk,
            streams,
            lambda: connect(home),
            lambda: start_gateway(home),
            wait_for_parent,
            lambda: replace_gateway(home),
        )

    def run(self) -> int:
        """The exit status."""
        return self._pump.run()

"""The pipe of Windows against a fake `_winapi` over sockets: what the real one does is documented, not at hand."""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import app.bridge.launch
import app.bridge.threaded
from app.bridge.conversation import Conversation

BUSY, MISSING, DENIED, BROKEN = 231, 2, 5, 109


class WinError(OSError):
    def __init__(self, winerror: int) -> None:
        super().__init__(winerror, f"winerror {winerror}")
        self.winerror = winerror


class Overlapped:
    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._found: Any = b""
        self.cancelled = False

    def GetOverlappedResult(self, wait: bool) -> tuple[int, int]:  # noqa: N802 - Windows' name
        assert wait
        self._found = self._work()
        if self._found in (b"", 0):
            raise WinError(BROKEN)
        return (self._found if isinstance(self._found, int) else len(self._found)), 0

    def getbuffer(self) -> Any:
        return self._found

    def cancel(self) -> None:
        self.cancelled = True


class FakeWinapi(types.ModuleType):
    """`opening` holds what each CreateFile gives: a socket, or the number of the error it raises."""

    GENERIC_READ, GENERIC_WRITE, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL, INFINITE = 1, 2, 3, 4, 0, 0xFFFFFFFF

    def __init__(self) -> None:
        super().__init__("_winapi")
        self.opening: list[Any] = []
        self.handles: dict[int, socket.socket] = {}
        self.closed: list[int] = []
        self.waited: list[str] = []
        self.flags: list[int] = []

    def CreateFile(self, name: str, access: int, share: int, security: int, how: int, flags: int, template: int) -> int:  # noqa: N802
        self.flags.append(flags)
        found = self.opening.pop(0)
        if isinstance(found, int):
            raise WinError(found)
        self.handles[found.fileno()] = found
        return found.fileno()

    def WaitNamedPipe(self, name: str, milliseconds: int) -> None:  # noqa: N802
        self.waited.append(name)

    def ReadFile(self, handle: int, size: int, overlapped: bool) -> tuple[Overlapped, int]:  # noqa: N802
        assert overlapped
        return Overlapped(lambda: self.handles[handle].recv(size)), 0

    def WriteFile(self, handle: int, data: bytes, overlapped: bool) -> tuple[Overlapped, int]:  # noqa: N802
        assert overlapped
        return Overlapped(lambda: self.handles[handle].send(data[:1000])), 0

    def CloseHandle(self, handle: int) -> None:  # noqa: N802
        self.closed.append(handle)
        self.handles[handle].close()


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Any:
    """app.bridge.windows, loaded as on Windows; the fake is its `_winapi`."""
    monkeypatch.setitem(sys.modules, "_winapi", FakeWinapi())
    monkeypatch.setitem(sys.modules, "msvcrt", types.ModuleType("msvcrt"))
    spec = importlib.util.find_spec("app.bridge.windows")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "win32")
        spec.loader.exec_module(module)
    monkeypatch.setattr(module, "owned_by_us", lambda handle: True)
    return module


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    yield near, far
    near.close()
    far.close()


def test_bytes_pass_both_ways_whatever_a_write_takes(room: Any, pair: tuple[socket.socket, socket.socket], home: str):
    near, far = pair
    room._winapi.opening = [near]
    link = room.connect(home)
    link.write(b"x" * 2500)
    assert far.recv(4000, socket.MSG_WAITALL | socket.MSG_DONTWAIT) == b"x" * 2500
    far.sendall(b"hello")
    assert link.read() == b"hello"


def test_the_gateway_may_not_act_in_our_name(room: Any, pair: tuple[socket.socket, socket.socket], home: str):
    room._winapi.opening = [pair[0]]
    room.connect(home)
    assert room._winapi.flags[0] & 0x00110000 == 0x00110000


def test_a_busy_pipe_is_tried_once_more(room: Any, pair: tuple[socket.socket, socket.socket], home: str):
    room._winapi.opening = [BUSY, pair[0]]
    assert room.connect(home) is not None
    assert len(room._winapi.waited) == 1


@pytest.mark.parametrize("errors", [[MISSING], [DENIED], [BUSY, BUSY]])
def test_where_nobody_listens_there_is_no_connection(room: Any, home: str, errors: list[int]):
    room._winapi.opening = list(errors)
    assert room.connect(home) is None


def test_a_pipe_that_somebody_else_made_is_closed_again(
    room: Any, pair: tuple[socket.socket, socket.socket], home: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(room, "owned_by_us", lambda handle: False)
    room._winapi.opening = [pair[0]]
    handle = pair[0].fileno()
    assert room.connect(home) is None
    assert room._winapi.closed == [handle]


def test_the_end_of_the_pipe_is_an_empty_read(room: Any, pair: tuple[socket.socket, socket.socket], home: str):
    room._winapi.opening = [pair[0]]
    link = room.connect(home)
    pair[1].close()
    assert link.read() == b""


def test_a_closed_link_cancels_its_read_and_reads_no_more(
    room: Any, pair: tuple[socket.socket, socket.socket], home: str
):
    room._winapi.opening = [pair[0]]
    link = room.connect(home)
    pair[1].sendall(b"x")
    link.read()
    link.close()
    link.close()
    assert link.read() == b""
    assert len(room._winapi.closed) == 1


def test_a_call_goes_through_the_threaded_pump(room: Any, pair: tuple[socket.socket, socket.socket], home: str):
    near, far = pair
    room._winapi.opening = [near]
    asked, answered = os.pipe(), os.pipe()

    class Streams:
        def read(self) -> bytes:
            return os.read(asked[0], 65536)

        def write(self, data: bytes) -> None:
            os.write(answered[1], data)

        def close(self) -> None: ...

    os.write(asked[1], b'{"jsonrpc":"2.0","id":1,"method":"tools/call"}\n')
    far.sendall(b'{"doorkeep":1}\n{"jsonrpc":"2.0","id":1,"result":{}}\n')
    os.close(asked[1])
    talk = Conversation(home, "filesystem", 1)
    assert app.bridge.threaded.ThreadedPump(talk, Streams(), lambda: room.connect(home), lambda: None).run() == 0
    assert os.read(answered[0], 1000).startswith(b'{"jsonrpc":"2.0","id":1,')
    for fd in (asked[0], *answered):
        os.close(fd)


class Silent:
    """A connection whose reads last until it is closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.said = b""

    def read(self) -> bytes:
        assert self.closed.wait(30)
        return b""

    def write(self, data: bytes) -> None:
        self.said += data

    def close(self) -> None:
        self.closed.set()


def test_a_gateway_that_says_nothing_is_waited_for_no_longer_than_asked(room: Any):
    silent = Silent()
    line = room.TimedLink(silent)
    line.send(b"hello\n")
    with pytest.raises(TimeoutError):
        line.receive(0.05)
    assert silent.said == b"hello\n"
    assert line.peer == 0, "nobody is ever ended by force whom the system does not name"


def test_a_gateway_that_ends_is_told_from_one_that_says_nothing(room: Any):
    silent = Silent()
    silent.close()
    assert room.TimedLink(silent).receive(30.0) == b""

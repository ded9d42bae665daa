"""The named pipe against a fake `_winapi` over sockets: what the real one does is documented, not at hand."""

from __future__ import annotations

import ctypes
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.core.errors import DoorkeepError
from app.gateway import windows_door, windows_processes
from app.gateway.loop_windows import ThreadedLoop
from app.gateway.windows_door import Pipe, WindowsDoor

Turn = Callable[..., Any]


class Operation:
    """An overlapped call: the work is done while somebody waits for it."""

    def __init__(self, work: Callable[[], Any], cancel: Callable[[], None]) -> None:
        self.work = work
        self.cancel = cancel
        self.found: Any = b""

    def GetOverlappedResult(self, wait: bool) -> tuple[int, int]:  # noqa: N802 - Windows' name, here and below
        assert wait
        self.found = self.work()
        return (self.found if isinstance(self.found, int) else len(self.found)), 0

    def getbuffer(self) -> Any:
        return self.found


class FakeWinapi:
    """Each instance is a socket pair; `clients` gives a test the far ends in the order of the instances."""

    def __init__(self) -> None:
        self.modes: list[int] = []
        self.names: list[str] = []
        self.taken = False
        self.near: dict[int, socket.socket] = {}
        self.far: queue.SimpleQueue[socket.socket] = queue.SimpleQueue()
        self.opened: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def CreateNamedPipe(self, name: str, mode: int, pipe_mode: int, *_more: int) -> int:  # noqa: N802
        if self.taken:
            raise PermissionError(13, "Access is denied")
        assert pipe_mode == 0x8
        self.names.append(name)
        self.modes.append(mode)
        near, far = socket.socketpair()
        self.near[near.fileno()] = near
        self.far.put(far)
        return near.fileno()

    def ConnectNamedPipe(self, handle: int, overlapped: bool) -> Operation:  # noqa: N802
        def wait() -> int:
            if not self.opened.get():
                raise OSError("cancelled")
            return 0

        return Operation(wait, lambda: self.opened.put(False))

    def ReadFile(self, handle: int, size: int, overlapped: bool) -> tuple[Operation, int]:  # noqa: N802
        near = self.near[handle]
        return Operation(lambda: near.recv(size), lambda: near.shutdown(socket.SHUT_RDWR)), 0

    def WriteFile(self, handle: int, data: bytes, overlapped: bool) -> tuple[Operation, int]:  # noqa: N802
        near = self.near[handle]
        return Operation(lambda: near.send(data[:1000]), lambda: near.shutdown(socket.SHUT_RDWR)), 0

    def CloseHandle(self, handle: int) -> None:  # noqa: N802
        self.near.pop(handle).close()

    def client(self) -> socket.socket:
        """A client opens the waiting instance."""
        far = self.far.get(timeout=20)
        far.settimeout(20)
        self.opened.put(True)
        return far


@pytest.fixture
def winapi(monkeypatch: pytest.MonkeyPatch) -> FakeWinapi:
    found = FakeWinapi()
    monkeypatch.setattr(windows_door, "api", lambda: found)
    monkeypatch.setattr(windows_door, "lock_byte", lambda fd: True)
    monkeypatch.setattr(windows_door, "owner_only", lambda: ctypes.c_int(0))
    monkeypatch.setattr(windows_door, "client_of", lambda handle: 4711)
    monkeypatch.setattr(windows_processes, "package", lambda: "")
    return found


class House:
    """An open door and whoever came."""

    def __init__(self, home: str) -> None:
        door = WindowsDoor.claim(home)
        assert door is not None
        self.door = door
        self.loop = ThreadedLoop()
        self.met: list[tuple[Pipe, int, str]] = []
        door.open(self.loop, lambda pipe, pid, refused: self.met.append((pipe, pid, refused)))


@pytest.fixture
def house(winapi: FakeWinapi, home: str) -> Iterator[House]:
    found = House(home)
    yield found
    found.door.close()
    for pipe, _pid, _refused in found.met:
        pipe.close()
    while not winapi.far.empty():
        winapi.far.get().close()
    for thread in threading.enumerate():
        if thread.name == "door":
            thread.join(20)


def turn(house: House, fn: Callable[[], object], wait_until: Turn) -> None:
    def turned() -> object:
        house.loop.tick(0.01)
        return fn()

    wait_until(turned)


def test_clients_come_one_after_the_other_and_a_next_instance_always_waits(
    house: House, winapi: FakeWinapi, wait_until: Turn
) -> None:
    with winapi.client() as one, winapi.client() as other:
        turn(house, lambda: len(house.met) == 2, wait_until)
        assert [(pid, refused) for _pipe, pid, refused in house.met] == [(4711, ""), (4711, "")]
        pipe = house.met[0][0]
        channel = house.loop.channel(pipe, pipe, lambda chunk: channel.write(chunk.upper() * 1000))
        one.sendall(b"hello")
        turn(house, lambda: channel.pending, wait_until)
        house.loop.tick(0)
        got = b""
        while len(got) < 5000:
            got += one.recv(10_000)
        assert got == b"HELLO" * 1000
        other.close()
        turn(house, lambda: channel.pending == 0, wait_until)
        channel.close()
        house.met.pop(0)
    assert len(winapi.modes) == 3


def test_only_the_first_instance_claims_the_name_and_all_are_overlapped(
    house: House, winapi: FakeWinapi, wait_until: Turn
) -> None:
    with winapi.client():
        turn(house, lambda: house.met, wait_until)
    assert winapi.modes == [0x3 | 0x40000000 | 0x00080000, 0x3 | 0x40000000]
    assert set(winapi.names) == {house.door.address}


def test_closing_a_pipe_ends_a_read_that_is_under_way(house: House, winapi: FakeWinapi, wait_until: Turn) -> None:
    with winapi.client():
        turn(house, lambda: house.met, wait_until)
        pipe = house.met.pop()[0]
        heard: list[str] = []
        channel = house.loop.channel(pipe, pipe, lambda _: None, heard.append)
        channel.close()
        wait_until(lambda: pipe.handle not in winapi.near)


def test_a_name_that_somebody_else_took_is_refused_in_words(winapi: FakeWinapi, home: str) -> None:
    winapi.taken = True
    door = WindowsDoor.claim(home)
    assert door is not None
    with pytest.raises(DoorkeepError, match="cannot be made"):
        door.open(ThreadedLoop(), lambda *_: None)
    door.close()


def test_a_second_gateway_is_told_by_the_lock(winapi: FakeWinapi, home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows_door, "lock_byte", lambda fd: False)
    assert WindowsDoor.claim(home) is None


def test_inside_a_foreign_package_it_refuses_to_serve(
    winapi: FakeWinapi, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows_processes, "package", lambda: "Claude_1.0_x64__pzs8sxrjxfjjc")
    with pytest.raises(DoorkeepError, match="inside the package Claude_1"):
        WindowsDoor.claim(home)

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import DoorkeepError
from app.gateway.loop import Loop
from app.gateway.posix_door import PosixDoor

Turn = Callable[..., object]

DIAL = "import os,socket,sys; os.setuid(65534); s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.recv(1)"


def test_who_comes_in_is_named_by_the_kernel(loop: Loop, home: str, turn_until: Turn) -> None:
    door = PosixDoor.claim(home)
    assert door is not None
    met: list[tuple[int, str]] = []

    def arrived(fd: int, pid: int, refused: str) -> None:
        os.close(fd)
        met.append((pid, refused))

    door.open(loop, arrived)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(door.address)
        turn_until(lambda: met)
    door.close()
    assert met == [(os.getpid(), "")]


@pytest.mark.needs_root
def test_another_user_is_refused(loop: Loop, turn_until: Turn) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to become another user")
    home = tempfile.mkdtemp(dir="/tmp")
    door = PosixDoor.claim(home)
    assert door is not None
    met: list[str] = []

    def arrived(fd: int, _pid: int, refused: str) -> None:
        os.close(fd)
        met.append(refused)

    door.open(loop, arrived)
    for path in (home, os.path.dirname(door.address), door.address):
        os.chmod(path, 0o777)  # let the other user reach the socket: only the peer check is left to refuse it
    with subprocess.Popen([sys.executable, "-c", DIAL, door.address]) as process:
        turn_until(lambda: met or process.poll() is not None)
    door.close()
    shutil.rmtree(home)
    assert met == ["it runs as another user"]


def test_the_lock_is_given_back_for_the_next_gateway(home: str) -> None:
    first = PosixDoor.claim(home)
    assert first is not None
    assert PosixDoor.claim(home) is None
    first.close()
    second = PosixDoor.claim(home)
    assert second is not None
    second.close()


def test_a_shut_door_accepts_nobody_and_keeps_the_lock(loop: Loop, home: str) -> None:
    door = PosixDoor.claim(home)
    assert door is not None
    door.open(loop, lambda fd, pid, refused: os.close(fd))
    door.shut()
    with socket.socket(socket.AF_UNIX) as connection, pytest.raises(OSError, match="No such file"):
        connection.connect(door.address)
    assert PosixDoor.claim(home) is None
    door.close()


def test_a_socket_that_cannot_be_made_is_an_error_in_words(
    loop: Loop, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = PosixDoor.claim(home)
    assert door is not None
    os.mkdir(door.address)
    (Path(door.address) / "x").write_text("")
    with pytest.raises((DoorkeepError, IsADirectoryError, PermissionError)):
        door.open(loop, lambda fd, pid, refused: os.close(fd))
    door.close()

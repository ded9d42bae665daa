from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.control.posix_stream import SocketStream


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[tuple[SocketStream, socket.socket]]:
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "s"))
        door.listen()
        stream = SocketStream(str(tmp_path / "s"))
        far, _ = door.accept()
        with far:
            yield stream, far
        stream.close()


def test_bytes_go_both_ways_and_the_end_is_empty(ends: tuple[SocketStream, socket.socket]) -> None:
    stream, far = ends
    stream.send(b"question")
    assert far.recv(100) == b"question"
    far.sendall(b"answer")
    assert stream.receive(20) == b"answer"
    far.close()
    assert stream.receive(20) == b""


def test_waiting_has_a_bound(ends: tuple[SocketStream, socket.socket]) -> None:
    with pytest.raises(TimeoutError):
        ends[0].receive(0)


def test_nobody_there_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SocketStream(str(tmp_path / "none"))

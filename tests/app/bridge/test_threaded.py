from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.bridge.conversation import Conversation
from app.bridge.home import address
from app.bridge.threaded import ThreadedPump
from app.version import VERSION
from tests.fakes.gateway import FakeGateway

BOUND = 20.0


class SocketLink:
    """Blocks as a Windows pipe would."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def read(self) -> bytes:
        return self._connection.recv(65536)

    def write(self, data: bytes) -> None:
        self._connection.sendall(data)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()


class Client:
    def __init__(self, home: str) -> None:
        self.near, self._far = socket.socketpair()
        self.near.settimeout(BOUND)
        self._reader = self.near.makefile("rb")
        self.starts = 0
        self.replaced = 0
        self.parent = threading.Event()
        self.status: int | None = None
        self._home = home
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        def connect() -> SocketLink | None:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(address(self._home))
            except OSError:
                connection.close()
                return None
            return SocketLink(connection)

        def start() -> None:
            self.starts += 1

        def replace() -> None:
            self.replaced += 1

        talk = Conversation(self._home, "filesystem", 1)
        parent = self.parent.wait
        self.status = ThreadedPump(talk, SocketLink(self._far), connect, start, lambda: bool(parent()), replace).run()

    def send(self, message: Any) -> None:
        self.near.sendall(json.dumps(message).encode() + b"\n")

    def read(self) -> Any:
        return json.loads(self._reader.readline())

    def join(self) -> int | None:
        self._thread.join(BOUND)
        assert not self._thread.is_alive()
        return self.status

    def end(self) -> None:
        self.parent.set()
        self._thread.join(BOUND)
        self._reader.close()
        self.near.close()
        self._far.close()


@pytest.fixture
def client(home: str) -> Iterator[Callable[[], Client]]:
    started: list[Client] = []

    def start() -> Client:
        started.append(Client(home))
        return started[-1]

    yield start
    for one in started:
        one.end()


CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "read_file", "arguments": {}}}


def test_lines_pass_both_ways(gateway: FakeGateway, client: Callable[[], Client]):
    one = client()
    peer = gateway.accept()
    one.send(CALL)
    peer.answer(peer.read(), {"content": []})
    assert one.read() == {"jsonrpc": "2.0", "id": 1, "result": {"content": []}}


def test_a_large_answer_passes_whole(gateway: FakeGateway, client: Callable[[], Client]):
    one = client()
    peer = gateway.accept()
    one.send(CALL)
    peer.answer(peer.read(), {"content": [{"type": "text", "text": "x" * 3_000_000}]})
    assert len(one.read()["result"]["content"][0]["text"]) == 3_000_000


def test_it_ends_with_the_input_after_the_answers_in_flight(gateway: FakeGateway, client: Callable[[], Client]):
    one = client()
    peer = gateway.accept()
    one.send(CALL)
    request = peer.read()
    one.near.shutdown(socket.SHUT_WR)
    peer.answer(request, {"content": []})
    assert one.read()["id"] == 1
    assert one.join() == 0


def test_it_ends_with_its_parent(gateway: FakeGateway, client: Callable[[], Client]):
    one = client()
    gateway.accept()
    one.parent.set()
    assert one.join() == 0


def test_a_call_lost_with_the_gateway_gets_one_error_and_the_session_goes_on(
    home: str, gateway: FakeGateway, client: Callable[[], Client]
):
    one = client()
    peer = gateway.accept()
    one.send(CALL)
    peer.read()
    gateway.end()
    assert one.read()["result"]["isError"] is True
    again = FakeGateway(home)
    peer = again.accept()
    one.send({**CALL, "id": 2})
    request = peer.read()
    assert request["id"] == 2, "the lost call was not sent again"
    peer.answer(request, {"content": []})
    assert one.read()["id"] == 2
    again.end()


def test_a_gateway_that_is_not_there_is_started_once(
    home: str, client: Callable[[], Client], wait_until: Callable[..., object]
):
    one = client()
    wait_until(lambda: one.starts)
    late = FakeGateway(home)
    one.send(CALL)
    peer = late.accept()
    peer.answer(peer.read(), {"content": []})
    assert one.read()["id"] == 1
    assert one.starts == 1
    late.end()


@pytest.mark.parametrize(("version", "replaced"), [("0.0.1", 1), (VERSION, 0)])
def test_an_older_gateway_is_replaced_once_and_served_by_meanwhile(
    client: Callable[[], Client], gateway: FakeGateway, version: str, replaced: int
):
    one = client()
    for _ in range(2):
        peer = gateway.accept(greet=False)
        peer.send({"doorkeep": 1, "version": version, "pid": 1})
        one.send(CALL)
        peer.answer(peer.read(), {})
        assert one.read() == {"jsonrpc": "2.0", "id": 1, "result": {}}
        assert one.replaced == replaced
        peer.close()


def test_a_gateway_that_takes_the_connection_and_says_nothing_is_given_up_in_words(
    client: Callable[[], Client], gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.bridge.seeking.START_SECONDS", 0.3)
    one = client()
    one.send(CALL)
    gateway.accept(greet=False)
    answer = one.read()["result"]
    assert answer["isError"]
    assert "does not answer, so nothing was done" in answer["content"][0]["text"]

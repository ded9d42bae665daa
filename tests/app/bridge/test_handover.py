"""A bridge that handed its client's streams over: it sleeps, and takes over again whenever the gateway lets go or dies."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("descriptors handed over on Linux", allow_module_level=True)

from app.bridge.framing import BACK, GO, HAND, LAYOUT, TAKEN
from app.bridge.ledger import Ledger
from tests.fakes.client import BridgeProcess
from tests.fakes.gateway import FakeGateway, Peer

Start = Callable[..., BridgeProcess]
WELCOME = {"doorkeep": 1, "version": "0", "pid": 1, "hands": LAYOUT}


class Taken:
    """What the bridge handed to a gateway played by hand."""

    def __init__(self, peer: Peer) -> None:
        chunk, fds, _, _ = socket.recv_fds(peer.connection, len(HAND), 3)
        assert chunk == HAND
        peer.send_bytes(TAKEN)
        assert peer.connection.recv(len(GO)) == GO
        self.source, self.sink, memory = fds
        os.set_blocking(self.source, True)
        self.ledger = Ledger(memory)
        os.close(memory)

    def take(self, entry: bytes | None = None) -> Any:
        """The next request, noted as its line or as `entry`."""
        while (line := self.ledger.line()) == b"\n":
            self.ledger.read(self.source)
        message = json.loads(line)
        assert self.ledger.enter(json.dumps(message["id"]).encode(), entry or line)
        self.ledger.took(line)
        return message

    def say(self, message: Any) -> None:
        os.write(self.sink, json.dumps(message).encode() + b"\n")

    def close(self) -> None:
        if self.source >= 0:
            os.close(self.source)
            os.close(self.sink)
            self.ledger.close()
            self.source = -1


@pytest.fixture
def handed(gateway: FakeGateway, bridge: Start) -> Iterator[tuple[BridgeProcess, Peer, Taken]]:
    client = bridge()
    peer = gateway.accept(greet=False)
    peer.send(WELCOME)
    taken = Taken(peer)
    yield client, peer, taken
    taken.close()


Handed = tuple[BridgeProcess, Peer, Taken]


def test_calls_pass_without_the_bridge_which_sleeps(handed: Handed, wait_until: Callable[..., object]) -> None:
    client, _, taken = handed
    wait_until(lambda: b") S " in Path(f"/proc/{client.pid}/stat").read_bytes())
    before = switches(client.pid)
    for number in range(5):
        client.call(number, "read_file")
        request = taken.take()
        taken.say({"jsonrpc": "2.0", "id": request["id"], "result": {}})
        assert client.answer(number)["result"] == {}
    assert switches(client.pid) == before


def switches(pid: int) -> str:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(line for line in status.splitlines() if line.startswith("voluntary"))


def test_a_gateway_that_dies_costs_each_call_one_error_and_the_rest_goes_to_the_next(
    handed: Handed, gateway: FakeGateway
) -> None:
    client, peer, taken = handed
    client.call(1, "write_file")
    client.call(2, "write_file")
    client.request(3, "tools/list")
    client.call(4, "read_file")
    taken.take(b'{"jsonrpc":"2.0","id":1,"method":"tools/call"}')
    taken.take(b'{"jsonrpc":"2.0","id":2,"method":"tools/call"}')
    taken.take()
    taken.ledger.read(taken.source) if taken.ledger.line() == b"\n" else None
    taken.close()
    peer.close()
    assert [client.read()["result"]["isError"] for _ in range(2)] == [True, True]
    after = gateway.accept()
    again = [after.read(), after.read()]
    assert sorted(message["id"] for message in again) == [3, 4]
    for message in again:
        after.answer(message, {"ok": message["id"]})
    assert sorted(client.read()["id"] for _ in range(2)) == [3, 4]


def test_half_a_line_is_ended_before_the_bridge_speaks(handed: Handed) -> None:
    client, peer, taken = handed
    client.call(1, "read_file")
    taken.take(b'{"jsonrpc":"2.0","id":1,"method":"tools/call"}')
    taken.ledger.tearing(True)
    os.write(taken.sink, b'{"jsonrpc":"2.0","id":1,"resu')
    taken.close()
    peer.close()
    assert client.read_line() == b'{"jsonrpc":"2.0","id":1,"resu'
    assert client.read()["id"] == 1


def test_what_was_read_and_not_recorded_reaches_the_next_gateway(handed: Handed, gateway: FakeGateway) -> None:
    client, peer, taken = handed
    client.call(7, "read_file", path="x" * 3000)
    taken.ledger.read(taken.source)
    taken.close()
    peer.close()
    message = gateway.accept().read()
    assert (message["id"], message["params"]["arguments"]["path"]) == (7, "x" * 3000)


def test_the_handshake_made_meanwhile_goes_with_the_next_hello(handed: Handed, gateway: FakeGateway) -> None:
    client, peer, taken = handed
    client.initialize()
    request = taken.take()
    assert taken.ledger.opens(json.dumps(request).encode())
    taken.say({"jsonrpc": "2.0", "id": "init", "result": {}})
    taken.ledger.opened()
    taken.ledger.leave(b'"init"')
    client.answer("init")
    taken.close()
    peer.close()
    assert gateway.accept().hello["initialize"]["clientInfo"]["name"] == "fake"


def test_given_back_the_bridge_pumps_on_with_what_is_owed(handed: Handed) -> None:
    client, peer, taken = handed
    client.call(1, "read_file")
    taken.take()
    client.call(2, "read_file")
    taken.ledger.read(taken.source)
    taken.close()
    peer.send_bytes(BACK[:10])
    peer.send_bytes(BACK[10:] + b'{"jsonrpc":"2.0","id":1,"result":{}}\n')
    assert client.answer(1)["result"] == {}
    second = peer.read()
    assert second["id"] == 2
    peer.answer(second, {})
    assert client.answer(2)["result"] == {}
    client.call(3, "read_file")
    third = peer.read()
    assert third["id"] == 3, "nothing is handed over before the client has spoken to the bridge itself"
    peer.answer(third, {})
    assert client.answer(3)["result"] == {}
    Taken(peer).close()


def test_an_end_of_input_that_the_gateway_found_ends_the_bridge(handed: Handed) -> None:
    client, peer, taken = handed
    client.call(1, "read_file")
    taken.take()
    taken.say({"jsonrpc": "2.0", "id": 1, "result": {}})
    client.answer(1)
    client.close_input()
    assert os.read(taken.source, 10) == b""
    taken.ledger.leave(b"1")
    taken.close()
    peer.send_bytes(BACK)
    assert client.wait() == 0


def test_a_bridge_that_is_killed_leaves_nobody_waiting(handed: Handed) -> None:
    client, peer, taken = handed
    client.process.send_signal(signal.SIGKILL)
    assert peer.connection.recv(10) == b""
    taken.close()
    assert client.read_line() == b""


def test_a_bridge_told_to_pump_hands_nothing_over(gateway: FakeGateway, home: str) -> None:
    client = BridgeProcess("--home", home, "filesystem", pump=True)
    try:
        peer = gateway.accept(greet=False)
        peer.send(WELCOME)
        client.call(1, "read_file")
        peer.answer(peer.read(), {})
        assert client.answer(1)["result"] == {}
        client.call(2, "read_file")
        assert peer.read()["id"] == 2
    finally:
        client.end()


def test_what_the_gateway_still_had_to_say_is_written_before_it_may_begin(gateway: FakeGateway, bridge: Start) -> None:
    client = bridge()
    peer = gateway.accept(greet=False)
    client.call(1, "read_file")
    client.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}})
    peer.send(WELCOME)
    chunk, fds = b"", []
    while not chunk.endswith(HAND):
        more, others, _, _ = socket.recv_fds(peer.connection, 10_000, 3)
        chunk, fds = chunk + more, fds + others
    late = b'{"jsonrpc":"2.0","id":1,"result":{"late":"%b"}}\n' % (b"x" * 500_000)
    peer.send_bytes(late + TAKEN)
    assert client.read_line() + b"\n" == late
    assert peer.connection.recv(len(GO)) == GO
    for fd in fds:
        os.close(fd)


def test_a_gateway_that_owes_something_gives_back_at_once(gateway: FakeGateway, bridge: Start) -> None:
    client = bridge()
    peer = gateway.accept(greet=False)
    peer.send(WELCOME)
    _, fds, _, _ = socket.recv_fds(peer.connection, len(HAND), 3)
    for fd in fds:
        os.close(fd)
    peer.send_bytes(BACK)
    client.call(1, "read_file")
    assert peer.read()["id"] == 1


@pytest.mark.parametrize("hands", [0, LAYOUT + 1, None])
def test_a_gateway_of_another_layout_gets_no_streams(gateway: FakeGateway, bridge: Start, hands: int | None) -> None:
    client = bridge()
    peer = gateway.accept(greet=False)
    peer.send({**WELCOME, "hands": hands})
    for number in (1, 2):
        client.call(number, "read_file")
        assert peer.read()["id"] == number
        peer.answer({"id": number}, {})
        assert client.answer(number)["result"] == {}

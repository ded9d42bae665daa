"""A client's streams in the gateway's hands: lines in, answers out, and back to the bridge whenever something is unusual."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator

import pytest

if sys.platform != "linux":
    pytest.skip("descriptors handed over on Linux", allow_module_level=True)

from app.bridge import ledger as ledgers
from app.bridge.framing import BACK
from app.bridge.ledger import AREA, SLOTS, Ledger
from app.gateway.channel import Channel
from app.gateway.handover import Streams, receive
from app.gateway.loop import Loop


class Client:
    """The far ends of both streams, the bridge's view of the ledger, and what the gateway made of it."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        theirs_in, self.sink = os.pipe()
        self.source, theirs_out = os.pipe()
        os.set_blocking(self.source, False)
        memory = ledgers.make()
        self.ledger = Ledger(memory)
        self.door: list[bytes] = []
        self.lines: list[bytes] = []
        self.lost: list[str] = []
        self.after: list[Channel] = []
        self.streams = Streams(
            loop,
            [theirs_in, theirs_out, memory],
            door=self.door.append,
            on_line=self.lines.append,
            after=self.after.append,
            on_loss=self.lost.append,
        )

    def say(self, raw: bytes) -> None:
        while raw:
            raw = raw[os.write(self.sink, raw[:30_000]) :]
            self.loop.tick(0)

    def answer(self, line: bytes) -> None:
        self.streams.send(line)
        self.loop.tick(0)

    def heard(self) -> bytes:
        try:
            return os.read(self.source, 1 << 20)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        self.streams.close()
        self.loop.tick(0)
        for fd in (self.sink, self.source):
            if fd >= 0:
                os.close(fd)
        self.ledger.close()


@pytest.fixture
def client() -> Iterator[Client]:
    loop = Loop()
    one = Client(loop)
    yield one
    one.close()
    loop.close()


def call(number: int, extra: bytes = b"") -> bytes:
    return b'{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"x"%b}}\n' % (number, extra)


def done(number: int, size: int = 2) -> bytes:
    return b'{"jsonrpc":"2.0","id":%d,"result":{"x":"%b"}}\n' % (number, b"y" * size)


def test_a_request_is_in_the_ledger_until_its_answer_was_written(client: Client) -> None:
    client.say(call(1) + call(2))
    assert client.lines == [call(1)[:-1], call(2)[:-1]]
    assert len(client.ledger.in_flight()) == 2
    assert client.ledger.input() == b""
    client.answer(done(1))
    assert client.heard() == done(1)
    assert client.ledger.in_flight() == [b'{"jsonrpc":"2.0","id":2,"method":"tools/call"}']
    client.answer(b'{"jsonrpc":"2.0","id":2,"error":{"code":-1,"message":"no"}}\n')
    assert client.ledger.in_flight() == []
    assert len(client.after) == 1


def test_what_changes_nothing_is_noted_whole_and_a_modern_call_as_modern(client: Client) -> None:
    listing = b'{"jsonrpc":"2.0","id":"a","method":"tools/list","params":{"cursor":"c"}}'
    meta = b',"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}'
    client.say(listing + b"\n" + call(2, meta))
    assert listing in client.ledger.in_flight()
    assert b"2026-07-28" in b"".join(client.ledger.in_flight())


def test_the_handshake_is_remembered_and_whether_it_was_answered(client: Client) -> None:
    opening = b'{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}'
    client.say(opening + b"\n")
    assert client.ledger.handshake() == (opening, False)
    client.answer(done(0))
    assert client.ledger.handshake() == (opening, True)


def test_a_call_that_was_taken_back_waits_for_nothing(client: Client) -> None:
    client.say(call(5) + b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}\n')
    client.say(b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}\n')
    assert client.ledger.in_flight() == []
    assert len(client.lines) == 3


@pytest.mark.parametrize(
    "line", [b"no json", b'{"jsonrpc":"2.0","id":null,"method":"x"}', b'{"id":1,"result":{}}', b"[" * 5000]
)
def test_what_is_no_request_passes_unnoted(client: Client, line: bytes) -> None:
    client.say(line + b"\n\n")
    assert (client.lines, client.ledger.in_flight()) == ([line], [])


def test_the_end_of_the_clients_stream_gives_everything_back(client: Client) -> None:
    client.say(call(1) + b'{"half')
    os.close(client.sink)
    client.sink = -1
    client.loop.tick(0)
    client.loop.tick(0)
    assert client.door == [BACK]
    assert client.ledger.input() == b'{"half'
    assert len(client.ledger.in_flight()) == 1
    client.answer(done(1))
    assert (client.door, client.heard()) == ([BACK, done(1)], b"")


def test_a_line_too_long_for_the_ledger_goes_back_with_its_beginning(client: Client) -> None:
    client.say(call(1) + b"x" * AREA)
    client.loop.tick(0)
    rest = client.ledger.input()
    assert client.door == [BACK]
    assert rest
    assert set(rest) == {ord("x")}


def test_too_many_requests_go_back_from_the_first_that_finds_no_room(client: Client) -> None:
    client.say(b"".join(call(n) for n in range(SLOTS + 3)))
    client.loop.tick(0)
    assert len(client.lines) == len(client.ledger.in_flight()) == SLOTS
    assert client.ledger.input().startswith(call(SLOTS))
    assert client.door == [BACK]


def test_a_slow_reader_gets_whole_lines_and_the_ledger_says_where_one_is_torn(client: Client) -> None:
    client.say(call(1) + call(2))
    client.streams.send(done(1, 200_000))
    client.answer(done(2))
    assert client.ledger.torn
    assert len(client.ledger.in_flight()) == 2
    client.streams.give_back()
    client.loop.tick(0)
    assert client.door == []
    got = b""
    while len(got) < len(done(1, 200_000) + done(2)):
        got += client.heard()
        client.loop.tick(0.01)
    client.loop.tick(0)
    assert got == done(1, 200_000) + done(2)
    assert (client.ledger.torn, client.ledger.in_flight(), client.door) == (False, [], [BACK])


def test_given_back_while_idle_the_bridge_has_them_at_once(client: Client) -> None:
    client.streams.give_back()
    client.streams.give_back()
    assert client.door == [BACK]
    client.loop.tick(0)
    assert client.streams.gone


@pytest.mark.parametrize("wrong", ["two", "file", "ledger"])
def test_descriptors_that_are_no_streams_are_closed(wrong: str, tmp_path: Callable[..., object]) -> None:
    reader, writer = os.pipe()
    memory = ledgers.make()
    fds = [reader, writer, memory]
    if wrong == "two":
        fds = fds[:2]
        os.close(memory)
    elif wrong == "file":
        os.close(writer)
        fds[1] = os.open(f"{tmp_path}/file", os.O_CREAT | os.O_WRONLY)
    else:
        os.ftruncate(memory, 10)
    loop = Loop()
    with pytest.raises(ValueError, match="ledger"):
        Streams(loop, fds, door=lambda _: None, on_line=lambda _: None, after=lambda _: None, on_loss=lambda _: None)
    loop.close()
    for fd in fds:
        with pytest.raises(OSError, match="descriptor"):
            os.fstat(fd)


def test_descriptors_come_with_the_bytes_and_are_not_inherited() -> None:
    one, other = socket.socketpair()
    with one, other:
        socket.send_fds(one, [b"hello"], [0, 1])
        chunk, fds = receive(other, 100)
        assert (chunk, len(fds)) == (b"hello", 2)
        for fd in fds:
            assert not os.get_inheritable(fd)
            os.close(fd)

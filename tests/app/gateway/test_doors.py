from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.bridge.home import address
from app.core.errors import DoorkeepError
from app.core.settings import ServerSetting, Settings
from app.gateway import doors
from app.gateway.channel import HIGH, Channel
from app.gateway.doors import Door, Reception
from app.gateway.log import GatewayLog
from app.gateway.loop import Loop
from app.gateway.peer import Peer
from app.gateway.supervisor import Supervisor
from servers.runtime import wire

Turn = Callable[..., Any]
FAKE = str(Path(__file__).parents[2] / "fakes" / "plain_server.py")


class Guest:
    """Answers each line with the same line, and keeps it."""

    def __init__(self, send: Callable[[bytes], None], peer: Peer | None = None) -> None:
        self.send = send
        self.peer = peer
        self.lines: list[bytes] = []
        self.long: list[object] = []
        self.ended = False
        self.outlet: Callable[[], Any] = lambda: None

    def receive(self, line: bytes) -> None:
        self.lines.append(line)
        self.send(line + b"\n")

    def too_long(self, id_: wire.RequestId | None) -> None:
        self.long.append(id_)

    def closed(self) -> None:
        self.ended = True


class House:
    """A door on a hand-turned loop, and the guests that came in."""

    def __init__(self, loop: Loop, home: str, turn: Turn) -> None:
        self.turn = turn
        self.home = home
        door = Door.claim(home)
        assert door is not None
        self.door = door
        self.guests: list[Guest] = []
        self.intruders: list[str] = []
        self.full: Channel | None = None
        self.supervisor = Supervisor(loop, home, GatewayLog(home))
        self.reception = Reception(
            loop,
            GatewayLog(home),
            session=lambda peer, send: self.come_in(Guest(send, peer)),
            control=lambda channel, pid: self.come_in(Guest(channel.write)),
            backlog=lambda server: self.full,
            groups=self.supervisor.groups,
            intruder=lambda pid, words: self.intruders.append(words),
        )
        door.open(loop, self.reception.arrived)
        self.connections: list[socket.socket] = []

    def come_in(self, guest: Guest) -> Guest:
        self.guests.append(guest)
        return guest

    def dial(self, *lines: Any) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self.door.address)
        connection.setblocking(False)
        for line in lines:
            connection.sendall(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")
        self.connections.append(connection)
        return connection

    def answer(self, connection: socket.socket) -> Any:
        got = bytearray()

        def read() -> bool:
            try:
                chunk = connection.recv(65536)
            except BlockingIOError:
                return False
            except ConnectionResetError:
                chunk = b""
            got.extend(chunk)
            return not chunk or got.endswith(b"\n")

        self.turn(read)
        return json.loads(got) if got else None


@pytest.fixture
def house(loop: Loop, home: str, turn_until: Turn) -> Iterator[House]:
    found = House(loop, home, turn_until)
    yield found
    found.supervisor.end_at_once()
    for connection in found.connections:
        connection.close()
    turn_until(lambda: not (found.reception.sessions | found.reception.controls | found.reception.strangers))
    found.door.close()


SESSION = {"doorkeep": 1, "as": "session", "server": "filesystem", "ppid": 4711, "initialize": {"a": 1}}
CONTROL = {"doorkeep": 1, "as": "control"}


def test_a_session_is_greeted_and_given_what_its_bridge_said(house: House) -> None:
    connection = house.dial(SESSION)
    assert house.answer(connection) == {
        "doorkeep": 1,
        "version": doors.VERSION,
        "pid": os.getpid(),
        **({"hands": 1} if doors.HANDS else {}),
    }
    peer = house.guests[0].peer
    assert peer is not None
    assert (peer.server, peer.pid, peer.ppid, bytes(peer.initialize)) == ("filesystem", os.getpid(), 4711, b'{"a": 1}')


def test_lines_that_came_with_the_hello_are_not_lost(house: House) -> None:
    connection = house.dial(b'{"doorkeep":1,"as":"control"}\n{"id":1}\n{"id"')
    got = bytearray()

    def read(end: bytes) -> bool:
        with contextlib.suppress(BlockingIOError):
            got.extend(connection.recv(65536))
        return got.endswith(end)

    house.turn(lambda: read(b'\n{"id":1}\n'))
    connection.sendall(b":2}\n")
    house.turn(lambda: read(b'\n{"id":2}\n'))


@pytest.mark.parametrize(
    "hello",
    [
        b"GET / HTTP/1.1\r\n",
        b"\xff\xfe\n",
        b"[]\n",
        b'{"doorkeep":0,"as":"control"}\n',
        b'{"doorkeep":1,"as":"emperor"}\n',
        b'{"doorkeep":1,"as":"session"}\n',
        b'{"doorkeep":1,"as":"session","server":"../../etc"}\n',
        b'{"doorkeep":1,"as":"session","server":"' + b"a" * 31 + b'"}\n',
        b'{"doorkeep":1,"as":"session","server":"x","y":"' + b"a" * 2_000_000 + b'"}\n',
    ],
)
def test_what_is_no_hello_is_refused_in_words_and_gets_nothing(house: House, hello: bytes) -> None:
    connection = house.dial()
    rest = memoryview(hello)

    def say() -> bool:
        nonlocal rest
        with contextlib.suppress(BlockingIOError):
            rest = rest[connection.send(rest) :]
        return not rest

    house.turn(say)
    assert set(house.answer(connection)["error"]) <= {"title", "detail", "fix"}
    assert house.guests == []


def test_a_later_release_of_the_frames_is_welcome(house: House) -> None:
    assert house.answer(house.dial({**CONTROL, "doorkeep": 2, "more": True}))["doorkeep"] == 1


def test_one_that_says_nothing_is_sent_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "HELLO_SECONDS", 0.01)
    assert house.answer(house.dial()) is None


def test_too_many_connections_are_refused_in_words(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "CONNECTIONS_MOST", 1)
    house.answer(house.dial(CONTROL))
    assert house.answer(house.dial(CONTROL))["error"]["title"] == "Too many connections."


def test_the_end_of_a_connection_is_told_to_its_guest(house: House) -> None:
    connection = house.dial(SESSION)
    house.answer(connection)
    connection.close()
    house.turn(lambda: house.guests[0].ended)


def test_a_session_waits_behind_the_full_pipe_of_its_server(house: House, loop: Loop) -> None:
    ours, theirs = socket.socketpair()
    fd = ours.detach()
    house.full = loop.channel(fd, fd, lambda _: None)
    house.full.write(b"x" * (2 * HIGH))
    connection = house.dial(SESSION)
    house.answer(connection)
    connection.sendall(b"first\n")
    got = bytearray()

    def read(expected: bytes) -> bool:
        with contextlib.suppress(BlockingIOError):
            got.extend(connection.recv(100))
        return got == expected

    for _ in range(10):
        loop.tick(0)
    assert not read(b"first\n")
    house.full.close()
    theirs.close()
    house.turn(lambda: read(b"first\n"))


@pytest.mark.parametrize("kind", [CONTROL, {"doorkeep": 1, "as": "session", "server": "filesystem"}])
def test_a_descendant_of_a_server_is_refused_and_shown(house: House, loop: Loop, kind: dict[str, Any]) -> None:
    import signal

    loop.on_signal(signal.SIGCHLD, house.supervisor.reap)
    settings = Settings(servers={"plain": ServerSetting(command=sys.executable, args=(FAKE,))})
    house.supervisor.settings = lambda: settings
    child = house.supervisor.get("plain")
    lines: list[bytes] = []
    child.on_message(lines.append)
    params = msgspec.json.encode({"path": house.door.address, "hello": json.dumps(kind)})
    child.send(wire.request_line(1, "dial", params))
    house.turn(lambda: lines)
    answer = json.loads(msgspec.json.decode(wire.decode(lines[0]).result))
    assert "was started by one of the servers" in answer["error"]["title"]
    assert [words for words in house.intruders if "started by one of the servers" in words]
    assert "was refused" in Path(house.home, "logs", "gateway.log").read_text()
    assert house.guests == []


def test_one_home_has_one_gateway(house: House) -> None:
    assert Door.claim(house.home) is None


def test_a_socket_that_a_killed_gateway_left_is_replaced(loop: Loop, home: str) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        os.makedirs(os.path.dirname(address(home)), mode=0o700)
        left.bind(address(home))
    door = Door.claim(home)
    assert door is not None
    door.open(loop, lambda fd, pid, refused: os.close(fd))
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address(home))
        loop.tick(0)
    door.close()
    assert not os.path.exists(address(home))


def test_a_long_home_gets_a_socket_in_a_folder_of_its_own(loop: Loop, home: str) -> None:
    long = os.path.join(home, "x" * 90)
    door = Door.claim(long)
    assert door is not None
    door.open(loop, lambda fd, pid, refused: os.close(fd))
    assert os.stat(os.path.dirname(door.address)).st_mode & 0o777 == 0o700
    assert os.stat(door.address).st_mode & 0o777 == 0o600
    door.close()
    assert not os.path.exists(os.path.dirname(door.address))


def test_a_socket_folder_that_others_may_enter_is_refused(loop: Loop, home: str) -> None:
    door = Door.claim(home)
    assert door is not None
    os.chmod(os.path.join(home, "run"), 0o755)
    with pytest.raises(DoorkeepError, match="open to other users"):
        door.open(loop, lambda fd, pid, refused: os.close(fd))
    door.close()


def test_a_home_that_cannot_be_made_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DoorkeepError, match="cannot be used"):
        Door.claim(str(tmp_path / "file" / "home"))


NEWER = {**SESSION, "version": "0.2.0", "words": 1, "kept": {"uris": ["a"]}}


def test_a_bridge_that_understands_is_asked_to_keep_new_requests_and_what_else_it_says_is_still_read(
    house: House, turn_until: Turn
) -> None:
    connection = house.dial(NEWER)
    house.answer(connection)
    house.reception.hold()
    assert house.answer(connection) == {"doorkeep": 1, "hold": True}
    assert not house.reception.held
    connection.sendall(b'{"method":"late"}\n{"doorkeep":1,"held":true}\n{"method":"notifications/x"}\n')
    turn_until(lambda: len(house.guests[0].lines) == 2)
    assert house.guests[0].lines == [b'{"method":"late"}', b'{"method":"notifications/x"}']
    assert house.reception.held


def test_a_bridge_of_the_first_release_is_simply_read_no_more(house: House, loop: Loop) -> None:
    connection = house.dial(SESSION)
    house.answer(connection)
    house.reception.hold()
    assert house.reception.held
    connection.sendall(b'{"method":"x"}\n')
    loop.tick(0.05)
    assert house.guests[0].lines == []
    for channel in house.reception.sessions:
        channel.release()


def test_who_comes_while_the_gateway_leaves_is_asked_to_keep_its_requests_at_once(
    house: House, turn_until: Turn
) -> None:
    house.reception.hold()
    connection = house.dial(NEWER)
    got = bytearray()

    def hear() -> bool:
        with contextlib.suppress(BlockingIOError):
            got.extend(connection.recv(65536))
        return got.count(b"\n") == 2

    turn_until(hear)
    assert json.loads(got.splitlines()[1]) == {"doorkeep": 1, "hold": True}


def test_what_a_bridge_kept_comes_back_and_what_it_shall_keep_goes_out(house: House) -> None:
    connection = house.dial(NEWER)
    house.answer(connection)
    peer = house.guests[0].peer
    assert peer is not None
    assert json.loads(bytes(peer.kept)) == {"uris": ["a"]}
    peer.keep(b'{"uris":["b"]}')
    assert house.answer(connection) == {"doorkeep": 1, "keep": {"uris": ["b"]}}


def test_a_bridge_of_the_first_release_is_given_nothing_to_keep(house: House, turn_until: Turn) -> None:
    connection = house.dial(SESSION)
    house.answer(connection)
    peer = house.guests[0].peer
    assert peer is not None
    peer.keep(b"{}")
    house.guests[0].send(b'{"jsonrpc":"2.0"}\n')
    assert house.answer(connection) == {"jsonrpc": "2.0"}


def test_a_servers_line_that_looks_like_a_word_of_ours_is_no_word(house: House, turn_until: Turn) -> None:
    connection = house.dial(NEWER)
    house.answer(connection)
    house.guests[0].send(b'{"doorkeep":1,"hold":true}\n')
    got = bytearray()

    def hear() -> bool:
        with contextlib.suppress(BlockingIOError):
            got.extend(connection.recv(65536))
        return got.endswith(b"\n")

    turn_until(hear)
    assert bytes(got) == b' {"doorkeep":1,"hold":true}\n'


def test_a_client_cannot_say_that_nothing_follows_before_the_gateway_asks(house: House, turn_until: Turn) -> None:
    connection = house.dial(NEWER)
    house.answer(connection)
    connection.sendall(b'{"doorkeep":1,"held":true}\n')
    turn_until(lambda: house.guests[0].lines)
    assert house.guests[0].lines == [b'{"doorkeep":1,"held":true}']
    house.reception.hold()
    assert not house.reception.held

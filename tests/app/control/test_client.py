from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from app.bridge.home import address, stopped_mark
from app.control import client
from app.control.client import ControlClient, RequestError, SessionClient, ensure_gateway, settled
from app.control.frames import welcome_line
from app.core.errors import DoorkeepError, GatewayUnreachableError
from servers.runtime import wire
from tests.fakes.house import BOUND, House


@pytest.fixture
def house(home: str) -> Iterator[House]:
    found = House(home)
    yield found
    found.end()


def test_without_a_gateway_the_error_says_what_to_do(home: str) -> None:
    with pytest.raises(GatewayUnreachableError, match=r"No gateway is running.*doorkeep gateway"):
        ControlClient.connect(home)


def test_after_a_stop_the_error_says_so_and_none_is_started(home: str) -> None:
    with open(stopped_mark(home), "w"):
        pass
    with pytest.raises(GatewayUnreachableError, match="You stopped it"):
        ensure_gateway(home)


def test_a_gateway_that_does_not_come_is_an_error_after_a_while(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("app.bridge.launch.start_gateway", asked.append)
    with pytest.raises(GatewayUnreachableError):
        ensure_gateway(home, seconds=0.05)
    assert asked == [home]


def test_a_gateway_that_comes_is_used(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.bridge.launch.start_gateway", lambda _home: house.start())
    with ensure_gateway(house.home) as control:
        assert control.pid == house.pid


def test_a_socket_folder_open_to_others_is_not_trusted(house: House) -> None:
    house.start()
    os.chmod(os.path.dirname(house.address), 0o755)
    with pytest.raises(GatewayUnreachableError, match="not to be trusted"):
        ControlClient.connect(house.home)
    os.chmod(os.path.dirname(house.address), 0o700)


def test_settings_are_settled_with_and_without_a_gateway(house: House) -> None:
    settled(house.home)
    house.start()
    settled(house.home)
    house.settings("nonsense")
    with pytest.raises(DoorkeepError, match="not valid TOML"):
        settled(house.home)


def test_events_that_come_between_answers_are_kept(house: House) -> None:
    house.start()
    with house.control() as control:
        events = control.events(BOUND)
        control.call("follow")
        control.call("pause")
        control.call("resume")
        control.call("status")
        assert [next(events).state, next(events).state] == ["paused", "running"]


def test_events_end_when_nothing_comes_for_a_while(house: House) -> None:
    house.start()
    with house.control() as control:
        assert list(control.events(0.05)) == []


def test_a_session_lists_and_calls_tools(house: House) -> None:
    house.start()
    with house.session() as session:
        assert {"echo", "pid"} <= {tool["name"] for tool in session.list_tools()}
        assert session.call_tool("echo", {"a": "ü"})["content"][0]["text"] == '{"a": "\\u00fc"}'
        with pytest.raises(RequestError) as error:
            session.request("no/such", {}, BOUND)
        assert error.value.code == wire.METHOD_NOT_FOUND


def test_a_call_that_takes_too_long_is_cancelled(house: House, wait_until: Callable[..., object]) -> None:
    house.start()
    with house.session() as session:
        with pytest.raises(DoorkeepError, match="cancelled"):
            session.call_tool("hang", {}, 0.2)
        wait_until(lambda: [row["in_flight"] for row in house.status()["sessions"]] == [0])


def test_a_call_that_nobody_wants_any_more_is_cancelled(house: House, wait_until: Callable[..., object]) -> None:
    house.start()
    unwanted = threading.Event()
    ended: list[str] = []

    def call(session: SessionClient) -> None:
        try:
            session.call_tool("hang", {}, BOUND, unwanted.is_set)
        except DoorkeepError as error:
            ended.append(error.title)

    with house.session() as session:
        thread = threading.Thread(target=call, args=(session,))
        thread.start()
        wait_until(lambda: [row["in_flight"] for row in house.status()["sessions"]] == [1])
        unwanted.set()
        thread.join(BOUND)
        assert ended == ["The call was cancelled."]
        wait_until(lambda: [row["in_flight"] for row in house.status()["sessions"]] == [0])


def test_the_end_of_the_gateway_in_mid_call_is_an_error_in_words(
    house: House, wait_until: Callable[..., object]
) -> None:
    house.start()
    errors: list[str] = []

    def call(session: SessionClient) -> None:
        try:
            session.call_tool("hang", {}, BOUND)
        except GatewayUnreachableError as error:
            errors.append(error.title)

    with house.session() as session:
        thread = threading.Thread(target=call, args=(session,))
        thread.start()
        wait_until(lambda: house.status()["servers"])
        house.signal(9)
        house.wait()
        thread.join(BOUND)
    assert errors == ["The gateway ended."]


def test_an_answer_that_does_not_come_is_an_error(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.start()
    with house.control() as control:
        house.signal(19)
        with pytest.raises(GatewayUnreachableError, match="did not answer within"):
            control.call("status", seconds=0.05)
        house.signal(18)


def test_refusals_are_told_in_the_gateway_s_words(house: House) -> None:
    house.start()
    with pytest.raises(GatewayUnreachableError, match="is no server's name"):
        SessionClient(house.home, "No Such Name")


def test_a_line_without_end_does_not_fill_the_memory(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LINE_MOST", 1_000_000)
    os.mkdir(os.path.dirname(address(home)), mode=0o700)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address(home))
        door.listen()

        def babble() -> None:
            connection, _ = door.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(welcome_line("0", 1))
                while True:
                    connection.sendall(b"x" * 100_000)

        thread = threading.Thread(target=babble)
        thread.start()
        with ControlClient.connect(home) as control, pytest.raises(GatewayUnreachableError, match="without end"):
            control.call("status")
        thread.join(BOUND)

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.bridge.home import stopped_mark
from app.control.client import ControlClient, SessionClient
from app.core.errors import DoorkeepError, GatewayUnreachableError
from servers.runtime import wire
from tests.fakes.house import BOUND, House, alive

Wait = Callable[..., Any]


@pytest.fixture
def house(home: str) -> Iterator[House]:
    found = House(home)
    found.start()
    yield found
    found.end()


def hanging(session: SessionClient) -> tuple[threading.Thread, list[Any]]:
    """A call that the server never answers, made in a thread; the list gets what became of it."""
    found: list[Any] = []

    def call() -> None:
        try:
            found.append(session.call_tool("hang", {}, BOUND))
        except DoorkeepError as error:
            found.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    return thread, found


def test_a_list_comes_from_the_pin_without_starting_the_server(house: House) -> None:
    with house.session() as session:
        assert "echo" in [tool["name"] for tool in session.list_tools()]
    assert house.status()["servers"] == []


def test_each_session_has_a_process_of_its_own_that_ends_with_it(house: House, wait_until: Wait) -> None:
    with house.session() as one, house.session() as other:
        assert house.call_in(one, "echo", a=1) == {"a": 1}
        pids = [house.call_in(session, "pid") for session in (one, other)]
        assert pids[0] == house.call_in(one, "pid") != pids[1]
    wait_until(lambda: not any(map(alive, pids)))


def test_a_killed_server_fails_only_its_calls_in_flight_and_the_next_call_works(house: House, wait_until: Wait) -> None:
    with house.session() as one, house.session() as other:
        pid, kept = house.call_in(one, "pid"), house.call_in(other, "pid")
        calls = [hanging(one), hanging(other)]
        wait_until(lambda: house.status()["servers"][0]["in_flight"] == 2)
        os.kill(pid, signal.SIGKILL)
        calls[0][0].join(BOUND)
        (result,) = calls[0][1]
        assert result["isError"] is True
        assert "killed by SIGKILL" in result["content"][0]["text"]
        assert house.call_in(one, "echo", again=True) == {"again": True}
        assert calls[1][1] == []
        os.kill(kept, signal.SIGKILL)
        calls[1][0].join(BOUND)


def test_when_the_gateway_is_killed_its_servers_end_and_the_next_one_serves(house: House, wait_until: Wait) -> None:
    with house.session() as session:
        server = house.call_in(session, "pid")
        orphan = house.call_in(session, "grandchild", apart=False)
        house.signal(signal.SIGKILL)
        house.wait()
    wait_until(lambda: not alive(server))
    house.start()
    assert house.call("echo", a=2) == {"a": 2}
    os.kill(orphan, signal.SIGKILL)


def test_the_next_gateway_ends_a_server_that_outlived_a_killed_one(house: House, wait_until: Wait) -> None:
    house.settings((Path(house.home, "doorkeep.toml")).read_text().replace(".py", '.py", "--deaf", "--stubborn'))
    with house.session() as session:
        server = house.call_in(session, "pid")
        house.signal(signal.SIGKILL)
        house.wait()
    assert alive(server)
    house.start()
    wait_until(lambda: not alive(server))
    wait_until(lambda: "left by an earlier gateway" in house.log())


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_gracefully_and_lets_it_be_started_again(house: House, signum: int) -> None:
    with house.session() as session:
        server = house.call_in(session, "pid")
        house.signal(signum)
        assert house.wait() == 0
    assert not alive(server)
    assert not os.path.exists(house.address)
    assert not os.path.exists(stopped_mark(house.home))


def test_a_stop_that_shall_stay_leaves_the_mark_and_no_gateway_starts_by_itself(house: House) -> None:
    with house.control() as control:
        control.call("stop", stay=True)
    assert house.wait() == 0
    assert os.path.exists(stopped_mark(house.home))
    command = [sys.executable, "-m", "app.gateway", "--home", house.home]
    assert subprocess.run(command, check=True, timeout=BOUND, capture_output=True).stdout == b""
    with pytest.raises(GatewayUnreachableError, match="You stopped it"):
        ControlClient.connect(house.home)


def test_a_call_in_flight_is_finished_before_it_ends(house: House, wait_until: Wait) -> None:
    answers: list[Any] = []
    with house.session() as session:
        pid = house.call_in(session, "pid")
        os.kill(pid, signal.SIGSTOP)
        thread = threading.Thread(target=lambda: answers.append(house.call_in(session, "echo", last=1)))
        thread.start()
        wait_until(lambda: house.status()["servers"][0]["in_flight"] == 1)
        house.signal(signal.SIGTERM)
        wait_until(lambda: not os.path.exists(house.address))
        os.kill(pid, signal.SIGCONT)
        thread.join(BOUND)
    assert answers == [{"last": 1}]
    assert house.wait() == 0


def test_a_second_gateway_of_the_same_home_leaves_silently(house: House) -> None:
    command = [sys.executable, "-m", "app.gateway", "--home", house.home]
    found = subprocess.run(command, timeout=BOUND, capture_output=True, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (0, b"", b"")
    assert house.call("echo") == {}


def test_wrong_words_on_the_command_line_are_usage() -> None:
    command = [sys.executable, "-m", "app.gateway", "--nonsense"]
    assert subprocess.run(command, timeout=BOUND, capture_output=True, check=False).returncode == 2


def test_a_grandchild_of_a_server_gets_nothing_at_the_door_and_followers_see_it(house: House) -> None:
    with house.control() as control:
        events = control.events(BOUND)
        hello = json.dumps({"doorkeep": 1, "as": "control"})
        control.call("follow")
        answer = json.loads(house.call("dial", path=house.address, hello=hello))
        assert "was started by one of the servers" in answer["error"]["title"]
        assert next(event.words for event in events if event.event == "refused") == answer["error"]["title"]
    assert "was started by one of the servers" in house.log()


def test_500_connections_leave_no_descriptor_and_no_zombie(house: House, wait_until: Wait) -> None:
    house.call("echo")
    before = len(os.listdir(f"/proc/{house.pid}/fd"))
    for number in range(500):
        if number % 3:
            with house.session() as session:
                session.list_tools()
        else:
            house.control().close()
    wait_until(lambda: len(os.listdir(f"/proc/{house.pid}/fd")) <= before)
    assert house.status()["sessions"] == []


def test_a_line_of_200_mb_is_refused_with_its_id_and_not_kept(house: House, wait_until: Wait) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(house.address)
        connection.settimeout(BOUND)
        connection.sendall(b'{"doorkeep":1,"as":"session","server":"plain"}\n')
        connection.sendall(b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"x":"')
        piece = b"x" * 1_000_000
        for _ in range(200):
            connection.sendall(piece)
        connection.sendall(b'"}}\n')
        reader = connection.makefile("rb")
        reader.readline()
        message = wire.decode(reader.readline())
        reader.close()
    assert message.id == 7
    assert bytes(message.error)
    peak = next(line for line in Path(f"/proc/{house.pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    assert int(peak.split()[1]) < 180_000


def test_a_client_that_does_not_read_its_answers_stops_nobody_else(house: House) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(house.address)
        connection.setblocking(False)
        connection.send(b'{"doorkeep":1,"as":"session","server":"plain"}\n')
        question = wire.request_line(1, "ping", b'{"_meta":{"%b":"2026-07-28"}}' % wire.META_VERSION.encode())
        sent = 0
        try:
            while sent < 50_000_000:
                sent += connection.send(question * 1000)
        except BlockingIOError:
            pass
        assert house.call("echo", still="quick") == {"still": "quick"}


def test_a_follower_hears_calls_and_one_that_does_not_read_stops_nobody(house: House) -> None:
    with house.control() as deaf, house.control() as control:
        deaf.call("follow")
        events = control.events(BOUND)
        control.call("follow")
        for number in range(20):
            house.call("echo", number=number, filler="x" * 10_000)
        record = next(event.record for event in events if event.event == "call" and event.record["outcome"] == "ok")
        assert (record["server"], record["tool"], record["decision"]) == ("plain", "echo", "allowed")


def test_settings_changed_by_hand_are_in_force_at_the_next_call(house: House) -> None:
    assert house.call("echo") == {}
    house.settings(Path(house.home, "doorkeep.toml").read_text() + 'tools = { echo = "off" }\n')
    with house.session() as session:
        assert session.call_tool("echo", {})["isError"] is True
    with house.control() as control:
        assert control.call("settings") == {"generation": 2, "error": None}


def test_broken_settings_are_told_and_the_last_good_ones_stay(house: House) -> None:
    assert house.call("echo") == {}
    house.settings("this is no TOML")
    with house.control() as control:
        assert "not valid TOML" in control.call("settings")["error"]["title"]
    assert house.call("echo") == {}


def test_the_log_of_the_gateway_holds_no_arguments(house: House) -> None:
    house.call("echo", password="tell-nobody")
    assert "tell-nobody" not in house.log()


def test_an_idle_gateway_sleeps(house: House, wait_until: Wait) -> None:
    house.call("echo")

    def switches() -> int:
        lines = Path(f"/proc/{house.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt"))

    def unchanged() -> bool:
        before = switches()
        threading.Event().wait(1.5)
        return switches() == before

    wait_until(unchanged)


def test_a_home_that_cannot_be_used_is_one_line_and_status_1(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    command = [sys.executable, "-m", "app.gateway", "--home", str(tmp_path / "file" / "x")]
    found = subprocess.run(command, timeout=BOUND, capture_output=True, check=False, text=True)
    assert found.returncode == 1
    assert len(found.stderr.splitlines()) == 1
    assert "cannot be used" in found.stderr


def test_a_newer_release_may_ask_more_than_once_and_calls_in_flight_are_still_finished(
    house: House, wait_until: Wait
) -> None:
    answers: list[Any] = []
    with house.session() as session, house.control() as control:
        pid = house.call_in(session, "pid")
        os.kill(pid, signal.SIGSTOP)
        thread = threading.Thread(target=lambda: answers.append(house.call_in(session, "echo", last=1)))
        thread.start()
        wait_until(lambda: house.status()["servers"][0]["in_flight"] == 1)
        for _ in range(3):
            assert control.call("drain", version="99.0.0") == {"state": "stopping"}
        os.kill(pid, signal.SIGCONT)
        thread.join(BOUND)
    assert answers == [{"last": 1}]
    assert house.wait() == 0
    assert "makes way for release 99.0.0" in house.log()

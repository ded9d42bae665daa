from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from app.control.messages import MAX_REQUEST
from app.core.errors import DoorkeepError
from app.version import VERSION
from tests.fakes.house import BOUND, House


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("home") / "h"
    home.mkdir(mode=0o700)
    found = House(str(home))
    found.start()
    yield found
    found.end()


def raw(house: House, *lines: bytes) -> list[bytes]:
    """What the gateway answers to lines as they are, one each."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(house.address)
        connection.settimeout(BOUND)
        connection.sendall(b'{"doorkeep":1,"as":"control"}\n' + b"".join(lines))
        with connection.makefile("rb") as reader:
            reader.readline()
            return [reader.readline() for _ in lines]


def test_status_tells_state_version_and_settings(house: House) -> None:
    found = house.status()
    assert found["state"] == "running"
    assert (found["pid"], found["home"]) == (house.pid, house.home)
    assert found["settings_error"] is None


def test_pause_refuses_calls_until_resume_and_followers_hear_it(house: House) -> None:
    with house.control() as control, house.session() as session:
        events = control.events(BOUND)
        control.call("follow")
        assert control.call("pause") == {"state": "paused"}
        assert house.status()["state"] == "paused"
        assert session.call_tool("echo", {}, BOUND)["isError"] is True
        assert control.call("resume") == {"state": "running"}
        assert "isError" not in session.call_tool("echo", {}, BOUND)
        states = [event.state for event in (next(events), next(events)) if event.event == "gateway"]
        assert states[0] == "paused"


def test_a_server_is_restarted_by_name(house: House) -> None:
    with house.session() as session, house.control() as control:
        before = house.call_in(session, "pid")
        control.call("restart_server", name="plain")
        assert house.call_in(session, "pid") != before
        states = {row["name"]: row["state"] for row in control.call("servers")["servers"]}
    assert states == {"plain": "running"}


def test_settings_tell_their_generation(house: House) -> None:
    with house.control() as control:
        before = control.call("settings")["generation"]
        os.utime(os.path.join(house.home, "doorkeep.toml"))
        assert control.call("settings") == {"generation": before + 1, "error": None}


def test_nothing_waits_for_an_answer_and_a_wrong_one_is_an_error(house: House) -> None:
    with house.control() as control:
        assert control.call("approvals") == {"approvals": []}
        with pytest.raises(DoorkeepError, match="No question x"):
            control.call("answer", id="x", answer="allow")


def test_pruning_tells_what_it_removed(house: House) -> None:
    with house.control() as control:
        assert control.call("prune") == {"days": 90, "removed": 0, "more": False}
        assert control.call("prune", days=30)["days"] == 30
        with pytest.raises(DoorkeepError, match="At least one day"):
            control.call("prune", days=0)


@pytest.mark.parametrize(
    ("call", "with_", "words"),
    [
        ("fly", {}, "knows no call 'fly'"),
        ("restart_server", {}, "restart_server: Object missing required field"),
        ("answer", {"id": "x", "answer": "perhaps"}, "Invalid enum value"),
        ("prune", {"days": "many"}, "Expected `int"),
    ],
)
def test_a_wrong_call_is_an_error_in_words(house: House, call: str, with_: dict[str, Any], words: str) -> None:
    with house.control() as control, pytest.raises(DoorkeepError) as error:
        control.call(call, **with_)
    assert words in str(error.value)


def test_what_is_no_request_gets_one_error_each_and_the_connection_lives(house: House) -> None:
    huge = b'{"id":1,"call":"' + b"x" * MAX_REQUEST + b'"}\n'
    answers = raw(house, b"nonsense\n", b"[]\n", huge, b'{"id":7,"call":"servers"}\n')
    assert [b'"error"' in answer for answer in answers] == [True, True, True, False]
    assert answers[3].startswith(b'{"id":7,"ok":')


def test_requests_in_one_write_are_answered_in_order(house: House) -> None:
    lines = [b'{"id":%d,"call":"servers"}\n' % number for number in range(1, 50)]
    assert [answer.split(b",")[0] for answer in raw(house, *lines)] == [b'{"id":%d' % n for n in range(1, 50)]


def test_a_follower_hears_servers_start_and_end(house: House) -> None:
    house.call("echo")
    with house.control() as control:
        events = control.events(BOUND)
        control.call("follow")
        control.call("restart_server", name="plain")
        house.call("echo")
        states = []
        while "running" not in states:
            event = next(events)
            if event.event == "server":
                states.append(event.state)
    assert states[-1] == "running"


@pytest.mark.parametrize("version", [VERSION, "0.0.1", "no release", ""])
def test_a_gateway_makes_way_for_a_newer_release_only(house: House, version: str) -> None:
    with house.control() as control, pytest.raises(DoorkeepError, match="is no newer than this gateway's"):
        control.call("drain", version=version)
    assert house.status()["state"] == "running"

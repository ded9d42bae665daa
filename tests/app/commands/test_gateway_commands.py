from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from app.bridge.home import stopped_mark
from tests.fakes.house import BOUND, House

Doorkeep = Callable[..., Any]


def test_status_answers_without_a_gateway(doorkeep: Doorkeep, home: str) -> None:
    found = doorkeep("status", "--json")
    assert found.status == 0
    fact = json.loads(found.out)
    assert (fact["state"], fact["home"], fact["stopped_by_user"]) == ("stopped", home, False)
    assert doorkeep("status").out.startswith("stopped. Home:")


def test_status_of_a_running_gateway_names_servers_and_sessions(doorkeep: Doorkeep, house: House) -> None:
    with house.session() as session:
        session.call_tool("echo", {})
        fact = json.loads(doorkeep("status", "--json").out)
        words = doorkeep("status").out
    assert fact["state"] == "running"
    assert [row["name"] for row in fact["servers"]] == ["plain"]
    assert len(fact["sessions"]) == 1
    assert words.startswith("running  Doorkeep")
    assert "plain" in words


def test_stop_ends_the_gateway_for_good(doorkeep: Doorkeep, house: House) -> None:
    found = doorkeep("stop", "--json")
    assert found.status == 0
    assert json.loads(found.out) == {"state": "stopped", "was_running": True, "home": house.home}
    assert house.wait() == 0
    assert json.loads(doorkeep("status", "--json").out)["stopped_by_user"] is True


def test_stop_without_a_gateway_still_keeps_clients_from_starting_one(doorkeep: Doorkeep, home: str) -> None:
    assert doorkeep("stop").status == 0
    assert os.path.exists(stopped_mark(home))


def test_pause_and_resume(doorkeep: Doorkeep, house: House) -> None:
    assert json.loads(doorkeep("pause", "--json").out) == {"state": "paused"}
    assert house.status()["state"] == "paused"
    assert doorkeep("resume").out == "running: calls are decided again.\n"
    assert house.status()["state"] == "running"


def test_pause_where_the_user_stopped_it_is_one_line_and_status_1(doorkeep: Doorkeep, home: str) -> None:
    doorkeep("stop")
    found = doorkeep("pause")
    assert (found.status, found.out, len(found.err.splitlines())) == (1, "", 1)
    assert "You stopped it" in found.err


@pytest.mark.parametrize("words", [("status", "--nonsense"), ("pause", "now")])
def test_wrong_words_are_usage(doorkeep: Doorkeep, words: tuple[str, ...]) -> None:
    assert doorkeep(*words).status == 2


def test_gateway_serves_in_the_foreground_and_takes_the_stop_back(home: str, wait_until: Callable[..., Any]) -> None:
    house = House(home)
    with open(stopped_mark(home), "w"):
        pass
    command = [sys.executable, "-m", "app.cli", "gateway", "--home", home]
    with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as process:
        house.control().close()
        assert not os.path.exists(stopped_mark(home))
        process.send_signal(signal.SIGINT)
        assert process.wait(BOUND) == 0
        assert process.stderr is not None
        assert b"serves" in process.stderr.read()

"""Servers of others that misbehave: contained, named in the log, and the client never hangs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.control.client import SessionClient
from tests.fakes.hostile_server import TOOLS
from tests.fakes.house import House, alive

HOSTILE = Path(__file__).parents[1] / "fakes" / "hostile_server.py"
BOUND = 60.0
MEGABYTE = 1_000_000
Wait = Callable[..., Any]


@pytest.fixture
def house(home: str) -> Iterator[House]:
    found = House(home)
    found.start()
    yield found
    found.end()


def behind(house: House, how: str, limits: str = "") -> SessionClient:
    """A session in front of a server that misbehaves so."""
    table = f'[servers.bad]\ncommand = "{sys.executable}"\nargs = ["{HOSTILE}", "{how}"]\n'
    house.settings(table + limits)
    facts = {"name": "hostile", "version": "1", "capabilities": {"tools": {}, "logging": {}}}
    pin = {"server": facts, "tools": TOOLS, "protocol": "2025-11-25"}
    Path(house.home, "pins", "bad.json").write_text(json.dumps(pin))
    return house.session("bad")


def call(session: SessionClient, tool: str) -> str:
    return session.call_tool(tool, {}, BOUND)["content"][0]["text"]


def log_of(house: House) -> bytes:
    """All that is kept of what the server printed."""
    folder = Path(house.home, "logs")
    return b"".join(path.read_bytes() for path in sorted(folder.glob("bad.log*")))


def peak(house: House) -> int:
    """The most memory that the gateway ever had, in bytes."""
    status = Path(f"/proc/{house.pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def test_garbage_goes_to_the_servers_log_and_the_answer_still_comes(house: House) -> None:
    with behind(house, "garbage") as session:
        assert call(session, "do") == "done"
        assert call(session, "pid").isdigit()
    assert b"stdout: Server ready!" in log_of(house)


def test_a_line_of_a_gigabyte_is_thrown_away_as_it_comes(house: House) -> None:
    with behind(house, "line") as session:
        assert call(session, "do") == "done"
    assert peak(house) < 300 * MEGABYTE
    assert len(log_of(house)) < 3 * MEGABYTE


def test_a_flood_of_complaints_is_kept_within_its_bound_and_slows_nobody_else(house: House) -> None:
    with behind(house, "stderr") as session:
        assert call(session, "do") == "done"
        assert house.call_in(session, "pid") > 0
    assert 0 < len(log_of(house)) <= 2 * 1024 * 1024
    assert peak(house) < 200 * MEGABYTE


def test_children_that_it_started_end_with_the_session_wherever_they_went(house: House, wait_until: Wait) -> None:
    with behind(house, "children") as session:
        started = json.loads(call(session, "do"))
        assert all(map(alive, started))
    wait_until(lambda: not any(map(alive, started)))


def test_children_of_one_that_ended_by_itself_end_as_well(house: House, wait_until: Wait) -> None:
    with behind(house, "children") as session:
        started = json.loads(call(session, "do"))
        os.kill(int(call(session, "pid")), 9)
        wait_until(lambda: not any(map(alive, started)))


def test_a_call_that_is_never_answered_ends_at_its_limit(house: House) -> None:
    with behind(house, "silence", "[limits]\ncall_seconds = 1\n") as session:
        assert "did not finish within 1 s" in call(session, "do")


@pytest.mark.parametrize("how", ["exit", "half"])
def test_one_that_ends_at_random_is_started_afresh_and_not_for_ever(house: House, how: str) -> None:
    with behind(house, how) as session:
        said = [call(session, "do") for _ in range(7)]
        assert all("ended" in words for words in said[:5])
        assert "not started again for" in said[-1]
    assert "server bad: The server bad ended unexpectedly" in house.log()


def test_one_that_says_nothing_at_all_does_not_stop_the_session(house: House) -> None:
    with behind(house, "mute", "[limits]\ncall_seconds = 1\n") as session:
        assert "did not finish within 1 s" in call(session, "do")
        assert [tool["name"] for tool in session.list_tools()] == ["do", "pid"]


def test_a_flood_of_notifications_waits_for_the_client_and_stops_nobody_else(house: House) -> None:
    with behind(house, "flood") as session:
        assert call(session, "do") == "done"
        assert peak(house) < 200 * MEGABYTE


def test_its_end_is_one_entry_of_the_log_with_its_name(house: House, wait_until: Wait) -> None:
    with behind(house, "exit") as session:
        call(session, "do")
    wait_until(lambda: "exit status 7" in house.log())

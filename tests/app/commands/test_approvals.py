from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.house import BOUND, House

Doorkeep = Callable[..., Any]


@pytest.fixture
def asking(house: House, wait_until: Callable[..., Any]) -> Iterator[list[Any]]:
    """A call that asked and waits; the list gets its result."""
    house.settings(Path(house.home, "doorkeep.toml").read_text() + 'tools = { echo = "ask" }\n')
    results: list[Any] = []

    def call() -> None:
        with house.session() as session:
            results.append(session.call_tool("echo", {"a": 1}, BOUND))

    thread = threading.Thread(target=call)
    thread.start()
    wait_until(lambda: house.status()["approvals"])
    yield results
    thread.join(BOUND)


def question(doorkeep: Doorkeep) -> dict[str, Any]:
    return json.loads(doorkeep("approvals", "list", "--json").out)[0]


def test_nothing_waits_where_no_gateway_runs(doorkeep: Doorkeep, home: str) -> None:
    assert doorkeep("approvals", "list").out == "Nothing waits for your answer.\n"
    assert doorkeep("approvals", "list", "--json").out == "[]\n"


def test_a_yes_lets_the_call_run(doorkeep: Doorkeep, asking: list[Any], wait_until: Callable[..., Any]) -> None:
    found = question(doorkeep)
    assert (found["server"], found["tool"]) == ("plain", "echo")
    assert found["id"] in doorkeep("approvals", "list").out
    assert doorkeep("approvals", "allow", found["id"]).out == f"{found['id']}: allowed.\n"
    wait_until(lambda: asking)
    assert "isError" not in asking[0]


def test_a_no_refuses_it(doorkeep: Doorkeep, asking: list[Any], wait_until: Callable[..., Any]) -> None:
    assert doorkeep("approvals", "deny", question(doorkeep)["id"], "--json").status == 0
    wait_until(lambda: asking)
    assert asking[0]["isError"] is True


def test_always_is_kept_in_the_settings(
    doorkeep: Doorkeep, house: House, asking: list[Any], wait_until: Callable[..., Any]
) -> None:
    assert doorkeep("approvals", "allow", question(doorkeep)["id"], "--always", "tool").status == 0
    wait_until(lambda: asking)
    assert house.call("echo", again=1) == {"again": 1}


def test_a_question_that_is_not_open_is_one_line_and_status_1(doorkeep: Doorkeep, house: House) -> None:
    found = doorkeep("approvals", "allow", "nothing")
    assert (found.status, len(found.err.splitlines())) == (1, 1)
    assert "No question nothing is open." in found.err


@pytest.mark.parametrize(
    "words", [(), ("allow",), ("allow", "x", "--always", "sometimes"), ("allow", "x", "--session", "--always", "tool")]
)
def test_wrong_words_are_usage(doorkeep: Doorkeep, words: tuple[str, ...]) -> None:
    assert doorkeep("approvals", *words).status == 2

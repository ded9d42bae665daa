"""A server is started once, heard, and ended, whatever it does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.core.errors import DoorkeepError
from app.gateway.greeting import Greeted
from app.gateway.looking import Look
from tests.fakes.door import HandChild
from tests.fakes.hand_loop import HandLoop


class Ground:
    """One look at a played server."""

    def __init__(self) -> None:
        self.loop = HandLoop()
        self.child = HandChild("s")
        self.ended: list[str] = []
        self.found: list[Greeted | DoorkeepError] = []
        Look(self, self.loop, "s", lambda found, _seconds: self.found.append(found))

    def get(self, server: str, owner: str = "", setting: object = None) -> HandChild:
        assert owner.startswith("look-")
        return self.child

    def end(self, server: str, owner: str, words: str) -> None:
        self.ended.append(owner)

    def answer(self, method: str, result: dict[str, Any]) -> None:
        self.child.say({"jsonrpc": "2.0", "id": self.child.last(method)["id"], "result": result})


@pytest.fixture
def ground() -> Ground:
    return Ground()


def greet(ground: Ground) -> None:
    ground.answer("server/discover", {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}})
    ground.answer("tools/list", {"tools": [{"name": "a"}]})
    ground.loop.advance(0.5)


def test_what_it_says_is_found_and_it_is_ended(ground: Ground) -> None:
    greet(ground)
    (found,) = ground.found
    assert isinstance(found, Greeted)
    assert [json.loads(bytes(tool)) for tool in found.tools] == [{"name": "a"}]
    assert len(ground.ended) == 1


def test_its_own_requests_are_refused_and_a_ping_is_answered(ground: Ground) -> None:
    ground.child.say({"jsonrpc": "2.0", "id": 1, "method": "sampling/createMessage"})
    ground.child.say({"jsonrpc": "2.0", "id": 2, "method": "ping"})
    answers = {message["id"]: message for message in ground.child.heard if "method" not in message}
    assert "error" in answers[1]
    assert answers[2]["result"] == {}


def test_what_is_no_protocol_goes_to_its_log(ground: Ground) -> None:
    ground.child.say(b"Listening on stdio")
    greet(ground)
    assert ground.child.strays == [b"Listening on stdio"]


def test_one_that_ends_or_never_answers_is_an_error_in_words(ground: Ground) -> None:
    ground.child.die("The server s ended unexpectedly (exit status 1).")
    other = Ground()
    other.loop.advance(121)
    for found, words in ((ground.found, "exit status 1"), (other.found, "within 120 s")):
        assert isinstance(found[0], DoorkeepError)
        assert words in str(found[0])
        assert "logs/s.log" in str(found[0])
        assert len(found) == 1


def test_tools_that_it_adds_after_its_greeting_are_seen_and_one_without_end_is_not_waited_for() -> None:
    ground = Ground()
    ground.answer("server/discover", {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}})
    ground.answer("tools/list", {"tools": []})
    for number in range(20):
        if ground.found:
            break
        ground.child.say({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
        ground.loop.advance(0.5)
        if not ground.found:
            ground.answer("tools/list", {"tools": [{"name": f"t{number}"}]})
    (found,) = ground.found
    assert isinstance(found, Greeted)
    assert [json.loads(bytes(tool)) for tool in found.tools] == [{"name": "t9"}]

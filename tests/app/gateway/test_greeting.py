"""What a freshly started server says of itself, in whichever era it speaks, within bounds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.core import known
from app.gateway import greeting
from app.gateway.eras import ClientInfo
from app.gateway.greeting import Greeted, Greeting
from servers.runtime import wire
from tests.fakes.door import tool
from tests.fakes.hand_loop import HandLoop

TOOLS = [tool("look", read_only=True), tool("do", read_only=False)]


class Server:
    """What the greeting asked, and what came of it."""

    def __init__(self, protocol: str = "", **more: Any) -> None:
        self.loop = HandLoop()
        self.asked: list[dict[str, Any]] = []
        self.found: list[Greeted | str] = []
        self.greeting = Greeting(
            lambda line: self.asked.append(json.loads(line)),
            self.loop.later,
            self.found.append,
            client=ClientInfo("c", "1"),
            capabilities={"roots": {}},
            protocol=protocol,
            **more,
        )

    def methods(self) -> list[str]:
        return [message["method"] for message in self.asked]

    def answer(self, method: str, **answer: Any) -> bool:
        """To the newest request of a method: `result` or `error`."""
        asked = next(message for message in reversed(self.asked) if message["method"] == method)
        return self.greeting.answered(wire.decode(json.dumps({"jsonrpc": "2.0", "id": asked["id"], **answer}).encode()))

    def opened(self, method: str, **more: Any) -> None:
        result = {"capabilities": {"tools": {}}, "serverInfo": {"name": "s", "version": "2"}, **more}
        if method == "initialize":
            result["protocolVersion"] = "2025-06-18"
        else:
            result["supportedVersions"] = [wire.MODERN]
        self.answer(method, result=result)

    def listed(self, tools: list[dict[str, Any]] = TOOLS, **more: Any) -> None:
        self.answer("tools/list", result={"tools": tools, **more})

    @property
    def greeted(self) -> Greeted:
        (found,) = self.found
        assert isinstance(found, Greeted)
        return found


def test_a_server_that_was_known_to_be_legacy_is_greeted_the_older_way() -> None:
    server = Server("2025-11-25")
    server.opened("initialize", instructions="Be kind.")
    server.listed()
    assert server.methods() == ["initialize", "notifications/initialized", "tools/list"]
    assert server.asked[0]["params"]["capabilities"] == {"roots": {}}
    found = server.greeted
    assert (found.protocol, found.modern, found.name, found.version) == ("2025-06-18", False, "s", "2")
    assert [json.loads(bytes(one)) for one in found.tools] == TOOLS
    assert found.instructions == "Be kind."


@pytest.mark.parametrize("protocol", ["", wire.MODERN])
def test_a_modern_one_is_asked_what_it_is(protocol: str) -> None:
    server = Server(protocol)
    server.opened("server/discover", _meta={wire.META_SERVER: {"name": "m", "version": "3"}})
    server.listed()
    assert server.methods() == ["server/discover", "tools/list"]
    assert server.asked[1]["params"]["_meta"][wire.META_VERSION] == wire.MODERN
    assert (server.greeted.modern, server.greeted.name) == (True, "m")


def test_one_that_does_not_know_the_modern_question_is_greeted_the_older_way() -> None:
    server = Server()
    server.answer("server/discover", error={"code": -32601, "message": "what?"})
    server.opened("initialize")
    server.listed()
    assert not server.greeted.modern


def test_one_that_says_nothing_to_the_modern_question_is_asked_both_ways_and_the_first_answer_counts() -> None:
    server = Server()
    server.loop.advance(11)
    assert server.methods() == ["server/discover", "initialize"]
    server.opened("initialize")
    server.answer("server/discover", error={"code": -32601, "message": "what?"})
    server.listed()
    assert not server.greeted.modern


def test_one_that_speaks_only_versions_unknown_to_us_is_tried_the_older_way() -> None:
    server = Server()
    server.answer("server/discover", result={"supportedVersions": ["2031-01-01"], "capabilities": {}})
    assert server.methods()[-1] == "initialize"


def test_one_without_tools_is_not_asked_for_them() -> None:
    server = Server("2025-11-25")
    server.opened("initialize", capabilities={"prompts": {}})
    assert server.greeted.tools == []


def test_all_pages_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server("2025-11-25")
    server.opened("initialize")
    server.listed(TOOLS[:1], nextCursor="two")
    assert server.asked[-1]["params"]["cursor"] == "two"
    server.listed(TOOLS[1:])
    assert len(server.greeted.tools) == 2


def test_a_list_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greeting, "MOST_PAGES", 5)
    server = Server("2025-11-25")
    server.opened("initialize")
    while not server.found:
        server.listed(TOOLS, nextCursor="more")
    assert "more tools than anybody could use" in str(server.found[0])


@pytest.mark.parametrize(
    ("method", "answer", "words"),
    [
        ("initialize", {"error": {"code": -1, "message": "no licence"}}, "no licence"),
        ("initialize", {"result": 7}, "makes no sense"),
        ("initialize", {"error": {"code": "x"}}, "makes no sense"),
    ],
)
def test_what_cannot_be_understood_is_an_end_in_words(method: str, answer: dict[str, Any], words: str) -> None:
    server = Server("2025-11-25")
    server.answer(method, **answer)
    assert words in str(server.found[0])


def test_a_tool_without_a_name_is_no_tool() -> None:
    server = Server("2025-11-25")
    server.opened("initialize")
    server.listed([{"description": "nameless"}])
    assert "makes no sense" in str(server.found[0])


def test_one_that_says_nothing_at_all_is_given_up() -> None:
    server = Server()
    server.loop.advance(121)
    assert "within 120 s" in str(server.found[0])
    assert server.loop.waiting == 0


def test_answers_to_others_are_left_alone() -> None:
    server = Server()
    assert not server.greeting.answered(wire.decode(b'{"jsonrpc":"2.0","id":1,"result":{}}'))


def test_tools_alone_may_be_looked_at_again() -> None:
    server = Server("2025-06-18", only_tools=True)
    assert server.methods() == ["tools/list"]
    server.listed()
    assert len(server.greeted.tools) == 2


def test_a_secret_that_the_server_was_given_is_in_nothing_that_it_says_of_itself() -> None:
    known.learn("door", "sesame-1")
    server = Server(wire.LEGACY[0])
    server.opened(
        "initialize",
        instructions="Say sesame-1",
        serverInfo={"name": "sesame-1", "version": "1", "title": "sesame-1"},
        capabilities={"tools": {}, "experimental": {"x": "sesame-1"}},
    )
    server.listed([{"name": "look", "description": "Uses sesame-1", "inputSchema": {"title": "sesame-1"}}])
    said = str(server.greeted) + str([bytes(tool) for tool in server.greeted.tools])
    assert "sesame-1" not in said
    assert said.count("[secret door]") == 6


def test_nor_in_why_it_could_not_be_greeted() -> None:
    known.learn("door", "sesame-1")
    server = Server(wire.LEGACY[0])
    server.answer("initialize", error={"code": -1, "message": "no licence for sesame-1"})
    assert server.found == ["It answered initialize with an error: no licence for [secret door]"]


def test_nulls_for_what_is_left_out_and_a_number_for_a_version_are_no_obstacle() -> None:
    server = Server(wire.LEGACY[0])
    server.opened(
        "initialize",
        serverInfo={"name": "s", "version": 1.5, "title": None},
        capabilities={"tools": {}, "prompts": None},
        instructions=None,
    )
    server.listed()
    assert (server.greeted.name, server.greeted.version, server.greeted.title) == ("s", "1.5", "")
    assert server.greeted.capabilities == {"tools": {}}

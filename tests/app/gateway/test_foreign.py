"""Requests that are no calls, in front of a server of others: passed on whatever they are, or refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from servers.runtime import wire
from tests.fakes.door import Door
from tests.fakes.stranger import EVERYTHING, LEGACY, Stranger

ERAS = [(LEGACY, LEGACY), (wire.MODERN, wire.MODERN), (LEGACY, wire.MODERN), (wire.MODERN, LEGACY)]
CACHED = {"ttlMs": 0, "cacheScope": "private"}
RESULTS: dict[str, dict[str, Any]] = {
    "resources/list": {"resources": [{"uri": "x://a", "name": "a"}]},
    "resources/templates/list": {"resourceTemplates": []},
    "prompts/list": {"prompts": []},
    "prompts/get": {"messages": []},
    "completion/complete": {"completion": {"values": ["a"]}},
}
PARAMS: dict[str, dict[str, Any]] = {
    "prompts/get": {"name": "p"},
    "completion/complete": {"ref": {"type": "ref/prompt", "name": "p"}, "argument": {"name": "a", "value": ""}},
}


@pytest.fixture(params=ERAS, ids=lambda eras: f"{eras[1]}-in-front-of-{eras[0]}")
def pair(request: pytest.FixtureRequest, door: Door) -> Stranger:
    return Stranger(door, server=request.param[0], client=request.param[1])


def passed(pair: Stranger, method: str, params: dict[str, Any] | None = None) -> Any:
    """Send a request that goes to the server; gives its id."""
    id_ = pair.client.request(method, params)
    if not pair.child.requests("tools/list"):
        pair.greet()
    assert pair.child.last(method)["id"] == id_
    return id_


@pytest.mark.parametrize("method", RESULTS)
def test_lists_prompts_and_completions_are_asked_live(pair: Stranger, method: str) -> None:
    id_ = passed(pair, method, PARAMS.get(method))
    extra = CACHED if pair.protocol == wire.MODERN and method.endswith("/list") else {}
    pair.give(pair.child.last(method), {**RESULTS[method], **extra})
    result = pair.client.answer_to(id_)["result"]
    assert RESULTS[method].items() <= result.items()
    assert ("resultType" in result) == (pair.client.meta is not None)
    assert pair.door.journal.events == []


def test_a_resource_is_read_with_a_row(pair: Stranger) -> None:
    id_ = passed(pair, "resources/read", {"uri": "x://a"})
    extra = CACHED if pair.protocol == wire.MODERN else {}
    pair.give(pair.child.last("resources/read"), {"contents": [{"uri": "x://a", "text": "hello"}], **extra})
    assert pair.client.answer_to(id_)["result"]["contents"][0]["text"] == "hello"
    assert pair.door.only_row().tool == "resources/read"


@pytest.mark.parametrize("method", ["tasks/list", "com.example/anything"])
def test_within_an_era_an_unknown_request_passes_whole_and_across_it_is_refused(pair: Stranger, method: str) -> None:
    same = (pair.client.meta is None) == (pair.protocol != wire.MODERN)
    if not same:
        error = pair.client.answer_to(pair.client.request(method, {"x": 1}))["error"]
        assert error["code"] == wire.METHOD_NOT_FOUND
        assert "cannot be said" in error["message"]
        return
    id_ = passed(pair, method, {"x": [1, {"y": 2}]})
    assert pair.child.last(method)["params"]["x"] == [1, {"y": 2}]
    pair.say({"jsonrpc": "2.0", "id": id_, "error": {"code": -32000, "message": "not today", "data": {"z": 1}}})
    assert pair.client.answer_to(id_)["error"] == {"code": -32000, "message": "not today", "data": {"z": 1}}


def test_a_paused_door_passes_nothing(pair: Stranger) -> None:
    pair.door.core.pause()
    assert "paused" in pair.client.answer_to(pair.client.request("prompts/list"))["error"]["message"]
    pair.door.core.resume()
    pair.door.settings("[servers.other]\ncommand = 'x'\nenabled = false\n")
    assert "switched" in pair.client.answer_to(pair.client.request("prompts/list"))["error"]["message"]
    assert pair.door.servers.children == {}


def test_it_takes_no_longer_than_a_minute_and_may_be_taken_back(pair: Stranger) -> None:
    id_ = passed(pair, "prompts/list")
    pair.door.advance(61)
    assert "60 s" in pair.client.answer_to(id_)["error"]["message"]
    assert pair.child.last("notifications/cancelled")["params"]["requestId"] == id_
    other = passed(pair, "prompts/list")
    pair.client.notify("notifications/cancelled", {"requestId": other})
    pair.door.advance(61)
    assert pair.client.answers(other) == []
    assert pair.child.in_flight == 0


@pytest.mark.parametrize("result", [b"7", b"[]", b'"x"'])
def test_what_is_no_result_is_an_error(pair: Stranger, result: bytes) -> None:
    id_ = passed(pair, "prompts/list")
    pair.say(b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (json.dumps(id_).encode(), result))
    if (pair.client.meta is None) == (pair.protocol != wire.MODERN):
        pair.client.got.clear()  # within an era it is the client's to complain of
    else:
        assert "no result" in pair.client.answer_to(id_)["error"]["message"]


def test_a_client_that_asks_for_what_is_not_declared_gets_an_empty_answer_and_starts_nothing(door: Door) -> None:
    client = door.client(server="tracker")
    assert client.answer_to(client.request("prompts/list"))["result"] == {"prompts": []}
    assert door.servers.children == {}


def test_the_clients_own_notifications_reach_a_server_of_its_era_that_runs(pair: Stranger) -> None:
    pair.client.notify("notifications/roots/list_changed", {})
    assert pair.door.servers.children == {}
    pair.call("look")
    pair.client.notify("notifications/roots/list_changed", {})
    pair.client.notify("notifications/initialized", {})
    pair.client.notify("doorkeep/policy", {})
    same = (pair.client.meta is None) == (pair.protocol != wire.MODERN)
    assert len(pair.child.requests("notifications/roots/list_changed")) == same
    assert pair.child.requests("doorkeep/policy") == []


def test_the_handshake_shows_what_the_clients_era_knows(pair: Stranger) -> None:
    if pair.client.meta is None:
        found = pair.client.answer_to(1)["result"]
        assert found["serverInfo"] == {"name": "other", "version": "1"}
    else:
        found = pair.client.answer_to(pair.client.request("server/discover"))["result"]
    assert found["capabilities"] == EVERYTHING
    assert found["instructions"] == "Be kind."

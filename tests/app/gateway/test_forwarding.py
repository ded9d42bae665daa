"""Requests that are no calls pass through, in the client's era, and never while the door is closed."""

from __future__ import annotations

import pytest

from tests.fakes.door import MODERN_META, Client, Door

COMPLETE = {"ref": {"type": "ref/resource", "uri": "file:///{+path}"}, "argument": {"name": "path", "value": "/w"}}


def test_a_completion_goes_to_the_server_and_back(granted: Door) -> None:
    client = granted.client()
    id_ = client.request("completion/complete", COMPLETE)
    asked = granted.child.last("completion/complete")
    assert asked["params"]["argument"] == {"name": "path", "value": "/w"}
    granted.child.give(asked, {"completion": {"values": ["/work"]}})
    assert client.answer_to(id_)["result"] == {"completion": {"values": ["/work"]}}
    assert granted.journal.events == []


def test_a_modern_client_gets_the_modern_form(granted: Door) -> None:
    client = granted.client(meta=MODERN_META)
    id_ = client.request("resources/list")
    body = {"resources": [], "ttlMs": 0, "cacheScope": "private"}
    granted.child.give(granted.child.last("resources/list"), body)
    assert client.answer_to(id_)["result"] == {"resultType": "complete", **body}


def test_a_legacy_client_gets_the_legacy_form(granted: Door) -> None:
    client = granted.client()
    id_ = client.request("resources/list")
    granted.child.give(granted.child.last("resources/list"), {"resources": [], "ttlMs": 0, "cacheScope": "private"})
    assert client.answer_to(id_)["result"] == {"resources": []}


def test_nothing_private_passes_with_it(granted: Door) -> None:
    client = granted.client()
    client.request("completion/complete", {**COMPLETE, "doorkeep": {"x": 1}, "_meta": {"y": 2}, "requestState": "z"})
    params = granted.child.last("completion/complete")["params"]
    assert set(params) == {"ref", "argument", "_meta"}
    assert "y" not in params["_meta"]


def test_a_paused_door_and_a_server_switched_off_pass_nothing(granted: Door) -> None:
    client = granted.client()
    granted.core.pause()
    assert "paused" in client.answer_to(client.request("resources/list"))["error"]["message"]
    granted.core.resume()
    granted.settings("[servers.filesystem]\nenabled = false\n")
    assert "switched" in client.answer_to(client.request("resources/list"))["error"]["message"]
    assert granted.servers.children == {}


def test_a_server_that_ends_or_cannot_start_is_an_error(granted: Door) -> None:
    client = granted.client()
    id_ = client.request("resources/list")
    granted.say(granted.child.die)
    assert "SIGKILL" in client.answer_to(id_)["error"]["message"]
    granted.servers.refuse = True
    assert "5 times" in client.answer_to(client.request("resources/list"))["error"]["message"]


def test_it_may_be_taken_back(granted: Door) -> None:
    client = granted.client()
    id_ = client.request("resources/list")
    asked = granted.child.last("resources/list")
    client.notify("notifications/cancelled", {"requestId": id_})
    assert granted.child.last("notifications/cancelled")["params"] == {"requestId": asked["id"]}
    granted.child.give(asked, {"resources": []})
    assert client.answers(id_) == []
    assert client.session.in_flight == 0


def test_it_takes_no_longer_than_a_minute(granted: Door) -> None:
    client = granted.client()
    id_ = client.request("resources/list")
    granted.advance(61)
    assert "60 s" in client.answer_to(id_)["error"]["message"]
    assert granted.child.in_flight == 0


def test_an_answer_over_the_limit_is_an_error(granted: Door) -> None:
    granted.settings("[limits]\nresult_bytes = 50\n")
    client = granted.client()
    id_ = client.request("resources/list")
    granted.child.give(granted.child.last("resources/list"), {"resources": [{"uri": "file:///" + "x" * 100}]})
    assert "limit is 50" in client.answer_to(id_)["error"]["message"]


@pytest.mark.parametrize("method", ["prompts/get", "resources/subscribe", "resources/unsubscribe"])
def test_what_the_server_does_not_offer_is_an_unknown_method(legacy: Client, method: str) -> None:
    error = legacy.answer_to(legacy.request(method, {"name": "x", "uri": "file:///x"}))["error"]
    assert error["code"] == -32601

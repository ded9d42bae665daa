"""Servers that do oddly what others do well: what can be understood is, what cannot be goes to the server's log, nobody hangs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from servers.runtime import wire
from tests.fakes.door import Door
from tests.fakes.stranger import LEGACY, Stranger

CLIENTS = [LEGACY, wire.MODERN]
SEEN = {"content": [{"type": "text", "text": "seen"}]}
ERROR = {"code": -32000, "message": "odd"}


@pytest.mark.parametrize("client", CLIENTS)
def test_an_answer_with_both_members_one_of_them_null_is_what_the_other_says(door: Door, client: str) -> None:
    pair = Stranger(door, server=LEGACY, client=client)
    for number, answer in enumerate(({"result": SEEN, "error": None}, {"result": None, "error": ERROR})):
        id_ = pair.call("look")
        pair.say({"jsonrpc": "2.0", "id": pair.child.last("tools/call")["id"], **answer})
        if number:
            assert pair.client.answer_to(id_)["error"] == ERROR
        else:
            assert pair.client.text(id_) == "seen"


@pytest.mark.parametrize("client", CLIENTS)
def test_an_answer_of_null_is_none(door: Door, client: str) -> None:
    pair = Stranger(door, server=LEGACY, client=client)
    id_ = pair.call("look")
    pair.say({"jsonrpc": "2.0", "id": pair.child.last("tools/call")["id"], "result": None})
    assert "no result" in pair.client.refused(id_)


@pytest.mark.parametrize("client", CLIENTS)
def test_an_answer_given_twice_is_heard_once_and_one_under_another_kind_of_id_not_at_all(
    door: Door, client: str
) -> None:
    pair = Stranger(door, server=LEGACY, client=client)
    id_ = pair.call("look")
    asked = pair.child.last("tools/call")["id"]
    for answered in (f"{asked}", [asked], {"id": asked}, None, asked, asked):
        pair.say({"jsonrpc": "2.0", "id": answered, "result": SEEN})
    assert pair.client.text(id_) == "seen"


@pytest.mark.parametrize("first", ["notifications/message", "notifications/tools/list_changed", "ping", "roots/list"])
def test_what_a_server_says_before_it_was_greeted_does_not_stop_it(door: Door, first: str) -> None:
    pair = Stranger(door, server=LEGACY, client=LEGACY)
    id_ = pair.client.call("look")
    message: dict[str, Any] = {"jsonrpc": "2.0", "method": first}
    if first in ("ping", "roots/list"):
        message["id"] = 1
    else:
        message["params"] = {"level": "info", "data": "early"} if first.endswith("message") else {}
    pair.say(message)
    pair.greet()
    if first.endswith("list_changed"):
        pair.list()
    pair.answer("seen")
    assert pair.client.text(id_) == "seen"


@pytest.mark.parametrize("client", CLIENTS)
def test_a_server_of_an_older_revision_may_answer_in_batches(door: Door, client: str) -> None:
    pair = Stranger(door, server=LEGACY, client=client)
    ids = [pair.call("look"), pair.client.call("look")]
    asked = [one["id"] for one in pair.child.requests("tools/call")]
    answers = [{"jsonrpc": "2.0", "id": one, "result": SEEN} for one in asked]
    pair.say(json.dumps(answers).encode())
    assert [pair.client.text(id_) for id_ in ids] == ["seen", "seen"]


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2099-01-01"])
def test_a_client_of_any_revision_is_served_by_a_server_of_any(door: Door, version: str) -> None:
    for client in wire.SUPPORTED:
        door.servers.children.clear()
        pair = Stranger(door, server=LEGACY, client=client)
        id_ = pair.client.call("look")
        pair.greet(protocol=version)
        pair.answer("seen")
        assert pair.client.text(id_) == "seen"
        door.say(pair.client.session.closed)

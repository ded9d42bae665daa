"""Subscriptions in front of a server of others: passed on within an era, brought about by the other era's means across."""

from __future__ import annotations

from typing import Any

import pytest

from servers.runtime import wire
from tests.fakes.door import Door
from tests.fakes.stranger import LEGACY, TOOLS, Stranger
from tests.fakes.watched import LISTED, LISTEN, SUBSCRIPTION, UPDATED, heard, stream

ACKNOWLEDGED = "notifications/subscriptions/acknowledged"


def greeted(door: Door, server: str, client: str) -> Stranger:
    pair = Stranger(door, server=server, client=client)
    pair.call("look")
    pair.answer("seen")
    return pair


def agree(pair: Stranger, method: str, error: str = "") -> None:
    """The legacy server answers the newest request of a method."""
    pair.door.advance(0)
    asked = pair.child.last(method)
    if error:
        pair.say({"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -1, "message": error}})
    else:
        pair.give(asked, {})
    pair.door.advance(0)


def test_within_the_older_way_a_subscription_passes_as_it_is(door: Door) -> None:
    pair = greeted(door, LEGACY, LEGACY)
    id_ = pair.client.request("resources/subscribe", {"uri": "x://a"})
    agree(pair, "resources/subscribe")
    assert pair.client.answer_to(id_)["result"] == {}
    pair.tell(UPDATED, uri="x://a")
    assert heard(pair.client) == ["x://a"]


def test_within_the_modern_era_a_stream_passes_as_it_is_and_keeps_the_server_alive(door: Door) -> None:
    pair = greeted(door, wire.MODERN, wire.MODERN)
    id_ = stream(pair.client, "x://a")
    assert pair.child.last(LISTEN)["id"] == id_
    assert (pair.child.held, pair.child.in_flight) == (1, 0)
    pair.tell(ACKNOWLEDGED, _meta={SUBSCRIPTION: id_}, notifications={"resourceSubscriptions": ["x://a"]})
    pair.tell(UPDATED, _meta={SUBSCRIPTION: id_}, uri="x://a")
    assert len(pair.client.told(ACKNOWLEDGED)) == 1
    assert heard(pair.client) == ["x://a"]
    pair.client.notify("notifications/cancelled", {"requestId": id_})
    assert pair.child.held == 0
    assert pair.child.last("notifications/cancelled")["params"]["requestId"] == id_


def test_a_modern_client_listens_to_a_legacy_server_by_single_subscriptions(door: Door) -> None:
    pair = greeted(door, LEGACY, wire.MODERN)
    one = stream(pair.client, "x://a", lists=True)
    agree(pair, "resources/subscribe")
    (said,) = pair.client.told(ACKNOWLEDGED)
    assert said["_meta"] == {SUBSCRIPTION: one}
    pair.tell(UPDATED, uri="x://a")
    pair.tell(UPDATED, uri="x://other")
    pair.tell(LISTED)
    door.advance(0.1)
    assert pair.client.told(UPDATED) == [{"_meta": {SUBSCRIPTION: one}, "uri": "x://a"}]
    assert pair.client.told(LISTED) == [{"_meta": {SUBSCRIPTION: one}}]
    two = stream(pair.client, "x://b")
    agree(pair, "resources/subscribe")
    assert [asked["params"]["uri"] for asked in pair.child.requests("resources/subscribe")] == ["x://a", "x://b"]
    pair.client.notify("notifications/cancelled", {"requestId": one})
    agree(pair, "resources/unsubscribe")
    assert pair.child.last("resources/unsubscribe")["params"] == {"uri": "x://a"}
    pair.client.notify("notifications/cancelled", {"requestId": two})
    agree(pair, "resources/unsubscribe")
    assert (pair.child.held, pair.child.in_flight) == (0, 0)


def test_a_legacy_servers_refusal_is_the_answer(door: Door) -> None:
    pair = greeted(door, LEGACY, wire.MODERN)
    id_ = stream(pair.client, "x://a")
    agree(pair, "resources/subscribe", error="no such thing")
    assert pair.client.answer_to(id_)["error"]["message"] == "no such thing"
    assert pair.child.held == 0


def test_a_legacy_client_subscribes_at_a_modern_server_by_a_stream(door: Door) -> None:
    pair = greeted(door, wire.MODERN, LEGACY)
    id_ = pair.client.request("resources/subscribe", {"uri": "x://a"})
    door.advance(0)
    asked = pair.child.last(LISTEN)
    pair.tell(ACKNOWLEDGED, _meta={SUBSCRIPTION: asked["id"]}, notifications=asked["params"]["notifications"])
    door.advance(0)
    assert pair.client.answer_to(id_)["result"] == {}
    pair.tell(UPDATED, _meta={SUBSCRIPTION: asked["id"]}, uri="x://a")
    assert pair.client.told(UPDATED) == [{"uri": "x://a"}]


def test_a_lost_server_is_started_again_for_those_who_listen(door: Door) -> None:
    pair = greeted(door, LEGACY, wire.MODERN)
    stream(pair.client, "x://a")
    agree(pair, "resources/subscribe")
    first = pair.child
    door.say(first.die)
    door.advance(0)
    door.advance(0)
    assert pair.child is not first
    pair.greet()
    agree(pair, "resources/subscribe")
    assert heard(pair.client) == ["x://a"]


@pytest.mark.parametrize("era", [LEGACY, wire.MODERN])
def test_tools_of_a_stream_are_told_by_the_door(door: Door, era: str) -> None:
    pair = greeted(door, era, wire.MODERN)
    asked: dict[str, Any] = {"notifications": {"toolsListChanged": True}}
    id_ = pair.client.request(LISTEN, asked)
    pair.tell("notifications/tools/list_changed")
    assert pair.client.told("notifications/tools/list_changed") == []
    pair.list([{**one, "title": "Other"} for one in TOOLS])
    assert pair.client.told("notifications/tools/list_changed") == [{"_meta": {SUBSCRIPTION: id_}}]

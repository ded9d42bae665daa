"""A legacy client's subscriptions outlive its server and its gateway, and it hears of what it may have missed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.gateway.resuming import MOST_KEPT, Kept, encoded, opened
from servers.runtime import wire
from tests.fakes.door import Client, Door
from tests.fakes.stranger import LEGACY, Stranger
from tests.fakes.watched import LISTED, LISTEN, SUBSCRIPTION, UPDATED, Watched, heard, install

SUBSCRIBE = "resources/subscribe"


def subscribed(door: Door, *uris: str) -> Stranger:
    """A legacy client in front of a legacy server, with its subscriptions agreed to."""
    pair = Stranger(door, server=LEGACY, client=LEGACY)
    pair.call("look")
    pair.answer("seen")
    for uri in uris:
        pair.client.request(SUBSCRIBE, {"uri": uri})
        pair.give(pair.child.last(SUBSCRIBE), {})
    return pair


def dies(pair: Stranger) -> None:
    pair.door.say(pair.child.die)
    pair.door.advance(0)


def back(pair: Stranger) -> Client:
    """The same client at another gateway, whose server does not run."""
    pair.door.say(pair.client.session.closed)
    pair.door.servers.children.clear()
    client = Client(pair.door, "other", None, "tester", back=pair.client)
    pair.door.clients.append(client)
    pair.client = client
    pair.door.advance(0)
    return client


def agrees_again(pair: Stranger) -> list[str]:
    """The server, started afresh, is greeted and agrees to all that it is asked; gives that."""
    pair.greet()
    asked = pair.child.requests(SUBSCRIBE)
    for one in asked:
        pair.give(one, {})
    return [one["params"]["uri"] for one in asked]


def test_a_server_that_ended_is_started_and_asked_again_and_the_client_told_to_look(door: Door) -> None:
    pair = subscribed(door, "x://a", "x://b")
    first = pair.child
    assert first.held == 1
    dies(pair)
    assert pair.child is not first
    assert agrees_again(pair) == ["x://a", "x://b"]
    assert heard(pair.client) == ["x://a", "x://b"]
    assert pair.child.held == 1
    pair.tell(UPDATED, uri="x://a")
    assert heard(pair.client) == ["x://a", "x://b", "x://a"]


def test_what_was_given_up_is_not_asked_for_again(door: Door) -> None:
    pair = subscribed(door, "x://a")
    pair.client.request("resources/unsubscribe", {"uri": "x://a"})
    pair.give(pair.child.last("resources/unsubscribe"), {})
    child = pair.child
    assert child.held == 0
    dies(pair)
    assert pair.child is child


def test_what_the_server_refused_is_not_asked_for_again(door: Door) -> None:
    pair = subscribed(door)
    pair.client.request(SUBSCRIBE, {"uri": "x://a"})
    asked = pair.child.last(SUBSCRIBE)
    pair.say({"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -32602, "message": "no"}})
    assert pair.child.held == 0
    assert opened(pair.client.kept).uris == []


def test_a_server_that_will_not_have_it_again_makes_the_client_look(door: Door) -> None:
    pair = subscribed(door, "x://a")
    dies(pair)
    pair.greet()
    asked = pair.child.last(SUBSCRIBE)
    pair.say({"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -32602, "message": "gone"}})
    assert heard(pair.client) == ["x://a"]
    assert pair.child.held == 0


def test_a_server_that_ends_again_and_again_is_tried_less_and_less_often(door: Door) -> None:
    pair = subscribed(door, "x://a")
    tries: list[Any] = []
    for wait in (0.0, 1.0, 2.0, 5.0):
        before = pair.child
        door.say(before.die)
        door.advance(max(0.0, wait - 0.1))
        assert wait == 0.0 or pair.child is before
        door.advance(0.2)
        tries.append(pair.child)
    assert len(set(map(id, tries))) == 4


@pytest.mark.parametrize("how", ["pause", "switch off"])
def test_while_nothing_may_be_started_it_waits(door: Door, how: str) -> None:
    pair = subscribed(door, "x://a")
    first = pair.child
    if how == "pause":
        door.core.pause()
    else:
        door.settings('[servers.other]\ncommand = "x"\nenabled = false\n')
    dies(pair)
    assert pair.child is first
    door.core.resume()
    door.settings('[servers.other]\ncommand = "x"\n')
    door.advance(1.1)
    assert pair.child is not first


def test_another_gateway_goes_on_where_the_last_one_ended(door: Door) -> None:
    pair = subscribed(door, "x://a")
    pair.client.request("logging/setLevel", {"level": "error"})
    client = back(pair)
    assert agrees_again(pair) == ["x://a"]
    assert pair.child.last("logging/setLevel")["params"] == {"level": "error"}
    assert heard(client) == ["x://a"]
    pair.tell(UPDATED, uri="x://a")
    assert heard(client) == ["x://a", "x://a"]


def test_a_client_that_left_meanwhile_starts_nothing(door: Door) -> None:
    pair = subscribed(door, "x://a")
    pair.door.say(pair.client.session.closed)
    door.servers.children.clear()
    client = Client(door, "other", None, "tester", back=pair.client)
    door.say(client.session.closed)
    door.advance(100)
    assert door.servers.children == {}


def test_in_front_of_a_modern_server_too(door: Door) -> None:
    pair = Stranger(door, server=wire.MODERN, client=LEGACY)
    pair.call("look")
    pair.answer("seen")
    pair.client.request(SUBSCRIBE, {"uri": "x://a"})
    _acknowledged(pair)
    client = back(pair)
    pair.greet()
    _acknowledged(pair)
    assert heard(client) == ["x://a"]
    pair.door.advance(1)
    pair.tell(UPDATED, _meta={SUBSCRIPTION: pair.child.last(LISTEN)["id"]}, uri="x://a")
    assert heard(client) == ["x://a", "x://a"]


def test_a_refusal_of_that_is_tried_again(door: Door) -> None:
    pair = Stranger(door, server=wire.MODERN, client=LEGACY)
    pair.call("look")
    pair.answer("seen")
    pair.client.request(SUBSCRIBE, {"uri": "x://a"})
    _acknowledged(pair)
    door.core.pause()
    client = back(pair)
    assert "other" not in door.servers.children
    door.core.resume()
    door.advance(61)
    pair.greet()
    _acknowledged(pair)
    assert heard(client) == ["x://a"]


def _acknowledged(pair: Stranger) -> None:
    pair.door.advance(0)
    asked = pair.child.last(LISTEN)
    wanted = asked["params"]["notifications"]
    pair.tell("notifications/subscriptions/acknowledged", _meta={SUBSCRIPTION: asked["id"]}, notifications=wanted)
    pair.door.advance(0)


def test_too_much_to_keep_is_told_as_another_list(door: Door) -> None:
    pair = subscribed(door, *(f"x://{'a' * 900}/{number}" for number in range(10)))
    assert opened(pair.client.kept) == Kept(more=True)
    client = back(pair)
    assert len(client.told(LISTED)) == 1


@pytest.mark.parametrize("text", [b"", b"[]", b'{"uris":7}', b'{"uris":["\\ud800"]}', b"[" * 10_000])
def test_what_makes_no_sense_is_nothing(text: bytes) -> None:
    assert opened(text).uris == [] or text == b""


def test_what_is_kept_is_bounded() -> None:
    assert opened(encoded(Kept(["x"], True, True, "info"))) == Kept(["x"], True, True, "info")
    assert len(encoded(Kept(["x" * MOST_KEPT]))) < 100


def test_servers_of_ours_too(granted: Door, tmp_path: Path) -> None:
    install(str(tmp_path / "builtin"))
    watched = Watched(granted)
    client = watched.client(modern=False)
    client.request(SUBSCRIBE, {"uri": "note://a"})
    watched.agree()
    granted.say(client.session.closed)
    again = Client(granted, "watched", None, "tester", back=client)
    granted.clients.append(again)
    granted.advance(0)
    assert watched.agree() == {"resourceSubscriptions": ["note://a"]}
    assert heard(again) == ["note://a"]

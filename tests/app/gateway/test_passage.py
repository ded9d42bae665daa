"""One request on its way through: bounded, answered once, and over when its session is."""

from __future__ import annotations

import pytest

from servers.runtime import wire
from tests.fakes.door import Door
from tests.fakes.stranger import LEGACY, Stranger


@pytest.fixture
def pair(door: Door) -> Stranger:
    return Stranger(door, server=LEGACY, client=LEGACY)


def test_an_answer_over_the_limit_is_an_error(pair: Stranger) -> None:
    pair.door.settings('[servers.other]\ncommand = "x"\n[limits]\nresult_bytes = 50\n')
    id_ = pair.client.request("prompts/list")
    pair.greet()
    pair.give(pair.child.last("prompts/list"), {"prompts": [{"name": "x" * 100}]})
    assert "limit is 50" in pair.client.answer_to(id_)["error"]["message"]


def test_a_server_that_cannot_be_started_is_an_error(pair: Stranger) -> None:
    pair.door.servers.refuse = True
    assert "5 times" in pair.client.answer_to(pair.client.request("prompts/list"))["error"]["message"]


def test_a_server_that_ends_first_is_an_error_and_the_answer_comes_once(pair: Stranger) -> None:
    id_ = pair.client.request("prompts/list")
    pair.greet()
    asked = pair.child.last("prompts/list")
    pair.door.say(pair.child.die)
    pair.give(asked, {"prompts": []})
    assert "SIGKILL" in pair.client.answer_to(id_)["error"]["message"]


def test_an_answer_that_nobody_waits_for_is_dropped(pair: Stranger) -> None:
    pair.call("look")
    pair.say({"jsonrpc": "2.0", "id": "nobody", "result": {}})
    assert len(pair.client.got) == 1


def test_more_than_a_server_may_owe_is_refused(pair: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.gateway.upstream.MOST_WAITING", 2)
    ids = [pair.client.request("prompts/list") for _ in range(3)]
    assert "More than 2" in pair.client.answer_to(ids[2])["error"]["message"]


def test_a_closed_session_takes_everything_back(pair: Stranger) -> None:
    pair.client.request("prompts/list")
    pair.greet()
    pair.door.say(pair.client.session.closed)
    assert pair.child.in_flight == 0
    assert pair.child.last("notifications/cancelled")["params"] == {"requestId": 2}


def test_a_modern_stream_stays_open_beyond_every_deadline(door: Door) -> None:
    pair = Stranger(door, server=wire.MODERN, client=wire.MODERN)
    pair.client.request("subscriptions/listen", {"notifications": {}})
    pair.greet()
    door.advance(3600)
    assert pair.client.got == []

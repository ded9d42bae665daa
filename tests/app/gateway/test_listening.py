"""What one client wants to hear of: its own things alone, in its own era, within bounds, until it is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.runtime import wire
from tests.fakes.door import Door
from tests.fakes.watched import LISTED, LISTEN, SUBSCRIPTION, UPDATED, Watched, heard, install, stream


@pytest.fixture
def watched(granted: Door, tmp_path: Path) -> Watched:
    install(str(tmp_path / "builtin"))
    return Watched(granted)


def test_a_modern_client_hears_under_its_own_id(watched: Watched, folder: Path) -> None:
    client = watched.client(modern=True)
    id_ = stream(client, "note://a", "note://b")
    assert client.told("notifications/subscriptions/acknowledged") == []
    assert watched.agree() == {"resourceSubscriptions": ["note://a", "note://b"]}
    assert client.told("notifications/subscriptions/acknowledged") == [
        {"_meta": {SUBSCRIPTION: id_}, "notifications": {"resourceSubscriptions": ["note://a", "note://b"]}}
    ]
    watched.changed("note://a", folder / "a.md")
    assert client.told(UPDATED) == [{"_meta": {SUBSCRIPTION: id_}, "uri": "note://a"}]


def test_a_legacy_client_in_front_of_the_modern_server_subscribes_the_older_way(watched: Watched, folder: Path) -> None:
    client = watched.client(modern=False)
    id_ = client.request("resources/subscribe", {"uri": "note://a"})
    assert client.answers(id_) == []
    watched.agree()
    assert client.answer_to(id_)["result"] == {}
    watched.changed("note://a", folder / "a.md")
    assert client.told(UPDATED) == [{"uri": "note://a"}]
    assert client.answer_to(client.request("resources/unsubscribe", {"uri": "note://a"}))["result"] == {}
    watched.changed("note://a", folder / "a.md")
    assert len(client.told(UPDATED)) == 1


def test_each_session_hears_only_what_it_asked_for(watched: Watched, folder: Path) -> None:
    one, two, three = (watched.client(modern=modern) for modern in (True, False, True))
    stream(one, "note://a")
    two.request("resources/subscribe", {"uri": "note://b"})
    stream(three, lists=True)
    watched.agree()
    for uri in ("note://a", "note://b", "note://c"):
        watched.changed(uri, folder / "x.md")
    watched.list_changed()
    assert (heard(one), heard(two), heard(three)) == (["note://a"], ["note://b"], [])
    assert [len(client.told(LISTED)) for client in (one, two, three)] == [0, 0, 1]


def test_a_legacy_client_hears_of_the_list_once_it_has_asked_for_it(watched: Watched) -> None:
    client = watched.client(modern=False)
    watched.door.advance(1)
    assert watched.door.servers.children == {}
    client.request("resources/list")
    watched.agree()
    watched.list_changed()
    assert client.told(LISTED) == [{}]


def test_what_changes_often_is_told_ten_times_a_second_and_the_last_change_too(watched: Watched, folder: Path) -> None:
    client = watched.client(modern=True)
    stream(client, "note://a")
    watched.agree()
    for _ in range(100):
        watched.changed("note://a", folder / "a.md")
    assert len(heard(client)) == 1
    watched.door.advance(0.1)
    assert len(heard(client)) == 2
    watched.door.advance(10)
    assert len(heard(client)) == 2


def test_a_stream_taken_back_or_a_session_gone_hears_nothing_and_the_server_is_told(
    watched: Watched, folder: Path
) -> None:
    one, two = watched.client(modern=True), watched.client(modern=True)
    first = stream(one, "note://a")
    stream(two, "note://b")
    watched.agree()
    assert watched.child.held == 1
    one.notify("notifications/cancelled", {"requestId": first})
    assert watched.agree() == {"resourceSubscriptions": ["note://b"]}
    watched.changed("note://a", folder / "a.md")
    assert heard(one) == []
    two.session.closed()
    watched.door.advance(0)
    assert watched.child.held == 0
    assert len(watched.child.requests("notifications/cancelled")) == 2


@pytest.mark.parametrize("modern", [True, False])
def test_a_refusal_of_the_server_is_the_answer(watched: Watched, modern: bool) -> None:
    client = watched.client(modern=modern)
    id_ = stream(client, "note://a") if modern else client.request("resources/subscribe", {"uri": "note://a"})
    watched.refuse("note://a cannot be watched")
    assert "cannot be watched" in client.answer_to(id_)["error"]["message"]
    assert watched.child.held == 0


def test_subscriptions_are_bounded(watched: Watched) -> None:
    client = watched.client(modern=True)
    too_many = stream(client, *(f"note://{number}" for number in range(1025)))
    assert "1024" in client.answer_to(too_many)["error"]["message"]
    assert "8192" in client.answer_to(stream(client, "note://" + "x" * 9000))["error"]["message"]
    for _ in range(64):
        stream(client, "note://a")
    watched.agree()
    assert "64" in client.answer_to(stream(client, "note://a"))["error"]["message"]


def test_each_era_has_its_own_way(watched: Watched) -> None:
    modern, legacy = watched.client(modern=True), watched.client(modern=False)
    refused = modern.answer_to(modern.request("resources/subscribe", {"uri": "note://a"}))
    assert refused["error"]["code"] == wire.METHOD_NOT_FOUND
    assert legacy.answer_to(legacy.request(LISTEN, {"notifications": {}}))["error"]["code"] == wire.METHOD_NOT_FOUND


def test_a_server_that_offers_no_subscriptions_is_not_started_for_one(granted: Door) -> None:
    client = granted.client()
    refused = client.answer_to(client.request("resources/subscribe", {"uri": "file:///x"}))
    assert refused["error"]["code"] == wire.METHOD_NOT_FOUND
    assert granted.servers.children == {}

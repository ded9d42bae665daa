"""One stream for all who listen: nothing of a closed folder, and again after the server was lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.door import Door
from tests.fakes.watched import LISTEN, Watched, heard, install, stream


@pytest.fixture
def watched(granted: Door, tmp_path: Path) -> Watched:
    install(str(tmp_path / "builtin"))
    return Watched(granted)


def test_many_wishes_of_one_moment_are_one_stream(watched: Watched) -> None:
    clients = [watched.client(modern=False) for _ in range(5)]
    ids = [client.request("resources/subscribe", {"uri": f"note://{n}"}) for n, client in enumerate(clients)]
    assert len(watched.agree()["resourceSubscriptions"]) == 5
    assert len(watched.child.requests(LISTEN)) == 1
    assert all(client.answer_to(id_)["result"] == {} for client, id_ in zip(clients, ids, strict=True))


def test_a_closed_folder_sends_nothing_from_the_next_moment_on(watched: Watched, folder: Path) -> None:
    client = watched.client(modern=True)
    stream(client, "note://a", "file:///etc/passwd")
    watched.agree()
    watched.changed("note://a", Path("/etc/passwd"))
    watched.changed("file:///etc/passwd")
    assert heard(client) == []
    watched.door.settings(f'[[folders]]\npath = "{folder}"\naccess = "off"\n')
    watched.changed("note://a", folder / "a.md")
    assert heard(client) == []
    watched.door.settings(f'[[folders]]\npath = "{folder}"\naccess = "read"\n')
    watched.changed("note://a", folder / "a.md")
    assert heard(client) == ["note://a"]


def test_after_the_server_was_lost_the_stream_is_asked_for_again_and_everything_told_once(watched: Watched) -> None:
    client = watched.client(modern=True)
    stream(client, "note://a", lists=True)
    watched.agree()
    first = watched.child
    watched.door.say(first.die)
    watched.door.advance(0)
    assert watched.child is not first
    assert watched.agree() == {"resourceSubscriptions": ["note://a"], "resourcesListChanged": True}
    assert heard(client) == ["note://a"]


def test_a_server_that_cannot_start_is_tried_again_less_and_less_often(watched: Watched) -> None:
    client = watched.client(modern=True)
    stream(client, "note://a")
    watched.agree()
    watched.door.servers.refuse = True
    watched.door.say(watched.child.die)
    watched.door.advance(30)
    assert watched.door.loop.waiting <= 2
    watched.door.servers.refuse = False
    watched.door.advance(61)
    assert watched.agree() == {"resourceSubscriptions": ["note://a"]}


def test_a_server_that_never_agrees_has_refused(watched: Watched) -> None:
    client = watched.client(modern=True)
    id_ = stream(client, "note://a")
    watched.asked()
    watched.door.advance(21)
    assert "20 s" in client.answer_to(id_)["error"]["message"]
    assert watched.child.held == 0


def test_while_paused_nothing_is_told_and_afterwards_what_may_have_been_missed(watched: Watched, folder: Path) -> None:
    client = watched.client(modern=True)
    stream(client, "note://a")
    watched.agree()
    watched.door.core.pause()
    watched.changed("note://a", folder / "a.md")
    assert heard(client) == []
    watched.door.say(watched.door.core.resume)
    assert heard(client) == ["note://a"]


def test_a_wish_while_another_is_being_asked_for_waits_for_its_turn(watched: Watched) -> None:
    one, two = watched.client(modern=True), watched.client(modern=True)
    stream(one, "note://a")
    watched.asked()
    id_ = stream(two, "note://b")
    watched.agree()
    assert two.told("notifications/subscriptions/acknowledged") == []
    assert watched.agree() == {"resourceSubscriptions": ["note://a", "note://b"]}
    assert len(two.told("notifications/subscriptions/acknowledged")) == 1
    assert two.answers(id_) == []
    assert watched.child.held == 1


def test_a_server_that_switched_off_is_not_started(watched: Watched) -> None:
    watched.door.settings("[servers.watched]\nenabled = false\n")
    client = watched.client(modern=True)
    id_ = stream(client, "note://a")
    watched.door.advance(0)
    assert "switched this server off" in client.answer_to(id_)["error"]["message"]
    assert watched.door.servers.children == {}

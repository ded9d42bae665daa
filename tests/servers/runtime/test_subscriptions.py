"""Who subscribed hears of a change, in either era, once, and of nothing that is closed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from servers.runtime import wire
from tests.fakes.stdio_peer import Peer
from tests.servers.runtime.conftest import Start

MODULE = "tests.fakes.watching_server"


@pytest.fixture
def peer(start: Start, tmp_path: Path) -> Peer:
    return start("--folder", f"{tmp_path}=read", module=MODULE)


def policy(peer: Peer, generation: int, *folders: wire.Folder) -> None:
    params = json.loads(wire.encode(wire.Policy(generation, folders)))
    peer.send({"jsonrpc": "2.0", "method": "doorkeep/policy", "params": params})


def listen(peer: Peer, id_: Any, *uris: str, lists: bool = False) -> dict[str, Any]:
    """What is acknowledged."""
    asked = {"resourceSubscriptions": list(uris), "resourcesListChanged": lists, "toolsListChanged": True}
    peer.ask("subscriptions/listen", {"notifications": asked}, id_=id_)
    return notice(peer, "notifications/subscriptions/acknowledged")


def notice(peer: Peer, method: str) -> dict[str, Any]:
    """The parameters of the next notification, which must be of this method."""
    message = peer.heard.pop(0) if peer.heard else peer.message()
    assert message["method"] == method
    return message["params"]


def change(peer: Peer, *uris: str, folder: Path, **more: Any) -> None:
    paths = [str(folder / uri.rpartition("/")[2]) for uri in uris]
    peer.text("change", {"uris": list(uris), "paths": paths, **more})


def updates(peer: Peer, until: str) -> list[dict[str, Any]]:
    """What is told up to the update of one resource, that included."""
    found: list[dict[str, Any]] = []
    while not found or found[-1].get("uri") != until:
        found.append(notice(peer, "notifications/resources/updated"))
    return found


def test_a_stream_hears_of_its_resources_under_its_own_id(peer: Peer, tmp_path: Path) -> None:
    said = listen(peer, "one", "thing://a", "thing://b")
    assert said["_meta"] == {"io.modelcontextprotocol/subscriptionId": "one"}
    assert said["notifications"] == {"resourceSubscriptions": ["thing://a", "thing://b"]}
    change(peer, "thing://other", "thing://b", folder=tmp_path)
    assert updates(peer, "thing://b") == [
        {"_meta": {"io.modelcontextprotocol/subscriptionId": "one"}, "uri": "thing://b"}
    ]


def test_each_stream_hears_what_it_asked_for_and_no_more(peer: Peer, tmp_path: Path) -> None:
    listen(peer, "one", "thing://a")
    listen(peer, "two", lists=True)
    change(peer, "thing://a", folder=tmp_path, lists=True)
    meta = [{"io.modelcontextprotocol/subscriptionId": id_} for id_ in ("one", "two")]
    assert notice(peer, "notifications/resources/updated") == {"_meta": meta[0], "uri": "thing://a"}
    assert notice(peer, "notifications/resources/list_changed") == {"_meta": meta[1]}


def test_a_thousand_changes_are_told_a_few_times(peer: Peer, tmp_path: Path) -> None:
    listen(peer, "one", "thing://a", "thing://end")
    change(peer, "thing://a", folder=tmp_path, times=1000)
    change(peer, "thing://end", folder=tmp_path)
    assert len(updates(peer, "thing://end")) <= 20


def test_a_stream_taken_back_is_silent_and_its_id_is_free(peer: Peer, tmp_path: Path) -> None:
    listen(peer, "one", "thing://a")
    listen(peer, "two", "thing://b")
    peer.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "one"}})
    change(peer, "thing://a", "thing://b", folder=tmp_path)
    assert [told["uri"] for told in updates(peer, "thing://b")] == ["thing://b"]
    listen(peer, "one", "thing://a")


def test_the_servers_function_is_told_the_whole_of_what_is_wanted(peer: Peer) -> None:
    listen(peer, "one", "thing://a")
    listen(peer, "two", "thing://b", "thing://a", lists=True)
    assert peer.text("told_last") == "2 ['thing://a', 'thing://b'] True"
    for id_ in ("one", "two"):
        peer.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id_}})
    assert peer.text("told_last") == "3 [] False"


def test_the_older_way_subscribes_to_one_resource_at_a_time(peer: Peer, tmp_path: Path) -> None:
    offered = peer.initialize("2025-11-25")["capabilities"]["resources"]
    assert offered == {"subscribe": True, "listChanged": True}
    assert peer.request("resources/subscribe", {"uri": "thing://a"})["result"] == {}
    assert peer.request("resources/subscribe", {"uri": "thing://b"})["result"] == {}
    assert peer.request("resources/unsubscribe", {"uri": "thing://a"})["result"] == {}
    assert peer.request("resources/unsubscribe", {"uri": "thing://never"})["result"] == {}
    change(peer, "thing://a", "thing://b", folder=tmp_path)
    assert updates(peer, "thing://b") == [{"uri": "thing://b"}]


def test_the_older_way_hears_of_the_list_once_it_has_asked_for_it(peer: Peer, tmp_path: Path) -> None:
    peer.initialize("2025-06-18")
    peer.text("change", {"lists": True})
    peer.request("resources/list")
    assert peer.heard == []
    peer.text("change", {"lists": True})
    assert notice(peer, "notifications/resources/list_changed") == {}


def test_what_the_server_refuses_is_an_error_and_changes_nothing(peer: Peer) -> None:
    listen(peer, "one", "thing://a")
    refused = peer.request("subscriptions/listen", {"notifications": {"resourceSubscriptions": ["thing://refused"]}})
    assert "cannot be watched" in refused["error"]["message"]
    assert peer.text("told_last") == "1 ['thing://a'] False"


def test_subscriptions_are_bounded(peer: Peer) -> None:
    many = {"notifications": {"resourceSubscriptions": [f"thing://{number}" for number in range(1025)]}}
    assert "1024" in peer.request("subscriptions/listen", many)["error"]["message"]
    long = {"notifications": {"resourceSubscriptions": ["thing://" + "x" * 9000]}}
    assert "8192" in peer.request("subscriptions/listen", long)["error"]["message"]


def test_nobody_hears_of_a_closed_folder_and_the_gateway_is_told_the_path(start: Start, tmp_path: Path) -> None:
    peer = start("--gateway", module=MODULE)
    closed, opened = tmp_path / "closed", tmp_path / "open"
    closed.mkdir()
    opened.mkdir()
    policy(peer, 1, wire.Folder(str(closed), "read"), wire.Folder(str(opened), "read"))
    listen(peer, "one", "thing://a", "thing://b")
    policy(peer, 2, wire.Folder(str(closed), "off"), wire.Folder(str(opened), "read"))
    assert peer.text("told_last", doorkeep={"generation": 2}).startswith("2 ")
    paths = [str(closed / "a"), str(opened / "b")]
    peer.text("change", {"uris": ["thing://a", "thing://b"], "paths": paths}, doorkeep={"generation": 2})
    (message,) = [peer.heard.pop(0) if peer.heard else peer.message()]
    assert (message["params"]["uri"], message["doorkeep"]) == ("thing://b", {"paths": [paths[1]]})


def test_a_server_that_watches_nothing_acknowledges_nothing(start: Start) -> None:
    peer = start()
    assert listen(peer, "one", "thing://a/b", lists=True)["notifications"] == {}
    peer.initialize("2025-11-25")
    assert peer.request("resources/subscribe", {"uri": "thing://a/b"})["error"]["code"] == wire.METHOD_NOT_FOUND

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from servers.runtime import wire
from tests.fakes.stdio_peer import Peer
from tests.servers.runtime.conftest import Start


@pytest.fixture
def peer(start: Start) -> Peer:
    """A server that was started by the gateway."""
    return start("--gateway")


def policy(peer: Peer, generation: int, *folders: wire.Folder) -> None:
    params = json.loads(wire.encode(wire.Policy(generation, folders)))
    peer.send({"jsonrpc": "2.0", "method": "doorkeep/policy", "params": params})


def order(generation: int = 1, guard: str = "") -> dict[str, Any]:
    return {"generation": generation, "guard": guard, "session": "s"}


def keep(peer: Peer, path: Path, text: str, **arguments: Any) -> dict[str, Any]:
    return {"name": "keep", "arguments": {"path": str(path), "text": text, **arguments}}


def test_nothing_is_done_before_the_gateway_said_which_folders_are_granted(peer: Peer) -> None:
    echo = {"name": "echo", "arguments": {"text": "x"}}
    assert peer.request("tools/call", echo, doorkeep=order(1))["error"]["code"] == wire.STALE_POLICY
    assert peer.request("tools/call", echo)["error"]["code"] == wire.STALE_POLICY
    assert len(peer.request("tools/list")["result"]["tools"]) > 5


def test_a_policy_is_in_force_for_the_next_call(peer: Peer, tmp_path: Path) -> None:
    accesses: list[wire.Access] = ["write", "read", "off"]
    for generation, access in enumerate(accesses, 1):
        policy(peer, generation, wire.Folder(str(tmp_path), access))
        rows = [f"{tmp_path}={access}"] if access != "off" else []
        assert peer.text("granted", doorkeep=order(generation)).startswith(f"{generation} True {rows}")


def test_a_call_decided_under_a_newer_policy_is_sent_back(peer: Peer) -> None:
    policy(peer, 4)
    params = {"name": "granted", "arguments": {}}
    refused = peer.request("tools/call", params, doorkeep=order(5))
    assert refused["error"]["code"] == wire.STALE_POLICY
    assert peer.text("granted", doorkeep=order(4)).startswith("4 ")
    assert peer.text("granted", doorkeep=order(3)).startswith("4 ")


def test_a_policy_that_cannot_be_read_leaves_the_last_one_in_force(peer: Peer) -> None:
    policy(peer, 1)
    peer.send({"jsonrpc": "2.0", "method": "doorkeep/policy", "params": {"generation": "two"}})
    assert peer.text("granted", doorkeep=order(1)).startswith("1 ")
    assert "policy could not be read" in peer.complaints()


def test_what_a_call_touched_is_told_to_the_gateway_alone(peer: Peer) -> None:
    policy(peer, 1)
    told = peer.request("tools/call", {"name": "facts", "arguments": {"name": "a"}}, doorkeep=order())
    assert told["doorkeep"] == {"paths": ["/somewhere/a"]}
    assert "doorkeep" not in peer.request("tools/call", {"name": "facts", "arguments": {}})
    assert peer.request("resources/read", {"uri": "thing://a/b"}, doorkeep=order())["doorkeep"] == {"paths": ["/b"]}


@pytest.mark.parametrize(("method", "member"), [("tools/call", "result"), ("doorkeep/plan", "error")])
def test_what_the_rules_forbid_is_told_to_the_gateway_with_the_folder(
    start: Start, tmp_path: Path, method: str, member: str
) -> None:
    peer = start("--gateway", module="servers.filesystem")
    shut = tmp_path / "shut"
    policy(peer, 1, wire.Folder(str(tmp_path), "write"), wire.Folder(str(shut), "off"))
    asked = {"name": "create_directory", "arguments": {"path": str(shut / "new")}}
    told = peer.request(method, asked, doorkeep=order())
    assert member in told
    refused = told["doorkeep"]["refused"]
    assert refused["folder"] == str(shut)
    assert refused["reason"] == f"{refused['path']} lies in {shut}, which is switched off"


def test_a_plan_changes_nothing_and_a_change_names_what_it_did(peer: Peer, tmp_path: Path) -> None:
    policy(peer, 1)
    target = tmp_path / "kept.txt"
    plan = peer.request("doorkeep/plan", keep(peer, target, "new"), doorkeep=order())["result"]
    assert (plan["writes"], plan["preview"], plan["guard"]) == ([str(target)], "+new", "was nothing")
    assert not target.exists()
    done = peer.request("tools/call", keep(peer, target, "new"), doorkeep=order(guard=plan["guard"]))
    assert done["doorkeep"] == {"paths": [str(target)], "change_id": "change-1"}
    assert target.read_text() == "new"


def test_nothing_is_applied_when_the_world_moved_after_the_plan(peer: Peer, tmp_path: Path) -> None:
    policy(peer, 1)
    target = tmp_path / "kept.txt"
    plan = peer.request("doorkeep/plan", keep(peer, target, "new"), doorkeep=order())["result"]
    target.write_text("somebody else's")
    moved = peer.request("tools/call", keep(peer, target, "new"), doorkeep=order(guard=plan["guard"]))
    assert moved["error"]["code"] == wire.WORLD_MOVED
    assert target.read_text() == "somebody else's"


def test_a_plan_of_a_read_names_its_paths_and_a_wrong_one_says_why(peer: Peer, tmp_path: Path) -> None:
    policy(peer, 1, wire.Folder(str(tmp_path), "read"))
    asked = {"name": "facts", "arguments": {"name": "a.txt"}}
    assert peer.request("doorkeep/plan", asked, doorkeep=order())["result"]["reads"] == [str(tmp_path / "a.txt")]
    wrong = {"name": "keep", "arguments": {"pfad": 1}}
    assert "`pfad`" in peer.request("doorkeep/plan", wrong, doorkeep=order())["error"]["message"]


def test_a_stranger_grants_itself_nothing(start: Start, tmp_path: Path) -> None:
    peer = start("--folder", f"{tmp_path}=ask")
    policy(peer, 9, wire.Folder("/", "write"))
    answer = peer.request("tools/call", {"name": "granted", "arguments": {}}, doorkeep=order(9))
    assert answer["result"]["content"][0]["text"] == f"0 False ['{tmp_path}=ask'] False"
    assert "doorkeep" not in answer

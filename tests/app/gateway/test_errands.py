"""One request to a server on behalf of a call, and what still counts when nobody waits for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.gateway.errands import MAX_REASON, read_facts, refusal
from servers.runtime import wire
from tests.fakes.door import Door


def test_a_plan_is_asked_for_without_progress_and_names_the_same_call(asking: Door, folder: Path) -> None:
    client = asking.client()
    client.call("write_file", meta={"progressToken": 1}, path=str(folder / "a"), content="x")
    params = asking.child.last("doorkeep/plan")["params"]
    assert params["name"] == "write_file"
    assert params["arguments"] == {"path": str(folder / "a"), "content": "x"}
    assert "progressToken" not in params["_meta"]


def test_a_plan_that_takes_too_long_is_taken_back_and_said(asking: Door, folder: Path) -> None:
    client = asking.client()
    id_ = client.call("write_file", path=str(folder / "a"), content="x")
    asking.advance(2)
    assert "did not say in time" in client.refused(id_)
    asked = asking.child.last("doorkeep/plan")
    assert asking.child.last("notifications/cancelled")["params"] == {"requestId": asked["id"]}
    asking.say(lambda: asking.child.give(asked, {"writes": [str(folder / "a")]}))
    assert asking.child.requests("tools/call") == []
    assert asking.only_row().outcome == "error"


def test_a_plan_that_fails_gives_the_servers_own_words(asking: Door, folder: Path) -> None:
    client = asking.client()
    id_ = client.call("write_file", path=str(folder / "a"), content="x")
    asking.say(
        lambda: asking.child.give_error(asking.child.last("doorkeep/plan"), wire.INVALID_PARAMS, "It is a folder.")
    )
    assert client.refused(id_) == "It is a folder."


@pytest.mark.parametrize("plan", [{"writes": "no list"}, {"writes": [3]}, {"undoable": "yes"}])
def test_a_plan_that_cannot_be_read_allows_nothing(asking: Door, folder: Path, plan: dict[str, object]) -> None:
    client = asking.client()
    id_ = client.call("write_file", path=str(folder / "a"), content="x")
    asking.say(lambda: asking.child.give(asking.child.last("doorkeep/plan"), plan))
    assert "could not be read" in client.refused(id_)
    assert asking.child.requests("tools/call") == []


def test_a_plan_that_leads_elsewhere_is_refused(asking: Door, folder: Path) -> None:
    client = asking.client()
    id_ = client.call("write_file", path=str(folder / "a"), content="x")
    asking.say(lambda: asking.child.give(asking.child.last("doorkeep/plan"), {"writes": ["/etc/passwd"], "guard": "g"}))
    assert "/etc/passwd lies in no granted folder" in client.refused(id_)


def test_a_call_whose_paths_only_a_plan_tells_is_decided_on_them(granted: Door, folder: Path) -> None:
    client = granted.client()
    client.call("undo", change_id="c1")
    assert granted.child.requests("tools/call") == []
    plan = {"writes": [str(folder / "a")], "guard": "g5"}
    granted.say(lambda: granted.child.give(granted.child.last("doorkeep/plan"), plan))
    assert granted.child.last("tools/call")["doorkeep"]["guard"] == "g5"
    assert granted.only_row().paths == [str(folder / "a")]


def test_a_server_that_dies_while_a_taken_back_call_runs_closes_its_row(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("read_file", path=str(folder))
    client.notify("notifications/cancelled", {"requestId": id_})
    granted.say(granted.child.die)
    assert granted.only_row().outcome == "cancelled"
    assert client.answers(id_) == []


def test_an_answer_without_facts_has_none() -> None:
    assert read_facts(wire.Message()) == wire.CallFacts()


def test_a_refusal_becomes_a_decision_unless_something_was_changed() -> None:
    refused = wire.Refusal("r" * 9999, "/w", "/w/a")
    found = refusal(wire.CallFacts(paths=["/w/a", "/w/b"], refused=refused))
    assert found is not None
    assert (found.verdict, found.by, found.reason) == ("deny", "policy", "r" * MAX_REASON)
    assert (found.folder, found.paths) == ("/w", ["/w/a", "/w/b"])
    assert refusal(wire.CallFacts(change_id="c", refused=refused)) is None
    assert refusal(wire.CallFacts()) is None

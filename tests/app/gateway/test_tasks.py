"""A task of a server's is an ordinary call to a client of the other era; within an era tasks pass as they are."""

from __future__ import annotations

from typing import Any

import pytest

from app.gateway.tasks import EXTENSION
from servers.runtime import wire
from tests.fakes.door import Door, tool
from tests.fakes.stranger import EVERYTHING, LEGACY, Stranger, pin

TASK = {
    "taskId": "t-1",
    "status": "working",
    "createdAt": "2026-01-01T00:00:00Z",
    "lastUpdatedAt": "2026-01-01T00:00:00Z",
}
CALL = "the call"
"""The id of the client's call."""
DONE = {"content": [{"type": "text", "text": "found"}]}
WORKING = {**tool("look", read_only=True), "execution": {"taskSupport": "required"}}
ABLE = {**EVERYTHING, "tasks": {"cancel": {}, "requests": {"tools": {"call": {}}}}}


def older(door: Door, tools: list[dict[str, Any]] | None = None, capabilities: dict[str, Any] = ABLE) -> Stranger:
    """A modern client in front of a legacy server, whose tool wants to be called as a task; the call is under way."""
    tools = [WORKING, tool("do", read_only=False)] if tools is None else tools
    pair = Stranger(door, server=LEGACY, client=wire.MODERN)
    door.core.pins.forget("other")
    pin_again(pair, tools)
    pair.client.request("tools/call", {"name": "look", "arguments": {}}, id_=CALL)
    pair.greet(tools, capabilities=capabilities)
    return pair


def pin_again(pair: Stranger, tools: list[dict[str, Any]]) -> None:
    pin(pair.door, pair.protocol, tools)
    for session in pair.door.core.sessions:
        session.renew_pin()


def newer(door: Door, extensions: dict[str, Any] | None = None) -> Stranger:
    """A legacy client in front of a modern server with the extension; the call is under way."""
    pair = Stranger(door, server=wire.MODERN, client=LEGACY)
    pair.client.request("tools/call", {"name": "look", "arguments": {}}, id_=CALL)
    pair.greet(capabilities={**EVERYTHING, "extensions": {EXTENSION: {}} if extensions is None else extensions})
    return pair


def begun(pair: Stranger, **more: Any) -> None:
    """The server answers the call with a task."""
    asked = pair.child.last("tools/call")
    if pair.protocol == wire.MODERN:
        pair.say({"jsonrpc": "2.0", "id": asked["id"], "result": {"resultType": "task", **TASK, "ttlMs": None, **more}})
    else:
        pair.give(asked, {"task": {**TASK, "ttl": None, **more}})


def unchecked(pair: Stranger) -> None:
    """The official types of a call's result know of no task."""
    pair.door.clients.remove(pair.client)


def stands(pair: Stranger, status: str, **more: Any) -> None:
    """The answer to the newest look at it."""
    pair.give(pair.child.last("tasks/get"), {**TASK, "status": status, "ttlMs": None, **more})


# -- a legacy server


def test_a_tool_that_wants_a_task_is_called_as_one_and_its_result_is_the_calls(door: Door) -> None:
    pair = older(door)
    assert pair.child.last("tools/call")["params"] == {"name": "look", "arguments": {}, "task": {}}
    begun(pair)
    asked = pair.child.last("tasks/result")
    assert asked["params"] == {"taskId": "t-1"}
    assert not pair.client.answers(CALL)
    pair.give(asked, {**DONE, "_meta": {"io.modelcontextprotocol/related-task": {"taskId": "t-1"}}})
    assert pair.client.text(CALL) == "found"
    assert door.only_row().outcome == "ok"
    pair.client.check()


def test_a_tool_that_needs_none_is_called_as_ever(door: Door) -> None:
    pair = older(door, [tool("look", read_only=True)])
    assert "task" not in pair.child.last("tools/call")["params"]
    pair.give(pair.child.last("tools/call"), {**DONE, "structuredContent": {"task": TASK}})
    assert pair.client.text(CALL) == "found"


def test_a_server_without_tasks_is_not_asked_for_one(door: Door) -> None:
    pair = older(door, capabilities=EVERYTHING)
    assert "task" not in pair.child.last("tools/call")["params"]


def test_an_error_of_the_task_is_the_calls(door: Door) -> None:
    pair = older(door)
    begun(pair)
    pair.say(
        {"jsonrpc": "2.0", "id": pair.child.last("tasks/result")["id"], "error": {"code": -32603, "message": "broke"}}
    )
    assert pair.client.answer_to(CALL)["error"] == {"code": -32603, "message": "broke"}
    assert door.only_row().outcome == "error"


def test_what_a_task_asks_the_user_goes_with_the_call_and_its_next_try(door: Door) -> None:
    pair = older(door)
    begun(pair)
    question = {"message": "Which?", "requestedSchema": {"type": "object", "properties": {}}}
    pair.say({"jsonrpc": "2.0", "id": 77, "method": "elicitation/create", "params": question})
    asked = pair.client.answer_to(CALL)["result"]
    assert asked["resultType"] == "input_required"
    [key] = asked["inputRequests"]
    answer = {"action": "accept", "content": {}}
    more = {"requestState": asked["requestState"], "inputResponses": {key: answer}}
    again = pair.client.call("look", more=more)
    assert pair.child.heard[-1] == {"jsonrpc": "2.0", "id": 77, "result": answer}
    pair.give(pair.child.last("tasks/result"), DONE)
    assert pair.client.text(again) == "found"
    assert len(pair.child.requests("tools/call")) == 1


def test_a_call_taken_back_ends_its_task(door: Door) -> None:
    pair = older(door)
    begun(pair)
    waiting = pair.child.last("tasks/result")["id"]
    pair.client.notify("notifications/cancelled", {"requestId": CALL})
    assert pair.child.last("tasks/cancel")["params"] == {"taskId": "t-1"}
    assert pair.child.last("notifications/cancelled")["params"]["requestId"] == waiting
    pair.give(pair.child.last("tasks/result"), DONE)
    assert not pair.client.answers(CALL)


def test_a_task_of_a_task_is_no_result(door: Door) -> None:
    pair = older(door)
    begun(pair)
    pair.give(pair.child.last("tasks/result"), {"task": {**TASK, "taskId": "t-2", "ttl": None}})
    assert len(pair.child.requests("tasks/result")) == 1
    assert pair.client.answers(CALL)
    unchecked(pair)


def test_what_is_said_of_tasks_by_themselves_cannot_be_said_to_the_other_era(door: Door) -> None:
    pair = older(door)
    refused = pair.client.request("tasks/get", {"taskId": "t-1"})
    assert "speaks the older revisions, in which tasks/get cannot be said" in str(pair.client.answer_to(refused))


def test_when_the_server_ends_the_call_ends_in_words(door: Door) -> None:
    pair = older(door)
    begun(pair)
    door.say(pair.child.die)
    assert "ended unexpectedly" in pair.client.refused(CALL)


# -- a modern server


def test_a_legacy_clients_call_waits_for_the_task_that_a_modern_server_makes_of_it(door: Door) -> None:
    pair = newer(door)
    able = pair.child.last("tools/call")["params"]["_meta"][wire.META_CAPABILITIES]
    assert able["extensions"] == {EXTENSION: {}}
    begun(pair, pollIntervalMs=2000)
    door.advance(1.9)
    assert not pair.child.requests("tasks/get")
    door.advance(0.2)
    stands(pair, "working", pollIntervalMs=500)
    door.advance(0.6)
    assert pair.child.last("tasks/get")["params"]["taskId"] == "t-1"
    stands(pair, "completed", result={"resultType": "complete", **DONE})
    assert pair.client.text(CALL) == "found"
    assert "resultType" not in pair.client.answer_to(CALL)["result"]
    assert door.only_row().outcome == "ok"
    door.advance(100)
    assert len(pair.child.requests("tasks/get")) == 2
    pair.client.check()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"status": "failed", "error": {"code": -32000, "message": "no disk"}}, "no disk"),
        ({"status": "failed", "statusMessage": "odd"}, "ended the task that it had begun (failed): odd"),
        ({"status": "cancelled"}, "ended the task that it had begun (cancelled)."),
        ({"taskId": 7, "status": "working"}, "makes sense"),
    ],
)
def test_a_task_that_comes_to_nothing_is_an_error_of_the_call(door: Door, more: dict[str, Any], said: str) -> None:
    pair = newer(door)
    begun(pair)
    door.advance(1.1)
    pair.give(pair.child.last("tasks/get"), {**TASK, "ttlMs": None, **more})
    assert said in str(pair.client.answer_to(CALL))
    assert door.only_row().outcome == "error"


def test_an_error_to_the_look_is_the_calls(door: Door) -> None:
    pair = newer(door)
    begun(pair)
    door.advance(1.1)
    pair.say({"jsonrpc": "2.0", "id": pair.child.last("tasks/get")["id"], "error": {"code": -32602, "message": "gone"}})
    assert pair.client.answer_to(CALL)["error"]["message"] == "gone"


def test_a_task_that_needs_an_answer_asks_the_legacy_client_once(door: Door) -> None:
    pair = newer(door)
    begun(pair)
    question = {
        "method": "elicitation/create",
        "params": {"message": "Which?", "requestedSchema": {"type": "object", "properties": {}}},
    }
    door.advance(1.1)
    stands(pair, "input_required", inputRequests={"q": question})
    [asked] = [message for message in pair.client.got if message.get("method") == "elicitation/create"]
    door.advance(5)
    assert len(pair.child.requests("tasks/get")) == 1
    pair.client.send({"jsonrpc": "2.0", "id": asked["id"], "result": {"action": "accept", "content": {}}})
    given = pair.child.last("tasks/update")["params"]
    assert given["inputResponses"] == {"q": {"action": "accept", "content": {}}}
    door.advance(1.1)
    stands(pair, "input_required", inputRequests={"q": question})
    assert len([message for message in pair.client.got if message.get("method") == "elicitation/create"]) == 1
    door.advance(1.1)
    stands(pair, "completed", result=DONE)
    assert pair.client.text(CALL) == "found"


def test_a_legacy_client_that_leaves_ends_the_task_and_the_looks(door: Door) -> None:
    pair = newer(door)
    begun(pair)
    pair.client.notify("notifications/cancelled", {"requestId": CALL})
    assert pair.child.last("tasks/cancel")["params"]["taskId"] == "t-1"
    door.advance(100)
    assert not pair.child.requests("tasks/get")


def test_a_server_that_declares_no_tasks_is_not_told_that_they_are_awaited(door: Door) -> None:
    pair = newer(door, extensions={})
    able = pair.child.last("tools/call")["params"]["_meta"][wire.META_CAPABILITIES]
    assert "extensions" not in able


# -- within an era


@pytest.mark.parametrize("era", [LEGACY, wire.MODERN])
def test_within_an_era_a_task_passes_as_it_is(door: Door, era: str) -> None:
    pair = Stranger(door, server=era, client=era)
    id_ = pair.client.call("look", more={"task": {"ttl": 5}} if era == LEGACY else {})
    pair.greet()
    begun(pair)
    result = pair.client.answer_to(id_)["result"]
    assert (result["task"] if era == LEGACY else result)["taskId"] == "t-1"
    asked = pair.client.request("tasks/get", {"taskId": "t-1"})
    pair.give(pair.child.last("tasks/get"), {**TASK, "status": "completed"})
    assert pair.client.answer_to(asked)["result"]["status"] == "completed"
    unchecked(pair)


def test_a_legacy_clients_wait_for_a_result_has_no_clock(door: Door) -> None:
    pair = Stranger(door, server=LEGACY, client=LEGACY)
    pair.client.call("look", more={"task": {}})
    pair.greet()
    begun(pair)
    waiting = pair.client.request("tasks/result", {"taskId": "t-1"})
    door.advance(10_000)
    assert not pair.client.answers(waiting)
    pair.give(pair.child.last("tasks/result"), DONE)
    assert pair.client.answer_to(waiting)["result"] == DONE
    unchecked(pair)

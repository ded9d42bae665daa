"""What a server tells unasked reaches the client whose era knows it, and grows where it must."""

from __future__ import annotations

import pytest

from servers.runtime import wire
from tests.fakes.door import Door
from tests.fakes.stranger import LEGACY, Stranger

TASK = {"taskId": "t", "status": "working", "createdAt": "2025-01-01T00:00:00Z", "ttl": 1}


@pytest.mark.parametrize(
    ("server", "client", "method", "params", "times"),
    [
        (LEGACY, LEGACY, "notifications/prompts/list_changed", {}, 1),
        (LEGACY, LEGACY, "notifications/message", {"level": "info", "data": 1}, 1),
        (LEGACY, wire.MODERN, "notifications/message", {"level": "info", "data": 1}, 0),
        (LEGACY, wire.MODERN, "notifications/prompts/list_changed", {}, 0),
        (LEGACY, wire.MODERN, "notifications/tasks/status", TASK, 0),
        (wire.MODERN, LEGACY, "notifications/prompts/list_changed", {}, 0),
        (LEGACY, LEGACY, "doorkeep/sign_in_needed", {"words": "Give me your password."}, 0),
        (LEGACY, wire.MODERN, "doorkeep/policy", {"generation": 9}, 0),
    ],
)
def test_only_what_the_client_asked_for_in_its_era(
    door: Door, server: str, client: str, method: str, params: dict[str, object], times: int
) -> None:
    pair = Stranger(door, server=server, client=client)
    pair.call("look")
    pair.tell(method, **params)
    assert len(pair.client.told(method)) == times


STEP = {"progressToken": "mine", "progress": 1}


@pytest.mark.parametrize("params", [b"7", b'{"progressToken":[1],"progress":1}'])
def test_progress_that_makes_no_sense_goes_to_the_servers_log(door: Door, params: bytes) -> None:
    pair = Stranger(door, server=LEGACY, client=LEGACY)
    pair.call("look")
    pair.say(b'{"jsonrpc":"2.0","method":"notifications/progress","params":%b}' % params)
    assert len(pair.child.strays) == 1


def test_progress_with_nulls_for_what_there_is_not_is_progress(door: Door) -> None:
    pair = Stranger(door, server=LEGACY, client=LEGACY)
    pair.call("look", meta={"progressToken": "mine"})
    pair.say({"jsonrpc": "2.0", "method": "notifications/progress", "params": {**STEP, "total": None, "message": None}})
    assert [one["progress"] for one in pair.client.told("notifications/progress")] == [1]
    pair.client.got.clear()  # as it came, nulls too: no revision has them
    assert pair.child.strays == []


def test_progress_grows_on_from_what_the_door_said_while_the_user_was_asked(door: Door) -> None:
    pair = Stranger(door, server=LEGACY, client=LEGACY, rules="ask")
    pair.client.call("do", meta={"progressToken": "mine"})
    (waiting,) = pair.client.told("notifications/progress")
    door.say(lambda: door.core.answer(door.core.approvals.listed()[0]["id"], "allow"))
    pair.greet()
    for progress in (0, 1):
        pair.tell("notifications/progress", progressToken="mine", progress=progress)
    told = [one["progress"] for one in pair.client.told("notifications/progress")]
    assert told == [waiting["progress"], 1]

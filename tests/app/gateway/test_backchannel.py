"""What a server wants to know of the client: within an era as it is, across the two by the other era's pattern."""

from __future__ import annotations

from typing import Any

import pytest

from servers.runtime import wire
from tests.fakes.door import MODERN_META, Door
from tests.fakes.stranger import CAPABLE, LEGACY, Stranger

FORM = {"message": "Which?", "requestedSchema": {"type": "object", "properties": {"a": {"type": "string"}}}}
SAMPLE = {"messages": [{"role": "user", "content": {"type": "text", "text": "hi"}}], "maxTokens": 10}
QUESTIONS = [("elicitation/create", FORM), ("sampling/createMessage", SAMPLE), ("roots/list", {})]
ANSWERS: dict[str, dict[str, Any]] = {
    "elicitation/create": {"action": "accept", "content": {"a": "b"}},
    "sampling/createMessage": {"role": "assistant", "content": {"type": "text", "text": "ho"}, "model": "m"},
    "roots/list": {"roots": [{"uri": "file:///w"}]},
}


def ask(pair: Stranger, method: str, params: dict[str, Any], id_: Any = "s1") -> None:
    pair.say({"jsonrpc": "2.0", "id": id_, "method": method, "params": params})


def reply(pair: Stranger, id_: Any, result: dict[str, Any] | None) -> None:
    """The legacy client answers a request of the server's."""
    answer = {"result": result} if result is not None else {"error": {"code": -1, "message": "no"}}
    pair.client.send({"jsonrpc": "2.0", "id": id_, **answer})


def asked_of_client(pair: Stranger) -> list[dict[str, Any]]:
    return [message for message in pair.client.got if "method" in message and "id" in message]


def answer_of(pair: Stranger, id_: Any) -> dict[str, Any]:
    """What the server was answered."""
    (found,) = [message for message in pair.child.heard if "method" not in message and message["id"] == id_]
    return found


# -- a legacy server and a legacy client ----------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "params"), [*QUESTIONS, ("ping", {}), ("com.example/ask", {"x": 1})])
def test_within_the_older_way_questions_and_answers_pass_as_they_are(door: Door, method: str, params: Any) -> None:
    pair = Stranger(door, server=LEGACY, client=LEGACY)
    pair.call("look")
    ask(pair, method, params)
    (question,) = asked_of_client(pair)
    assert (question["id"], question["method"], question["params"]) == ("s1", method, params)
    reply(pair, "s1", ANSWERS.get(method, {}))
    assert answer_of(pair, "s1")["result"] == ANSWERS.get(method, {})
    reply(pair, "s1", {"again": True})
    answer_of(pair, "s1")
    pair.client.got.remove(question)  # an unknown method is in no official list of types


@pytest.mark.parametrize("client", [LEGACY, wire.MODERN])
@pytest.mark.parametrize("method", ["doorkeep/secret", "doorkeep/store_secret", "doorkeep/policy"])
def test_a_program_of_others_may_not_use_our_private_words(door: Door, client: str, method: str) -> None:
    pair = Stranger(door, server=LEGACY, client=client)
    pair.call("look")
    for id_ in ("s1", f"{wire.PRIVATE}1"):
        ask(pair, method, {"name": "github", "value": "x"}, id_)
        assert answer_of(pair, id_)["error"]["code"] == wire.METHOD_NOT_FOUND
    assert asked_of_client(pair) == []


def test_an_answer_to_nothing_is_not_passed(door: Door) -> None:
    pair = Stranger(door, server=LEGACY, client=LEGACY)
    pair.call("look")
    before = len(pair.child.heard)
    reply(pair, "never asked", {})
    assert len(pair.child.heard) == before


def test_when_the_server_ends_its_questions_are_taken_back(door: Door) -> None:
    pair = Stranger(door, server=LEGACY, client=LEGACY)
    pair.call("look")
    ask(pair, "roots/list", {})
    door.say(pair.child.die)
    assert pair.client.told("notifications/cancelled")[0]["requestId"] == "s1"


# -- a legacy server and a modern client ----------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "params"), QUESTIONS)
def test_a_legacy_servers_question_ends_a_modern_clients_call_until_its_next_try(
    door: Door, method: str, params: dict[str, Any]
) -> None:
    pair = Stranger(door, server=LEGACY, client=wire.MODERN)
    first = pair.call("look", at="this")
    ask(pair, method, params)
    result = pair.client.answer_to(first)["result"]
    assert result["resultType"] == "input_required"
    ((key, question),) = result["inputRequests"].items()
    assert (question["method"], question["params"]) == (method, params)
    retry = {"requestState": result["requestState"], "inputResponses": {key: ANSWERS[method]}}
    second = pair.client.call("look", more=retry, at="this")
    assert answer_of(pair, "s1")["result"] == ANSWERS[method]
    assert len(pair.child.requests("tools/call")) == 1
    pair.answer("done")
    assert pair.client.text(second) == "done"
    assert door.only_row().outcome == "ok"


def test_two_questions_of_one_call_are_asked_one_after_the_other(door: Door) -> None:
    pair = Stranger(door, server=LEGACY, client=wire.MODERN)
    id_ = pair.call("look")
    for number in ("s1", "s2"):
        ask(pair, "roots/list", {}, number)
    for number in ("s1", "s2"):
        result = pair.client.answer_to(id_)["result"]
        ((key, _question),) = result["inputRequests"].items()
        more = {"requestState": result["requestState"], "inputResponses": {key: ANSWERS["roots/list"]}}
        id_ = pair.client.call("look", more=more)
        assert answer_of(pair, number)["result"] == ANSWERS["roots/list"]
    pair.answer("done")
    assert pair.client.text(id_) == "done"


@pytest.mark.parametrize("token", ["second", None])
def test_progress_goes_on_under_the_token_of_the_next_try(door: Door, token: str | None) -> None:
    pair = Stranger(door, server=LEGACY, client=wire.MODERN)
    capable = {**MODERN_META, wire.META_CAPABILITIES: CAPABLE}
    first = pair.call("look", meta={**capable, "progressToken": "first"})
    ask(pair, "roots/list", {})
    state = pair.client.answer_to(first)["result"]["requestState"]
    meta = {**capable, "progressToken": token} if token else capable
    pair.client.call("look", more={"requestState": state, "inputResponses": {}}, meta=meta)
    pair.tell("notifications/progress", progressToken="first", progress=1, total=2)
    told = pair.client.told("notifications/progress")
    assert told == ([{"progressToken": token, "progress": 1, "total": 2}] if token else [])


def test_a_prompt_may_need_an_answer_too(door: Door) -> None:
    pair = Stranger(door, server=LEGACY, client=wire.MODERN)
    first = pair.client.request("prompts/get", {"name": "p"})
    pair.greet()
    ask(pair, "elicitation/create", FORM)
    result = pair.client.answer_to(first)["result"]
    more = {"requestState": result["requestState"], "inputResponses": {}}
    second = pair.client.request("prompts/get", {"name": "p", **more})
    assert "gave no answer" in answer_of(pair, "s1")["error"]["message"]
    pair.give(pair.child.last("prompts/get"), {"messages": []})
    assert pair.client.answer_to(second)["result"] == {"resultType": "complete", "messages": []}


@pytest.mark.parametrize("method", ["elicitation/create", "com.example/ask"])
def test_what_a_modern_client_cannot_be_asked_is_refused_to_the_server(door: Door, method: str) -> None:
    pair = Stranger(door, server=LEGACY, client=wire.MODERN, capabilities={"roots": {}})
    pair.call("look")
    ask(pair, method, FORM)
    assert answer_of(pair, "s1")["error"]["code"] == wire.METHOD_NOT_FOUND
    assert pair.client.got == []


def test_a_question_without_any_request_to_carry_it_is_refused(door: Door) -> None:
    pair = Stranger(door, server=LEGACY, client=wire.MODERN)
    pair.call("look")
    pair.answer("done")
    ask(pair, "roots/list", {})
    assert "no request open" in answer_of(pair, "s1")["error"]["message"]
    ask(pair, "ping", {}, "s2")
    assert answer_of(pair, "s2")["result"] == {}


def test_a_client_that_does_not_come_back_is_waited_for_ten_minutes(door: Door) -> None:
    pair = Stranger(door, server=LEGACY, client=wire.MODERN)
    id_ = pair.call("look")
    ask(pair, "roots/list", {})
    state = pair.client.answer_to(id_)["result"]["requestState"]
    door.advance(601)
    assert "in time" in answer_of(pair, "s1")["error"]["message"]
    assert pair.child.last("notifications/cancelled")["params"] == {"requestId": id_}
    assert (door.only_row().outcome, pair.child.in_flight) == ("error", 0)
    late = pair.client.call("look", more={"requestState": state, "inputResponses": {}})
    assert "is over" in pair.client.answer_to(late)["error"]["message"]


def test_a_session_that_ends_in_between_leaves_no_row_open(door: Door) -> None:
    pair = Stranger(door, server=LEGACY, client=wire.MODERN)
    pair.call("look")
    ask(pair, "roots/list", {})
    pair.client.session.closed()
    assert door.only_row().outcome == "error"


# -- a modern server and a legacy client ----------------------------------------------------------------------------


def require(pair: Stranger, state: str | None = "st", **questions: tuple[str, Any]) -> dict[str, Any]:
    """The modern server answers the newest call with questions; gives that call as it had come."""
    call = pair.child.last("tools/call")
    asked = {key: {"method": method, "params": params} for key, (method, params) in questions.items()}
    result = {"resultType": "input_required", "inputRequests": asked}
    pair.give(call, {**result, "requestState": state} if state else result)
    return call


def test_a_modern_servers_questions_become_requests_to_a_legacy_client(door: Door) -> None:
    pair = Stranger(door, server=wire.MODERN, client=LEGACY)
    id_ = pair.call("look", at="this")
    first = require(pair, a=QUESTIONS[0], b=QUESTIONS[1], c=QUESTIONS[2])
    questions = {question["method"]: question for question in asked_of_client(pair)}
    assert questions["elicitation/create"]["params"] == FORM
    for method, question in questions.items():
        reply(pair, question["id"], ANSWERS[method])
    second = pair.child.last("tools/call")
    assert second["id"] != first["id"]
    assert second["params"]["requestState"] == "st"
    assert second["params"]["inputResponses"] == dict(zip("abc", (ANSWERS[m] for m, _p in QUESTIONS), strict=True))
    assert second["params"]["arguments"] == {"at": "this"}
    pair.answer("done")
    assert pair.client.text(id_) == "done"
    assert door.only_row().outcome == "ok"


def test_a_legacy_client_that_refuses_a_form_has_cancelled_it(door: Door) -> None:
    pair = Stranger(door, server=wire.MODERN, client=LEGACY)
    pair.call("look")
    require(pair, a=QUESTIONS[0])
    reply(pair, asked_of_client(pair)[0]["id"], None)
    assert pair.child.last("tools/call")["params"]["inputResponses"] == {"a": {"action": "cancel"}}


def test_one_that_refuses_something_else_ends_the_call(door: Door) -> None:
    pair = Stranger(door, server=wire.MODERN, client=LEGACY)
    id_ = pair.call("look")
    require(pair, a=QUESTIONS[2])
    reply(pair, asked_of_client(pair)[0]["id"], None)
    assert "roots/list" in pair.client.refused(id_)


def test_what_a_legacy_client_does_not_offer_ends_the_call_in_words(door: Door) -> None:
    pair = Stranger(door, server=wire.MODERN, client=LEGACY, capabilities={"roots": {}})
    id_ = pair.call("look")
    require(pair, a=QUESTIONS[0])
    assert "elicitation/create, which it does not offer" in pair.client.refused(id_)


def test_a_server_that_only_wants_its_state_back_gets_it_and_not_for_ever(door: Door) -> None:
    pair = Stranger(door, server=wire.MODERN, client=LEGACY)
    id_ = pair.call("look")
    for number in range(21):
        require(pair, state=f"state-{number}")
    assert "asks without end" in pair.client.refused(id_)
    assert len(pair.child.requests("tools/call")) == 21


def test_a_call_taken_back_in_between_is_taken_back_under_its_newest_id(door: Door) -> None:
    pair = Stranger(door, server=wire.MODERN, client=LEGACY)
    id_ = pair.call("look")
    require(pair)
    newest = pair.child.last("tools/call")["id"]
    pair.client.notify("notifications/cancelled", {"requestId": id_})
    assert pair.child.last("notifications/cancelled")["params"]["requestId"] == newest


def test_a_modern_server_must_not_make_requests(door: Door) -> None:
    pair = Stranger(door, server=wire.MODERN, client=LEGACY)
    pair.call("look")
    ask(pair, "roots/list", {})
    assert answer_of(pair, "s1")["error"]["code"] == wire.METHOD_NOT_FOUND


# -- both modern ----------------------------------------------------------------------------------------------------


def test_within_the_modern_era_the_question_and_the_next_try_pass_as_they_are(door: Door) -> None:
    pair = Stranger(door, server=wire.MODERN, client=wire.MODERN)
    first = pair.call("look")
    require(pair, a=QUESTIONS[2])
    result = pair.client.answer_to(first)["result"]
    assert result["inputRequests"]["a"]["method"] == "roots/list"
    more = {"requestState": result["requestState"], "inputResponses": {"a": ANSWERS["roots/list"]}}
    second = pair.client.call("look", more=more)
    assert pair.child.last("tools/call")["params"]["inputResponses"] == {"a": ANSWERS["roots/list"]}
    pair.answer("done")
    assert pair.client.text(second) == "done"


def test_the_next_try_of_a_call_that_the_user_allowed_is_not_asked_about_again(door: Door) -> None:
    capable = {wire.META_CAPABILITIES: CAPABLE}
    pair = Stranger(door, server=wire.MODERN, client=wire.MODERN, rules="ask")
    first = pair.client.call("do")
    state = pair.client.answer_to(first)["result"]["requestState"]
    yes = {"approval": {"action": "accept", "content": {"answer": "allow once"}}}
    second = pair.client.call(
        "do", more={"requestState": state, "inputResponses": yes}, meta={**MODERN_META, **capable}
    )
    pair.greet()
    assert "requestState" not in pair.child.last("tools/call")["params"]
    require(pair, a=QUESTIONS[2])
    assert pair.client.answer_to(second)["result"]["requestState"] == "st"
    more = {"requestState": "st", "inputResponses": {"a": ANSWERS["roots/list"]}}
    third = pair.client.call("do", more=more)
    pair.answer("done")
    assert pair.client.text(third) == "done"
    other = pair.client.call("do", more=more, what="else")
    assert pair.client.answer_to(other)["result"]["resultType"] == "input_required"

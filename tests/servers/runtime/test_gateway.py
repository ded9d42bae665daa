"""A server asks the gateway that started it for a secret, and waits no longer than it must."""

from __future__ import annotations

import json
from typing import Any

import pytest

from servers.runtime import wire
from servers.runtime.gateway import MOST_WAITING, Gateway, GatewayRefusalError


class Line:
    """The pipe: what the gateway answers to each request, at once; None: nothing."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []
        self.gateway = Gateway(self.send)

    def send(self, line: bytes) -> None:
        asked = json.loads(line)
        self.asked.append(asked)
        if self.answer is not None:
            answer = json.dumps({"jsonrpc": "2.0", "id": asked["id"], **self.answer})
            assert self.gateway.answered(wire.decode(answer.encode()))


@pytest.mark.parametrize("value", ["geheim", None])
def test_a_secret_is_asked_for_by_its_name(value: str | None) -> None:
    line = Line({"result": {"value": value}})
    assert line.gateway.secret("forge") == value
    assert line.gateway.secret("forge") == value
    assert [asked["method"] for asked in line.asked] == ["doorkeep/secret"] * 2
    assert line.asked[0]["params"] == {"name": "forge"}
    ids = [asked["id"] for asked in line.asked]
    assert len(set(ids)) == 2
    assert all(id_.startswith(wire.PRIVATE) for id_ in ids)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"error": {"code": -32603, "message": "The keychain is locked."}}, "The keychain is locked."),
        ({"error": 1}, "The gateway refused."),
        ({"result": []}, "cannot be read"),
    ],
)
def test_what_the_gateway_refuses_is_said_in_its_words(answer: dict[str, Any], words: str) -> None:
    with pytest.raises(GatewayRefusalError, match=words):
        Line(answer).gateway.secret("forge")


def test_an_answer_that_never_comes_is_not_waited_for() -> None:
    line = Line(None)
    with pytest.raises(GatewayRefusalError, match="did not answer within 0 seconds"):
        line.gateway.secret("forge", seconds=0)
    late = json.dumps({"jsonrpc": "2.0", "id": line.asked[0]["id"], "result": {"value": "late"}})
    assert line.gateway.answered(wire.decode(late.encode()))


@pytest.mark.parametrize("id_", [1, "1", "doorkeep-1", None])
def test_answers_to_others_are_left_to_them(id_: Any) -> None:
    message = wire.decode(json.dumps({"jsonrpc": "2.0", "id": id_, "result": {}}).encode())
    assert not Line(None).gateway.answered(message)


def test_too_many_at_once_are_refused() -> None:
    line = Line(None)
    line.gateway._waiting.update({str(number): None for number in range(MOST_WAITING)})  # pyright: ignore[reportCallIssue, reportArgumentType]
    with pytest.raises(GatewayRefusalError, match="Too many"):
        line.gateway.secret("forge")

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from app.control.frames import Refusal
from app.control.messages import Answer, Event, Given, Joined, Pruning, Request, Stopping


def test_a_request_keeps_its_arguments_closed_until_the_call_is_known() -> None:
    request = msgspec.json.decode(b'{"id":1,"call":"prune","with":{"days": 3}}', type=Request)
    assert (request.id, request.call, bytes(request.with_)) == (1, "prune", b'{"days": 3}')
    assert msgspec.json.decode(request.with_, type=Pruning).days == 3
    assert bytes(msgspec.json.decode(b'{"id":1,"call":"status"}', type=Request).with_) == b"{}"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(1, ok=msgspec.Raw(b'{"a":1}')), {"id": 1, "ok": {"a": 1}}),
        (Answer(2, error=Refusal("No.")), {"id": 2, "error": {"title": "No."}}),
        (Event("missed", count=2), {"event": "missed", "count": 2}),
        (Event("call", record=msgspec.Raw(b'{"id":9}')), {"event": "call", "record": {"id": 9}}),
        (
            Event("server", server="git", state="crashed", words="It ended."),
            {"event": "server", "server": "git", "state": "crashed", "words": "It ended."},
        ),
    ],
)
def test_lines_hold_what_they_say_and_nothing_more(answer: Any, expected: dict[str, Any]) -> None:
    line = msgspec.json.encode(answer)
    assert json.loads(line) == expected
    joined = msgspec.json.decode(line, type=Joined)
    assert (joined.id, joined.event) == (expected.get("id"), expected.get("event", ""))


def test_a_question_is_answered_once_unless_more_was_said() -> None:
    assert msgspec.json.decode(b'{"id":"a","answer":"allow"}', type=Given).scope == "once"
    assert msgspec.json.decode(b"{}", type=Stopping).stay is False

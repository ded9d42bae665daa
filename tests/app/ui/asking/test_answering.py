"""What may be answered, and how the answer reaches the gateway."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.errors import DoorkeepError
from app.core.settings import load
from app.ui.asking.answering import Answering, Offer, offers


@pytest.mark.parametrize(
    ("changed", "scopes"),
    [
        ({}, ["session", "folder", "tool", "off"]),
        ({"asking": []}, ["session", "tool", "off"]),
        ({"asking": [], "undoable": False}, ["session", "off"]),
        ({"asking": ["/a", "/b"]}, ["session", "folder", "tool", "off"]),
    ],
)
def test_only_what_the_gateway_keeps_to_is_offered(
    watch, ask, question, changed: dict[str, Any], scopes: list[str]
) -> None:
    ask(question(**changed))
    found = [offer.kind if offer.kind == "off" else offer.scope for offer in offers(watch.questions[0])]
    assert found == scopes


def test_answers_reach_the_gateway_with_their_scope(watch, ask, question, answering: Answering, link) -> None:
    ask(question())
    answering.give(watch.questions[0], Offer("allow", "folder", ""))
    answering.deny(watch.questions[0])
    sent = [with_ for name, with_ in link.calls if name == "answer"]
    assert sent == [
        {"id": "a1", "answer": "allow", "scope": "folder"},
        {"id": "a1", "answer": "deny", "scope": "once"},
    ]


def test_a_second_answer_while_the_first_is_on_its_way_is_passed_over(
    watch, ask, question, answering: Answering, link, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(question())
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(link, "call", lambda name, *_callbacks, **with_: sent.append(with_))
    answering.allow_once(watch.questions[0])
    answering.deny(watch.questions[0])
    assert [one["answer"] for one in sent] == ["allow"]
    assert answering.sent("a1")


def test_an_answer_that_came_too_late_is_said(watch, ask, question, answering: Answering, link, services) -> None:
    ask(question())
    link.answers["answer"] = DoorkeepError("No question a1 is open.", "It expired.", "")
    answering.allow_once(watch.questions[0])
    assert services.messages.show_from_now_on()[0].title == "No question a1 is open."
    assert not answering.sent("a1")


def test_denying_for_good_switches_the_tool_off_first(
    watch, ask, question, answering: Answering, link, services, qtbot
) -> None:
    ask(question())
    answering.give(watch.questions[0], Offer("off", "once", ""))
    qtbot.waitUntil(lambda: any(name == "answer" for name, _ in link.calls), timeout=20_000)
    assert load(services.home).servers["filesystem"].tools == {"write_file": "off"}
    assert link.calls[-1][0] != "answer" or link.calls[-1][1]["answer"] == "deny"

"""The panel in which a person says yes, or lets what changed stay hidden."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.errors import DoorkeepError
from app.ui.servers.reviewing import ReviewPanel
from app.ui.servers.reviews import read_review


def panel(services, qtbot, **more: Any) -> ReviewPanel:
    made = ReviewPanel(services, "words", read_review({"digest": "d" * 32, "accepted": True, **more}))
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize(("button", "call"), [("accept", "accept_server"), ("keep", "hide_changes")])
def test_a_word_is_carried_to_the_gateway_by_what_was_shown(services, link, qtbot, button: str, call: str) -> None:
    made = panel(services, qtbot)
    with qtbot.waitSignal(made.done):
        getattr(made, button).click()
    assert link.calls == [(call, {"name": "words", "digest": "d" * 32})]


def test_what_cannot_be_accepted_is_said_and_can_be_tried_again(services, link, qtbot) -> None:
    link.answers["accept_server"] = DoorkeepError("What words says of itself is not what you were shown.")
    made = panel(services, qtbot)
    made.accept.click()
    assert "not what you were shown" in made.problem.text()
    assert made.accept.isEnabled()


def test_the_words_fit_what_is_shown(services, qtbot) -> None:
    assert "Nobody has looked" in panel(services, qtbot, accepted=False).said.text()
    assert "You keep these changes hidden" in panel(services, qtbot, kept_hidden=True).said.text()
    assert "other things of its tools than you accepted" in panel(services, qtbot).said.text()


def test_what_is_hidden_already_or_new_altogether_is_not_offered_to_be_hidden(services, qtbot) -> None:
    assert not panel(services, qtbot, accepted=False).keep.isVisible()
    assert not panel(services, qtbot, kept_hidden=True).keep.isVisible()
    assert panel(services, qtbot).keep.isVisible()


def test_a_yes_is_not_the_nearest_button_where_there_are_warnings(services, qtbot) -> None:
    warned = panel(services, qtbot, warnings=[{"words": "gives orders"}])
    assert (warned.accept.property("primary"), panel(services, qtbot).accept.property("primary")) == (None, True)

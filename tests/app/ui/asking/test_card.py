"""The asking card."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.ui.asking.card import WIDTH, Card


@pytest.fixture
def card(services, watch, answering, qtbot) -> Card:
    made = Card(services, watch, answering)
    qtbot.addWidget(made)
    watch.asked.connect(made.ask)
    return made


def test_it_comes_with_a_question_and_goes_with_the_last(card: Card, ask, question) -> None:
    assert not card.isVisible()
    ask(question("a"))
    assert card.isVisible()
    assert card.width() == WIDTH
    ask()
    assert not card.isVisible()


def test_it_stays_on_top_and_leaves_the_keyboard_alone(card: Card) -> None:
    assert card.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    assert card.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)


def test_escape_puts_it_away_and_answers_nothing(card: Card, ask, question, link, watch, qtbot) -> None:
    ask(question("a"))
    card.activateWindow()
    qtbot.waitUntil(card.isActiveWindow, timeout=20_000)
    qtbot.keyClick(card, Qt.Key.Key_Escape)
    assert not card.isVisible()
    assert [name for name, _ in link.calls if name == "answer"] == []
    assert len(watch.questions) == 1
    ask(question("a"), question("b"))
    assert [view.question.id for view in card.list.views] == ["b"]
    card.show_all()
    assert [view.question.id for view in card.list.views] == ["b", "a"]


def test_it_lies_at_the_top_right(card: Card, ask, question, qapp) -> None:
    ask(question("a"))
    room = qapp.primaryScreen().availableGeometry()
    assert card.geometry().right() > room.center().x()
    assert card.y() - room.top() < 32


def test_it_looks_right(card: Card, ask, question, screens, qapp) -> None:
    ask(question("a"))
    qapp.processEvents()
    screens("card", card)
    ask(
        question("a"),
        question("b", tool="trash", asking=[], undoable=False),
        question("c", client="other 1", preview=""),
    )
    qapp.processEvents()
    screens("card-several", card)
    ask(
        question(
            "d", asking=[], undoable=False, waiting=False, preview="", paths=[f"/home/ann/x/{n}" for n in range(9)]
        )
    )
    qapp.processEvents()
    screens("card-hard", card)
    assert card.isVisible()

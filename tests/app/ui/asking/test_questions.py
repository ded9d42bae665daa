"""Several questions as one list."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.asking.questions import QuestionList


@pytest.fixture
def listed(services, watch, answering, qtbot) -> QuestionList:
    made = QuestionList(services, watch, answering)
    qtbot.addWidget(made)
    return made


def ids(listed: QuestionList) -> list[str]:
    return [view.question.id for view in listed.views]


def test_nothing_waits_nothing_is_shown(listed: QuestionList) -> None:
    assert listed.views == []
    around = QWidget()
    QVBoxLayout(around).addWidget(listed)
    assert not listed.isVisibleTo(around)
    listed.setParent(None)


def test_the_first_is_open_and_the_others_are_folded(listed: QuestionList, ask, question) -> None:
    ask(question("a"), question("b"))
    assert [view.details.isVisibleTo(view) for view in listed.views] == [True, False]


def test_questions_keep_their_places_and_a_new_one_comes_last(listed: QuestionList, ask, question) -> None:
    ask(question("a"), question("b"))
    first = listed.views[0]
    ask(question("a"), question("b"), question("c"))
    assert ids(listed) == ["a", "b", "c"]
    assert listed.views[0] is first


def test_an_answered_one_goes_and_the_next_opens(listed: QuestionList, ask, question) -> None:
    ask(question("a"), question("b"))
    ask(question("b"))
    assert ids(listed) == ["b"]
    assert listed.views[0].details.isVisibleTo(listed.views[0])


def test_two_hundred_are_counted_not_drawn(listed: QuestionList, ask, question) -> None:
    ask(*[question(f"q{n}") for n in range(200)])
    assert len(listed.views) == 3
    assert "197" in listed._rest.text()


def test_put_away_they_stay_waiting(listed: QuestionList, ask, question, watch, link) -> None:
    ask(question("a"))
    listed.put_away()
    assert listed.views == []
    assert [one.id for one in watch.questions] == ["a"]
    assert [name for name, _ in link.calls if name == "answer"] == []
    listed.bring_back()
    assert ids(listed) == ["a"]

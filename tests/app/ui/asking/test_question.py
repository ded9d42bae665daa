"""One question on the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.ui.asking.question import GUARD_SECONDS, MOST_PATHS, QuestionView


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def show(watch, ask, question, answering, theme, qtbot, clock: Clock) -> Callable[..., QuestionView]:
    def make(**changed: Any) -> QuestionView:
        ask(question(**changed))
        view = QuestionView(watch.questions[0], answering, theme, clock)
        qtbot.addWidget(view)
        view.resize(388, 400)
        view.show()
        return view

    return make


def answers(link) -> list[str]:
    return [with_["answer"] for name, with_ in link.calls if name == "answer"]


def test_it_is_a_sentence_with_place_reason_and_change(show: Callable[..., QuestionView]) -> None:
    view = show()
    assert view.sentence.text() == "Claude Desktop wants to write notes.md"
    assert "/home/ann/Documents" in view.places[0].text()
    assert "asks you first" in view.why.text()
    assert "+buy oat milk" in view.details.toPlainText()


def test_a_stray_click_answers_nothing(show: Callable[..., QuestionView], clock: Clock, link) -> None:
    view = show()
    view.allow.click()
    view.deny.click()
    assert answers(link) == []
    clock.now = GUARD_SECONDS
    view.allow.click()
    assert answers(link) == ["allow"]


def test_a_question_that_moved_is_guarded_anew(show: Callable[..., QuestionView], clock: Clock, link) -> None:
    view = show()
    clock.now = 10.0
    view.rearm()
    view.deny.click()
    assert answers(link) == []


def test_what_cannot_be_undone_is_said_first(show: Callable[..., QuestionView]) -> None:
    assert show(undoable=False, asking=[]).why.text().startswith("This change cannot be undone.")


def test_a_parked_question_says_what_the_answer_will_do(show: Callable[..., QuestionView]) -> None:
    assert "when it does" in show(waiting=False).why.text()


def test_without_a_preview_the_arguments_are_shown(show: Callable[..., QuestionView]) -> None:
    assert '"path"' in show(preview="").details.toPlainText()


def test_many_paths_are_listed_to_a_bound(show: Callable[..., QuestionView]) -> None:
    view = show(paths=[f"/home/ann/Documents/{n}.md" for n in range(100)])
    assert len(view.places) == MOST_PATHS + 1
    assert "95" in view.places[-1].text()


def test_names_that_would_dress_up_a_question_are_shown_for_what_they_are(show: Callable[..., QuestionView]) -> None:
    view = show(paths=["/home/ann/Documents/evil\u202etxt.exe\n.md"], preview="+a\u202eb\x1b[0m")
    assert "\u202e" not in view.sentence.text() + view.details.toPlainText()
    assert "\n" not in view.sentence.text()


def test_a_long_change_can_be_seen_whole(show: Callable[..., QuestionView]) -> None:
    view = show(preview="+x\n" * 60)
    assert view.more.isVisibleTo(view)
    before = view.details.height()
    view.more.click()
    assert view.details.height() > before


def test_a_million_characters_keep_it_usable(show: Callable[..., QuestionView]) -> None:
    view = show(preview="", arguments={"content": "x" * 1_000_000})
    assert len(view.details.toPlainText()) < 200_000


def test_the_countdown_says_what_is_left(show: Callable[..., QuestionView], clock: Clock) -> None:
    view = show()
    clock.now = 570.0
    view.tick()
    assert view.countdown.accessibleName() == "30 s left"


def test_the_menu_has_the_other_answers(show: Callable[..., QuestionView], clock: Clock, link) -> None:
    view = show()
    clock.now = 5.0
    view.menu.actions()[0].trigger()
    assert [with_["scope"] for name, with_ in link.calls if name == "answer"] == ["session"]

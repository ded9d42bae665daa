"""The tray icon and its menu."""

from __future__ import annotations

import pytest

from app.core.journal.record import CallRecord
from app.ui.shell.tray import DRAWINGS, Tray


@pytest.fixture
def tray(qapp) -> Tray:
    return Tray()


HEADINGS = ("Waits for your answer", "Last calls")


def visible(tray: Tray) -> list[str]:
    return [action.text() for action in tray.menu.actions() if action.isVisible()]


def words(tray: Tray) -> list[str]:
    return [action.text() for action in tray.menu.actions() if not action.isSeparator()]


@pytest.mark.parametrize("state", sorted(DRAWINGS))
def test_each_state_has_its_look_and_its_words(tray: Tray, state) -> None:
    tray.show_state(state, "All is well.", paused=state == "paused")
    assert words(tray)[0] == "All is well."
    assert not tray._icon.icon().isNull()
    assert "All is well." in tray._icon.toolTip()


def test_pausing_and_resuming_are_asked_for(tray: Tray, qtbot) -> None:
    tray.show_state("running", "", paused=False)
    with qtbot.waitSignal(tray.pause_asked) as asked:
        tray._pause.trigger()
    assert asked.args == [True]
    tray.show_state("paused", "", paused=True)
    with qtbot.waitSignal(tray.pause_asked) as asked:
        tray._pause.trigger()
    assert asked.args == [False]


def test_questions_and_calls_are_in_the_menu_and_replaced(tray: Tray, qtbot) -> None:
    tray.show_waiting([("a1", "Claude Desktop wants to change notes.md & more")])
    assert any("notes.md && more" in text for text in words(tray))
    with qtbot.waitSignal(tray.question_opened) as opened:
        next(action for action in tray.menu.actions() if "notes.md" in action.text()).trigger()
    assert opened.args == ["a1"]
    record = CallRecord(
        1,
        "2026-11-21T10:00:00.000Z",
        "claude-ai 0.1.0",
        "s",
        "filesystem",
        "read_file",
        paths=["/a/b.md"],
        outcome="ok",
    )
    tray.show_calls([record] * 9)
    assert sum("read b.md" in text for text in words(tray)) == 5
    assert [text for text in visible(tray) if text in HEADINGS] == list(HEADINGS)
    tray.show_waiting([])
    tray.show_calls([])
    assert not any("b.md" in text or "notes.md" in text for text in words(tray))
    assert not set(visible(tray)) & set(HEADINGS)


def test_a_call_that_waits_stands_once_in_the_menu(tray: Tray) -> None:
    tray.show_waiting([("a1", "Claude Desktop: change b.md")])
    tray.show_calls(
        [CallRecord(1, "", "claude-ai 1", "s", "filesystem", "edit_file", paths=["/b.md"], outcome="waiting")]
    )
    assert sum("b.md" in text for text in words(tray)) == 1


def test_quitting_says_what_it_means(tray: Tray, qtbot) -> None:
    leaving = next(action for action in tray.menu.actions() if "Quit" in action.text())
    assert "no file" in leaving.toolTip()
    with qtbot.waitSignal(tray.quit_asked):
        leaving.trigger()


def test_a_server_whose_tools_wait_is_in_the_menu(tray: Tray, qtbot) -> None:
    tray.show_reviews(["tracker"])
    with qtbot.waitSignal(tray.review_opened) as opened:
        next(action for action in tray.menu.actions() if action.text() == "Look at the tools of tracker").trigger()
    assert opened.args == ["tracker"]
    tray.show_reviews([])
    assert "Look at the tools of tracker" not in words(tray)

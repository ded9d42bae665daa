"""The command palette."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.ui.shell.palette import Action, Palette, found


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def actions(done: list[str]) -> list[Action]:
    said = [
        ("Go to Home", "home", ""),
        ("Go to Activity", "activity", "log"),
        ("Pause: refuse every call", "pause", ""),
    ]
    return [Action(words, drawing, lambda words=words: done.append(words), also) for words, drawing, also in said]


@pytest.fixture
def palette(theme, qtbot) -> Palette:
    window = QWidget()
    window.resize(1080, 720)
    qtbot.addWidget(window)
    window.show()
    made = Palette(window, theme)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("", "Go to Home"),
        ("act", "Go to Activity"),
        ("LOG", "Go to Activity"),
        ("refuse pause", "Pause: refuse every call"),
    ],
)
def test_a_few_letters_find_an_action(actions: list[Action], typed: str, first: str) -> None:
    assert found(actions, typed)[0].words == first


def test_what_begins_so_comes_first(done: list[str]) -> None:
    one, two = Action("Show home", "home", list), Action("Home", "home", list)
    assert found([one, two], "home") == [two, one]


def test_return_does_the_chosen_one_and_leaves(palette: Palette, actions: list[Action], done: list[str], qtbot) -> None:
    palette.open_with(actions)
    qtbot.keyClicks(palette.field, "go")
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert done == ["Go to Activity"]
    assert not palette.isVisible()


def test_nothing_found_does_nothing(palette: Palette, actions: list[Action], done: list[str], qtbot) -> None:
    palette.open_with(actions)
    qtbot.keyClicks(palette.field, "zzz")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert done == []
    assert palette.isVisible()


def test_escape_leaves(palette: Palette, actions: list[Action], qtbot) -> None:
    palette.open_with(actions)
    qtbot.keyClick(palette, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_it_looks_right(palette: Palette, actions: list[Action], screens, qapp) -> None:
    palette.open_with(actions)
    qapp.processEvents()
    screens("palette", palette)
    assert palette.rows.count() == 3

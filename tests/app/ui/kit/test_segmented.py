"""A few choices side by side."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from app.ui.kit.segmented import Choice, Segmented
from app.ui.kit.theme import Theme

CHOICES = [
    Choice("off", "Off", "denied", "nothing is seen"),
    Choice("read", "Read", "accent", "files are read"),
    Choice("ask", "Ask", "asked", "each change asks"),
    Choice("write", "Write", "allowed", "files are changed"),
]


@pytest.fixture
def control(theme: Theme, qtbot) -> Segmented:
    made = Segmented("Documents", CHOICES, theme)
    qtbot.addWidget(made)
    made.set_value("read")
    made.resize(made.sizeHint())
    return made


def at(control: Segmented, index: int) -> QPoint:
    return control.rect_of(index).center().toPoint()


def test_a_click_acts_at_once(control: Segmented, qtbot) -> None:
    with qtbot.waitSignal(control.chosen) as chosen:
        qtbot.mouseClick(control, Qt.MouseButton.LeftButton, pos=at(control, 3))
    assert chosen.args == ["write"]
    assert control.value == "write"


def test_the_choice_in_force_is_not_chosen_again(control: Segmented, qtbot) -> None:
    with qtbot.assertNotEmitted(control.chosen):
        qtbot.mouseClick(control, Qt.MouseButton.LeftButton, pos=at(control, 1))
        control.set_value("ask")


@pytest.mark.parametrize(
    ("direction", "key", "value"),
    [
        (Qt.LayoutDirection.LeftToRight, Qt.Key.Key_Right, "ask"),
        (Qt.LayoutDirection.LeftToRight, Qt.Key.Key_Left, "off"),
        (Qt.LayoutDirection.RightToLeft, Qt.Key.Key_Left, "ask"),
        (Qt.LayoutDirection.RightToLeft, Qt.Key.Key_Right, "off"),
    ],
)
def test_arrow_keys_move_to_the_neighbour_as_it_is_seen(control: Segmented, qtbot, direction, key, value: str) -> None:
    control.setLayoutDirection(direction)
    qtbot.keyClick(control, key)
    assert control.value == value


def test_keys_stop_at_the_ends(control: Segmented, qtbot) -> None:
    control.set_value("write")
    with qtbot.assertNotEmitted(control.chosen):
        qtbot.keyClick(control, Qt.Key.Key_Right)


def test_a_screen_reader_says_the_name_the_choice_and_what_it_means(control: Segmented) -> None:
    assert control.accessibleName() == "Documents: Read"
    assert control.accessibleDescription() == "files are read"


def test_it_looks_right(control: Segmented, screens) -> None:
    screens("segmented", control)
    assert control.height() >= 28

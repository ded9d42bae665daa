"""A few choices side by side."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.ui.kit.segmented import Choice, Segmented
from app.ui.kit.tab_order import chain
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


def stop(control: Segmented) -> QWidget:
    """The one segment where Tab stops."""
    [found] = [one for one in control.segments if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    return found


def test_a_click_acts_at_once(control: Segmented, qtbot) -> None:
    with qtbot.waitSignal(control.chosen) as chosen:
        qtbot.mouseClick(control.segments[3], Qt.MouseButton.LeftButton)
    assert chosen.args == ["write"]
    assert control.value == "write"


def test_the_choice_in_force_is_not_chosen_again(control: Segmented, qtbot) -> None:
    with qtbot.assertNotEmitted(control.chosen):
        qtbot.mouseClick(control.segments[1], Qt.MouseButton.LeftButton)
        control.set_value("ask")
    assert [one.isChecked() for one in control.segments] == [False, False, True, False]


def test_no_choice_may_be_in_force(control: Segmented) -> None:
    control.set_value("")
    assert not any(one.isChecked() for one in control.segments)
    assert stop(control) is control.segments[0]


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
    qtbot.keyClick(stop(control), key)
    assert control.value == value


def test_keys_stop_at_the_ends(control: Segmented, qtbot) -> None:
    control.set_value("write")
    with qtbot.assertNotEmitted(control.chosen):
        qtbot.keyClick(stop(control), Qt.Key.Key_Right)


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_segments_lie_side_by_side_as_they_are_read(control: Segmented, direction) -> None:
    control.setLayoutDirection(direction)
    lefts = [one.x() for one in control.segments]
    assert lefts == sorted(lefts, reverse=direction == Qt.LayoutDirection.RightToLeft)
    assert sum(one.width() for one in control.segments) >= control.width()


def test_a_screen_reader_says_the_name_the_choice_and_what_it_means(control: Segmented) -> None:
    assert control.accessibleName() == "Documents: Read"
    assert control.accessibleDescription() == "files are read"


def test_to_a_screen_reader_it_is_a_group_of_radio_buttons_with_one_in_force(control: Segmented) -> None:
    group = QAccessible.queryAccessibleInterface(control)
    assert group.role() == QAccessible.Role.Grouping
    parts = [group.child(index) for index in range(group.childCount())]
    assert [part.role() for part in parts] == [QAccessible.Role.RadioButton] * 4
    assert [part.text(QAccessible.Text.Name) for part in parts] == ["Off", "Read", "Ask", "Write"]
    assert [part.text(QAccessible.Text.Description) for part in parts] == [one.explained for one in CHOICES]
    assert [part.state().checked for part in parts] == [0, 1, 0, 0]  # pyright: ignore[reportAttributeAccessIssue]


def test_tab_stops_once_at_the_choice_in_force_wherever_that_has_moved(theme: Theme, qtbot) -> None:
    around = QWidget()
    qtbot.addWidget(around)
    before, after, control = QLineEdit(), QLineEdit(), Segmented("Documents", CHOICES, theme)
    row = QHBoxLayout(around)
    for part in (after, control, before):
        row.addWidget(part)
    chain([before, control, after])
    with qtbot.waitExposed(around):
        around.show()
    for value in ("read", "write", "off"):
        control.set_value(value)
        before.setFocus()
        qtbot.keyClick(before, Qt.Key.Key_Tab)
        assert around.focusWidget() is stop(control)
        qtbot.keyClick(stop(control), Qt.Key.Key_Tab)
        assert around.focusWidget() is after


def test_the_focus_goes_with_the_choice(control: Segmented, qtbot) -> None:
    with qtbot.waitExposed(control):
        control.show()
    control.setFocus()
    assert control.focusWidget() is control.segments[1]
    qtbot.keyClick(control.segments[1], Qt.Key.Key_Right)
    assert control.focusWidget() is control.segments[2]
    control.set_value("off")
    assert control.focusWidget() is control.segments[0]


def test_it_looks_right(control: Segmented, screens) -> None:
    screens("segmented", control)
    assert control.height() >= 28

"""The side list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from app.ui.shell.sidebar import BADGE, Entry, Sidebar

ENTRIES = [Entry("home", "Home", "home"), Entry("activity", "Activity", "activity")]


def test_picking_a_page_by_key_says_its_name(theme, qtbot) -> None:
    made = Sidebar(ENTRIES, theme)
    qtbot.addWidget(made)
    made.show_page("home")
    with qtbot.waitSignal(made.picked) as picked:
        qtbot.keyClick(made, Qt.Key.Key_Down)
    assert picked.args == ["activity"]


def test_a_badge_can_be_put_on_and_taken_off(theme, qtbot) -> None:
    made = Sidebar(ENTRIES, theme)
    qtbot.addWidget(made)
    made.set_badge("activity", 120)
    assert made.item(1).data(BADGE) == 120
    assert not made.grab().isNull()
    made.set_badge("activity", 0)
    assert made.item(1).data(Qt.ItemDataRole.AccessibleTextRole) == "Activity"


def test_the_row_under_the_pointer_is_known_until_the_pointer_leaves(theme, qtbot) -> None:
    made = Sidebar(ENTRIES, theme)
    qtbot.addWidget(made)
    made.resize(184, 300)
    made.show()
    where = QPointF(made.visualItemRect(made.item(1)).center())
    none, no_key = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(made.viewport(), QMouseEvent(QEvent.Type.MouseMove, where, where, none, none, no_key))
    assert made.under_pointer == 1
    hovered = made.grab().toImage()
    made.leaveEvent(QEvent(QEvent.Type.Leave))
    assert made.under_pointer == -1
    assert made.grab().toImage() != hovered


def test_it_is_drawn_from_right_to_left_too(theme, qtbot) -> None:
    made = Sidebar(ENTRIES, theme)
    qtbot.addWidget(made)
    made.resize(184, 300)
    plain = made.grab().toImage()
    made.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert made.grab().toImage() != plain

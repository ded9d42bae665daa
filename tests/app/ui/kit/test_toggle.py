"""A switch is a check box that is seen in both themes."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox

from app.ui.kit.toggle import WIDTH, Toggle


def test_click_and_space_switch_it(theme, qtbot) -> None:
    toggle = Toggle("Start at login", theme)
    qtbot.addWidget(toggle)
    toggle.show()
    qtbot.mouseClick(toggle, Qt.MouseButton.LeftButton, pos=QPoint(WIDTH - 4, 4))
    assert toggle.isChecked()
    qtbot.keyClick(toggle, Qt.Key.Key_Space)
    assert not toggle.isChecked()
    assert isinstance(toggle, QCheckBox)
    assert toggle.accessibleName() == "Start at login"


def test_it_follows_the_theme(theme, qtbot) -> None:
    toggle = Toggle("x", theme)
    qtbot.addWidget(toggle)
    toggle.setChecked(True)
    toggle.show()
    for choice in ("light", "dark"):
        theme.choose(choice)
        assert toggle.grab().toImage().pixelColor(10, 12) == QColor(theme.colours.accent)


def test_in_a_right_to_left_layout_on_is_at_the_left(theme, qtbot) -> None:
    toggle = Toggle("x", theme)
    qtbot.addWidget(toggle)
    toggle.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    toggle.setChecked(True)
    toggle.show()
    assert toggle.grab().toImage().pixelColor(WIDTH - 6, 12) == QColor(theme.colours.accent)

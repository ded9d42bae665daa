"""Buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.ui.kit.buttons import Button, IconButton
from app.ui.kit.theme import Theme


def test_a_button_acts_by_mouse_and_by_key(theme: Theme, qtbot) -> None:
    pressed: list[int] = []
    button = Button("Add a folder", theme, "primary", "plus", lambda: pressed.append(1))
    qtbot.addWidget(button)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert pressed == [1, 1]
    assert button.accessibleName() == "Add a folder"
    assert not button.icon().isNull()


def test_an_icon_button_has_a_name(theme: Theme, qtbot) -> None:
    pressed: list[int] = []
    button = IconButton("Copy", "copy", theme, lambda: pressed.append(1))
    qtbot.addWidget(button)
    button.click()
    assert pressed == [1]
    assert (button.toolTip(), button.accessibleName()) == ("Copy", "Copy")
    theme.choose("dark")
    assert not button.icon().isNull()

"""The small toggle."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.ui.folders.toggle_chip import ToggleChip


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_keys_switch_it(qtbot, theme, key: Qt.Key) -> None:
    chip = ToggleChip("Files", "Files sees Documents", theme)
    qtbot.addWidget(chip)
    chip.show()
    with qtbot.waitSignal(chip.clicked):
        qtbot.keyClick(chip, key)
    assert chip.isChecked()
    assert chip.accessibleName() == "Files sees Documents"


def test_it_is_drawn_from_right_to_left_too(qtbot, theme) -> None:
    chip = ToggleChip("Files", "Files", theme)
    qtbot.addWidget(chip)
    chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    chip.setChecked(True)
    assert not chip.grab().isNull()

"""The line that leads somewhere."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.ui.folders.link_line import LinkLine


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Enter])
def test_keys_follow_it(qtbot, theme, key: Qt.Key) -> None:
    followed: list[bool] = []
    line = LinkLine("activity", theme, lambda: followed.append(True))
    qtbot.addWidget(line)
    line.show_words("x" * 500)
    line.show()
    qtbot.keyClick(line, key)
    assert followed == [True]
    assert line.minimumSizeHint().width() < 100


def test_it_leads_nowhere_while_it_is_off(qtbot, theme) -> None:
    followed: list[bool] = []
    line = LinkLine("activity", theme, lambda: followed.append(True))
    qtbot.addWidget(line)
    line.setEnabled(False)
    line.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert not line.grab().isNull()
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert followed == []

"""The table of the log."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from app.ui.activity.model import LogModel
from app.ui.activity.rows import HEIGHT
from app.ui.activity.table import LogTable


@pytest.fixture
def table(theme, qtbot, live) -> LogTable:
    model = LogModel()
    model.show([live(number + 1) for number in range(20)])
    made = LogTable(model, theme)
    qtbot.addWidget(made)
    made.resize(800, 300)
    made.show()
    return made


@pytest.mark.parametrize(("width", "hidden"), [(800, []), (600, [4]), (500, [1, 4])])
def test_where_it_is_narrow_the_sentence_keeps_its_room(table: LogTable, width: int, hidden: list[int]) -> None:
    table.resize(width, 300)
    assert [column for column in range(5) if table.isColumnHidden(column)] == hidden
    assert table.columnWidth(2) >= 200


def under(table: LogTable, x: float, y: float) -> int:
    where, none, no_key = QPointF(x, y), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(table.viewport(), QMouseEvent(QEvent.Type.MouseMove, where, where, none, none, no_key))
    return table.hovered


def test_the_row_under_the_pointer_is_known_as_a_whole(table: LogTable) -> None:
    assert under(table, 300, HEIGHT * 2 + 5) == 2
    assert under(table, 60, HEIGHT * 3 + 5) == 3
    QApplication.sendEvent(table, QEvent(QEvent.Type.Leave))
    assert table.hovered == -1

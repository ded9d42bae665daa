"""A list to choose one of."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from app.ui.kit.combo import Combo
from app.ui.kit.theme import CONTROL, Theme


@pytest.fixture
def combo(theme: Theme, qtbot) -> Combo:
    made = Combo("Tool to try", ["List a folder", "Read a file", "A tool with a very long name " * 4], theme)
    qtbot.addWidget(made)
    made.resize(320, CONTROL)
    made.show()
    return made


def test_it_is_as_high_as_a_button_and_says_its_name(combo: Combo) -> None:
    assert combo.sizeHint().height() == CONTROL
    assert combo.accessibleName() == "Tool to try"


def test_the_keys_choose(combo: Combo, qtbot) -> None:
    qtbot.keyClick(combo, Qt.Key.Key_Down)
    assert combo.currentText() == "Read a file"


def test_the_wheel_scrolls_the_page_and_changes_nothing(combo: Combo) -> None:
    where = QPointF(10, 10)
    wheel = QWheelEvent(
        where,
        where,
        QPoint(0, -120),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(combo, wheel)
    assert combo.currentIndex() == 0


def test_it_looks_right(combo: Combo, screens) -> None:
    screens("combo", combo)
    combo.setCurrentIndex(2)
    screens("combo-long", combo)
    assert combo.minimumSizeHint().width() < combo.sizeHint().width()

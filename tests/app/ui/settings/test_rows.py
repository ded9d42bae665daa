"""Rows of settings: the wheel scrolls the page."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QLabel

from app.ui.settings.rows import Number, section


def test_the_wheel_never_changes_a_number(qtbot) -> None:
    number = Number("Days", 1, 10, " days")
    qtbot.addWidget(number)
    number.setValue(5)
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, 120),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    number.wheelEvent(event)
    assert number.value() == 5
    assert not event.isAccepted()


def test_digits_are_grouped_by_a_thin_space_and_typed_without(qtbot) -> None:
    number = Number("Room for undo", 1, 1_000_000, " MB")
    qtbot.addWidget(number)
    number.show()
    number.selectAll()
    qtbot.keyClicks(number, "25000")
    qtbot.keyClick(number, Qt.Key.Key_Return)
    assert number.value() == 25_000
    assert number.text() == "25\u202f000 MB"


def test_a_section_has_its_rows_and_what_belongs_below(theme, qtbot) -> None:
    number, under = Number("Days", 1, 10, ""), QLabel("below")
    made = section("Title", [("Name", "Meaning", [number])], theme, under=[under])
    qtbot.addWidget(made)
    assert {label.text() for label in made.findChildren(QLabel)} == {"Title", "Name", "Meaning", "below"}

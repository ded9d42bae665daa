"""What every picture is looked at for: these eyes must see."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.ui.kit.theme import Theme
from tests.fakes.looking import illegible, nameless


@pytest.fixture
def label() -> QLabel:
    return QLabel("A word to read")


@pytest.fixture
def button() -> QPushButton:
    return QPushButton("Do it")


@pytest.fixture
def holder(theme: Theme, label: QLabel, button: QPushButton, qtbot) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.addWidget(label)
    column.addWidget(button)
    qtbot.addWidget(made)
    made.resize(300, 120)
    made.show()
    return made


def test_what_is_well_is_passed_over(holder: QWidget) -> None:
    assert (nameless(holder), illegible(holder)) == ([], [])


@pytest.mark.parametrize("ink", ["#e4e2dc", "#a5a29a"], ids=["nearly the ground", "too pale"])
def test_a_pale_word_is_found(holder: QWidget, label: QLabel, ink: str) -> None:
    palette = label.palette()
    palette.setColor(QPalette.ColorRole.WindowText, QColor(ink))
    label.setPalette(palette)
    assert ["A word to read" in said for said in illegible(holder)] == [True]


def test_a_button_in_the_ground_s_colour_is_found(holder: QWidget, button: QPushButton) -> None:
    button.setStyleSheet("color: #f0f0f0; background: #ffffff;")
    assert ["Do it" in said for said in illegible(holder)] == [True]


def test_a_control_without_a_name_is_found(holder: QWidget, button: QPushButton) -> None:
    button.setText("")
    assert nameless(holder) == ["QPushButton in QWidget"]
    button.setAccessibleName("Do it")
    assert nameless(holder) == []

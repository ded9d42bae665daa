"""The log and the details of one call beside each other."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from app.ui.activity.beside import NARROW, Beside


@pytest.fixture
def log() -> QWidget:
    return QWidget()


@pytest.fixture
def details() -> QWidget:
    return QWidget()


@pytest.fixture
def both(log: QWidget, details: QWidget, qtbot) -> Beside:
    made = Beside(log, details)
    details.hide()
    qtbot.addWidget(made)
    made.show()
    return made


def test_with_room_both_are_seen(both: Beside, log: QWidget, details: QWidget) -> None:
    both.resize(NARROW, 400)
    details.show()
    assert (log.isVisible(), details.isVisible()) == (True, True)


def test_without_the_details_lie_in_the_log_s_place_until_they_are_closed(
    both: Beside, log: QWidget, details: QWidget
) -> None:
    both.resize(NARROW - 1, 400)
    assert log.isVisible()
    details.show()
    assert (log.isVisible(), details.isVisible()) == (False, True)
    details.hide()
    assert log.isVisible()


def test_a_window_made_wider_shows_both_again(both: Beside, log: QWidget, details: QWidget) -> None:
    both.resize(NARROW - 1, 400)
    details.show()
    both.resize(NARROW, 400)
    assert log.isVisible()


def test_it_fits_into_the_smallest_window(both: Beside, details: QWidget) -> None:
    details.show()
    assert both.minimumSizeHint().width() < 500

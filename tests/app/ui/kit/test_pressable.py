"""What our own drawn buttons share."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QPaintEvent
from PySide6.QtWidgets import QApplication

from app.ui.kit.pressable import Pressable
from app.ui.kit.theme import Theme


class Drawn(Pressable):
    paints = 0

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        self.paints += 1


@pytest.fixture
def button(theme: Theme, qtbot) -> Drawn:
    made = Drawn(theme)
    qtbot.addWidget(made)
    made.resize(80, 20)
    made.show()
    return made


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_keys_press_it(button: Drawn, qtbot, key: Qt.Key) -> None:
    with qtbot.waitSignal(button.clicked):
        qtbot.keyClick(button, key)


def test_other_keys_do_not(button: Drawn, qtbot) -> None:
    with qtbot.assertNotEmitted(button.clicked):
        qtbot.keyClick(button, Qt.Key.Key_A)


def test_it_is_drawn_anew_when_the_pointer_comes_and_goes_and_when_the_theme_turns(
    button: Drawn, theme: Theme, qtbot
) -> None:
    where = QPointF(1, 1)
    for turn in (
        lambda: QApplication.sendEvent(button, QEnterEvent(where, where, where)),
        lambda: QApplication.sendEvent(button, QEvent(QEvent.Type.Leave)),
        lambda: theme.choose("dark"),
    ):
        before = button.paints
        turn()
        qtbot.waitUntil(lambda before=before: button.paints > before, timeout=20_000)


def test_off_it_says_so_by_its_cursor(button: Drawn) -> None:
    button.setEnabled(False)
    assert button.cursor().shape() == Qt.CursorShape.ArrowCursor

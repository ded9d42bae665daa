"""The command palette (Ctrl+K): everything one can do, found by a few letters. It knows names and deeds, nothing of pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.ui.kit.icons import icon
from app.ui.kit.theme import S, Theme, font

WIDTH = 480
ROW = 36
ROWS = 9


class Action(NamedTuple):
    """`words` is what the palette shows; `also` are other words that find it."""

    words: str
    drawing: str
    act: Callable[[], object]
    also: str = ""


def found(actions: Sequence[Action], typed: str) -> list[Action]:
    """Those in which each typed word occurs; the ones whose words begin with what was typed come first."""
    parts = typed.casefold().split()
    hits = [one for one in actions if all(part in f"{one.words} {one.also}".casefold() for part in parts)]
    return sorted(hits, key=lambda one: not one.words.casefold().startswith(typed.casefold().strip()))


class Palette(QWidget):
    """Opens over a window; Return does, Esc leaves."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self._window = window
        self._theme = theme
        self._actions: list[Action] = []
        self._shown: list[Action] = []
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(self.tr("Everything one can do"))
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("What do you want to do?"))
        self.field.setAccessibleName(self.tr("What do you want to do?"))
        self.field.setFont(font("heading"))
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.rows = QListWidget()
        self.rows.setAccessibleName(self.tr("Actions"))
        self.rows.setObjectName("bare")
        self.rows.setUniformItemSizes(True)
        theme.changed.connect(self._tint)
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.itemClicked.connect(lambda item: self._do(self.rows.row(item)))
        column = QVBoxLayout(self)
        column.setContentsMargins(S, S, S, S)
        column.setSpacing(S)
        column.addWidget(self.field)
        column.addWidget(self.rows)

    def open_with(self, actions: Sequence[Action]) -> None:
        """Show these, all of them until something is typed."""
        self._actions = list(actions)
        self.field.clear()
        self._filter("")
        self.rows.setFixedHeight(ROW * min(ROWS, max(1, len(self._actions))) + S)
        self.adjustSize()
        self.move(self._window.mapToGlobal(QPoint((self._window.width() - self.width()) // 2, 80)))
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Return in the field act on the list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step and self._shown:
                self.rows.setCurrentRow((self.rows.currentRow() + step) % len(self._shown))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do(self.rows.currentRow())
                return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ground and an edge of its own."""
        painter = QPainter(self)
        painter.setPen(QColor(self._theme.colours.line))
        painter.setBrush(QColor(self._theme.colours.surface))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _tint(self) -> None:
        for row, one in enumerate(self._shown):
            self.rows.item(row).setIcon(icon(one.drawing, self._theme.colours.muted))

    def _filter(self, typed: str) -> None:
        self._shown = found(self._actions, typed)
        self.rows.clear()
        tint = self._theme.colours.muted
        for one in self._shown:
            item = QListWidgetItem(icon(one.drawing, tint), one.words)
            item.setSizeHint(QSize(0, ROW))
            self.rows.addItem(item)
        self.rows.setCurrentRow(0 if self._shown else -1)

    def _do(self, row: int) -> None:
        if 0 <= row < len(self._shown):
            act = self._shown[row].act
            self.close()
            act()

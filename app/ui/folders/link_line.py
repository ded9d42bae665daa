"""A quiet line of words that leads somewhere: it gives way when there is little room, and says nothing to click when it is off."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from app.ui.kit.icons import paint_icon
from app.ui.kit.labels import paint_line
from app.ui.kit.pressable import Pressable
from app.ui.kit.theme import S, Theme, font

HEIGHT = 20
_ICON = 16


class LinkLine(Pressable):
    """Words with an icon; `pressed_do` is called by click, Space or Enter. One that `gives_way` is cut where room is short."""

    def __init__(self, drawing: str, theme: Theme, pressed_do: Callable[[], object], *, gives_way: bool = True) -> None:
        super().__init__(theme)
        self._gives_way = gives_way
        self._drawing = drawing
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda _=False: pressed_do())

    def show_words(self, text: str) -> None:
        """Other words; the tool tip has them whole."""
        self.setText(text)
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        return QSize(_ICON + S + QFontMetrics(font("secondary")).horizontalAdvance(self.text()) + 2, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Narrow on purpose, where it gives way."""
        return QSize(_ICON + S + 40, HEIGHT) if self._gives_way else self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the words that fit; underlined where a click leads on."""
        colours = self._theme.colours
        ink = colours.accent if self.isEnabled() else colours.muted
        painter = QPainter(self)
        letters = font("secondary", tabular=True)
        letters.setUnderline(self.isEnabled() and (self.hasFocus() or self.underMouse()))
        painter.setFont(letters)
        painter.setPen(QColor(ink))
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = self.width() - _ICON if mirrored else 0
        paint_icon(painter, left, (self.height() - _ICON) // 2, self._drawing, ink, _ICON)
        room = self.rect().adjusted(0, 0, -_ICON - S, 0) if mirrored else self.rect().adjusted(_ICON + S, 0, 0, 0)
        paint_line(painter, room, self.text(), mirrored=mirrored)
        painter.end()

"""One of our drawings as a widget: decoration, so a screen reader passes it over."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.kit.icons import paint_icon
from app.ui.kit.theme import Theme, Tone


class Picture(QWidget):
    """`size` in points; sharp on every screen, in the colour of what it means."""

    def __init__(self, drawing: str, size: int, theme: Theme, tone: Tone = "muted") -> None:
        super().__init__()
        self._shown: tuple[str, Tone] = (drawing, tone)
        self._size = size
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_as(self, drawing: str, tone: Tone) -> None:
        """Another drawing and meaning."""
        self._shown = (drawing, tone)
        self.update()

    @property
    def shown(self) -> tuple[str, Tone]:
        """What is drawn."""
        return self._shown

    def sizeHint(self) -> QSize:
        """As large as the drawing."""
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws it."""
        drawing, tone = self._shown
        painter = QPainter(self)
        paint_icon(painter, 0, 0, drawing, self._theme.colours.tone(tone), self._size)
        painter.end()

"""A chip: a word and an icon on a quiet ground, in the colour of what it means."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.kit.icons import paint_icon
from app.ui.kit.theme import Colours, Theme, Tone, font

HEIGHT = 20
_ICON = 12
_PAD = 7
_GAP = 4


def chip_width(text: str, metrics: QFontMetrics) -> int:
    """How wide a chip with that word is, in points."""
    return _PAD + _ICON + _GAP + metrics.horizontalAdvance(text) + _PAD


def paint_chip(painter: QPainter, rect: QRect, text: str, tone: Tone, drawing: str, colours: Colours) -> None:
    """Draws a chip at the leading edge of `rect`, vertically centred; also used by the rows of a table."""
    painter.save()
    painter.setFont(font("secondary"))
    metrics = painter.fontMetrics()
    width = min(rect.width(), chip_width(text, metrics))
    left = rect.left() if painter.layoutDirection() != Qt.LayoutDirection.RightToLeft else rect.right() - width
    box = QRect(left, rect.center().y() - HEIGHT // 2 + 1, width, HEIGHT)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.soft(tone)))
    painter.drawRoundedRect(QRectF(box), HEIGHT / 2, HEIGHT / 2)
    paint_icon(painter, box.left() + _PAD, box.center().y() - _ICON // 2 + 1, drawing, colours.tone(tone), _ICON)
    painter.setPen(QColor(colours.tone(tone)))
    words = box.adjusted(_PAD + _ICON + _GAP, 0, -_PAD + 2, 0)
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    painter.restore()


class Chip(QWidget):
    """A chip as a widget."""

    def __init__(self, text: str, tone: Tone, drawing: str, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_as(text, tone, drawing)
        theme.changed.connect(self.update)

    def show_as(self, text: str, tone: Tone, drawing: str) -> None:
        """Another word and meaning."""
        self._shown = (text, tone, drawing)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its word."""
        return QSize(chip_width(self._shown[0], QFontMetrics(font("secondary"))), HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws it."""
        painter = QPainter(self)
        paint_chip(painter, self.rect(), *self._shown, self._theme.colours)
        painter.end()

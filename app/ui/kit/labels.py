"""Labels of the type scale, and one that elides in the middle: the two ends of a path say most."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.ui.kit.theme import Theme, Tone, font

Size = Literal["title", "heading", "body", "secondary"]


class Label(QLabel):
    """Plain text of one size and meaning; it follows the theme. Markup in it is shown, never obeyed."""

    def __init__(
        self, text: str, theme: Theme, size: Size = "body", tone: Tone | None = None, *, wrap: bool = False
    ) -> None:
        super().__init__(text)
        self._theme = theme
        self._tone: Tone | None = tone
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font(size, tabular=True))
        self.setWordWrap(wrap)
        theme.changed.connect(self._tint)
        self._tint()

    def set_tone(self, tone: Tone | None) -> None:
        """Another meaning."""
        self._tone = tone
        self._tint()

    def _tint(self) -> None:
        colours = self._theme.colours
        palette = self.palette()
        palette.setColor(
            QPalette.ColorRole.WindowText, QColor(colours.tone(self._tone) if self._tone else colours.text)
        )
        self.setPalette(palette)


class ElidedLabel(Label):
    """One line that gives way: what does not fit is left out of the middle, and the tool tip has it whole."""

    def __init__(self, text: str, theme: Theme, size: Size = "body", tone: Tone | None = None) -> None:
        super().__init__(text, theme, size, tone)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setToolTip(text)

    def setText(self, text: str) -> None:
        """Sets the text and its tool tip."""
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        """Narrow on purpose."""
        return QSize(40, self.fontMetrics().height())

    def sizeHint(self) -> QSize:
        """What the whole text would take."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 2, metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws what fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        paint_line(painter, self.rect(), self.text(), mirrored=mirrored)
        painter.end()


def paint_line(painter: QPainter, room: QRect, text: str, *, mirrored: bool) -> None:
    """Draws one line at the leading edge, what does not fit left out of the middle.

    The text runs in its own direction: a path stays a path in a right-to-left window.
    """
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, room.width())
    side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
    direction = painter.layoutDirection()
    painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    painter.drawText(room, side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter, shown)
    painter.setLayoutDirection(direction)


def spacer(*, wide: bool = True) -> QWidget:
    """Room that pushes its neighbours apart."""
    made = QWidget()
    grow, keep = QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed
    made.setSizePolicy(grow if wide else keep, keep if wide else grow)
    return made

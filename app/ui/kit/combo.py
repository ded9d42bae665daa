"""A list to choose one of, folded into a line. It is a combo box to the keyboard and to a screen reader; only its look is ours."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox

from app.ui.kit.icons import paint_icon
from app.ui.kit.theme import CONTROL, M, S, Theme

_ICON = 16


class Combo(QComboBox):
    """`name` is what a screen reader says. The wheel scrolls the page, never the choice."""

    def __init__(self, name: str, texts: Sequence[str], theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(name)
        self.addItems(list(texts))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As wide as its longest text, as high as a button."""
        metrics = self.fontMetrics()
        texts = max((metrics.horizontalAdvance(self.itemText(index)) for index in range(self.count())), default=0)
        return QSize(M + texts + S + _ICON + S, CONTROL)

    def minimumSizeHint(self) -> QSize:
        """Narrow on purpose: what does not fit is elided."""
        return QSize(96, CONTROL)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Left to the page."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the line, the text and the mark that says that there is more."""
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.accent if self.hasFocus() else colours.line), 1))
        painter.setBrush(QColor(colours.hover if self.underMouse() and self.isEnabled() else colours.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        ink = colours.text if self.isEnabled() else colours.muted
        left = S if mirrored else self.width() - S - _ICON
        paint_icon(painter, left, (self.height() - _ICON) // 2, "chevron-down", colours.muted, _ICON)
        end = S + _ICON + S
        room = QRect(self.rect()).adjusted(end if mirrored else M, 0, -M if mirrored else -end, 0)
        painter.setPen(QColor(ink))
        painter.setFont(self.font())
        text = painter.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()

"""A switch: on or off, told by place and by a mark as well as by colour. It is a check box to the keyboard and to a screen reader."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy

from app.ui.kit.theme import Theme

WIDTH, HEIGHT = 36, 20


class Toggle(QCheckBox):
    """`name` is what a screen reader says; the words stand beside it."""

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """The switch and room for the ring that shows the focus."""
        return QSize(WIDTH + 4, HEIGHT + 4)

    def minimumSizeHint(self) -> QSize:
        """Never smaller."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """All of it."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the track, the knob, and in it a mark while it is on."""
        colours, on = self._theme.colours, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(0.5)
        track = QRectF(2.5, 2.5, WIDTH - 1, HEIGHT - 1)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(track.adjusted(-2, -2, 2, 2), HEIGHT / 2 + 2, HEIGHT / 2 + 2)
        painter.setPen(QPen(QColor(colours.accent if on else colours.muted), 1))
        painter.setBrush(QColor(colours.accent if on else colours.sunken))
        painter.drawRoundedRect(track, HEIGHT / 2, HEIGHT / 2)
        at_end = on != (self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
        left = track.right() - HEIGHT + 4 if at_end else track.left() + 3
        knob = QRectF(left, track.top() + 3, HEIGHT - 7, HEIGHT - 7)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.on_accent if on else colours.muted))
        painter.drawEllipse(knob)
        if on:
            painter.setPen(QPen(QColor(colours.accent), 1.5))
            x, y = knob.center().x(), knob.center().y()
            painter.drawPolyline([QPoint(*at) for at in _mark(x, y)])
        painter.end()


def _mark(x: float, y: float) -> list[tuple[int, int]]:
    """A small check mark around a point."""
    return [(round(x - 3), round(y)), (round(x - 1), round(y + 2)), (round(x + 3), round(y - 2))]

"""A small toggle in the shape of a chip: a word that is on (with a check) or off (with a plus). Space and Enter switch it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from app.ui.kit.icons import paint_icon
from app.ui.kit.pressable import Pressable
from app.ui.kit.theme import Theme, font

HEIGHT = 24
_PAD = 8
_ICON = 12
_GAP = 4


class ToggleChip(Pressable):
    """`clicked` tells that a person switched it; `setChecked` does not."""

    def __init__(self, text: str, name: str, theme: Theme) -> None:
        super().__init__(theme)
        self.setText(text)
        self.setAccessibleName(name)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as its word."""
        words = QFontMetrics(font("secondary")).horizontalAdvance(self.text())
        return QSize(_PAD + _ICON + _GAP + words + _PAD + 2, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws it: on is filled and checked, off is an outline with a plus."""
        colours = self._theme.colours
        on = self.isChecked()
        ink = colours.accent if on else colours.muted
        ground = colours.accent_soft if on else (colours.hover if self.underMouse() else colours.surface)
        edge = colours.accent if on or self.hasFocus() else colours.line
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), HEIGHT / 2 - 1, HEIGHT / 2 - 1)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = self.width() - _PAD - _ICON if mirrored else _PAD
        paint_icon(painter, left, (HEIGHT - _ICON) // 2, "check" if on else "plus", ink, _ICON)
        painter.setFont(font("secondary"))
        painter.setPen(QColor(ink))
        lead = _PAD + _ICON + _GAP
        words = self.rect().adjusted(_PAD, 0, -lead, 0) if mirrored else self.rect().adjusted(lead, 0, -_PAD, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()

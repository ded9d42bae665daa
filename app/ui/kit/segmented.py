"""A segmented control: a few choices side by side, one of them in force. Arrow keys move, a click acts at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.kit.theme import CONTROL, Theme, Tone, font

HEIGHT = CONTROL
_PAD = 12


class Choice(NamedTuple):
    """`value` is what the choice means, `text` its word, `tone` the colour it has while in force."""

    value: str
    text: str
    tone: Tone
    explained: str = ""


class Segmented(QWidget):
    """Emits `chosen` with the value when a person picks another choice; `set_value` does not emit."""

    chosen = Signal(str)

    def __init__(self, name: str, choices: Sequence[Choice], theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._name = name
        self._choices = list(choices)
        self._value = ""
        self._hovered = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.set_value("")

    @property
    def value(self) -> str:
        """The choice in force, or an empty string."""
        return self._value

    def set_value(self, value: str) -> None:
        """Show a choice as in force."""
        self._value = value
        chosen = next((choice for choice in self._choices if choice.value == value), None)
        self.setAccessibleName(f"{self._name}: {chosen.text}" if chosen else self._name)
        self.setAccessibleDescription(chosen.explained if chosen else "")
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its words; every segment is as wide as the widest."""
        return QSize(self._width() * len(self._choices), HEIGHT)

    def rect_of(self, index: int) -> QRectF:
        """Where a segment lies; mirrored in right-to-left layouts."""
        place = len(self._choices) - 1 - index if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else index
        width = self.width() / len(self._choices)
        return QRectF(place * width, 0, width, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the track, the segment in force, and the words."""
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QPen(QColor(colours.accent if self.hasFocus() else colours.line), 1)
        painter.setPen(ring)
        painter.setBrush(QColor(colours.sunken))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        for index, choice in enumerate(self._choices):
            box = self.rect_of(index)
            in_force = choice.value == self._value
            if in_force or index == self._hovered:
                painter.setPen(QPen(QColor(colours.tone(choice.tone)), 1) if in_force else Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colours.soft(choice.tone) if in_force else colours.hover))
                painter.drawRoundedRect(box.adjusted(2.5, 2.5, -2.5, -2.5), 5, 5)
            painter.setFont(self._font(in_force=in_force))
            painter.setPen(QColor(colours.tone(choice.tone) if in_force else colours.muted))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, choice.text)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Acts at once."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pick(self._at(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Shows what a click would pick, and what it means."""
        self._hovered = self._at(event.position())
        if self._hovered >= 0:
            self.setToolTip(self._choices[self._hovered].explained)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """No longer hovered."""
        self._hovered = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move to the neighbour."""
        forward = Qt.Key.Key_Left if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else Qt.Key.Key_Right
        backward = Qt.Key.Key_Right if forward == Qt.Key.Key_Left else Qt.Key.Key_Left
        step = {forward: 1, backward: -1}.get(Qt.Key(event.key()), 0)
        if not step:
            super().keyPressEvent(event)
            return
        now = next((index for index, choice in enumerate(self._choices) if choice.value == self._value), -1)
        self._pick(min(max(now + step, 0), len(self._choices) - 1))

    def _pick(self, index: int) -> None:
        if index >= 0 and self._choices[index].value != self._value:
            self.set_value(self._choices[index].value)
            self.chosen.emit(self._value)

    def _at(self, point: QPointF) -> int:
        return next((index for index in range(len(self._choices)) if self.rect_of(index).contains(point)), -1)

    def _width(self) -> int:
        metrics = QFontMetrics(self._font(in_force=True))
        return max(metrics.horizontalAdvance(choice.text) for choice in self._choices) + 2 * _PAD

    def _font(self, *, in_force: bool) -> QFont:
        made = font("secondary")
        made.setWeight(made.Weight.DemiBold if in_force else made.Weight.Normal)
        return made

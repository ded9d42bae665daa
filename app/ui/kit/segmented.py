"""A segmented control: a few choices side by side, one of them in force. Arrow keys move, a click acts at once.

To a screen reader it is a group of radio buttons, and to Tab one stop. It draws everything itself; its segments only hold a place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QGroupBox, QSizePolicy

from app.ui.kit.theme import CONTROL, Theme, Tone, font

HEIGHT = CONTROL
_PAD = 12


class Choice(NamedTuple):
    """`value` is what the choice means, `text` its word, `tone` the colour it has while in force."""

    value: str
    text: str
    tone: Tone
    explained: str = ""


class Segment(QAbstractButton):
    """One choice. Checkable and exclusive among its siblings, which is what makes Qt call it a radio button."""

    takes_turns = True
    """At any time one of its siblings is where Tab stops (`kit.tab_order`)."""

    def __init__(self, choice: Choice, theme: Theme, group: Segmented) -> None:
        super().__init__(group)
        self.choice = choice
        self._group = group
        self._theme = theme
        self.setText(choice.text)
        self.setAccessibleName(choice.text)
        self.setAccessibleDescription(choice.explained)
        self.setToolTip(choice.explained)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def stop_here(self, on: bool) -> None:
        """Whether Tab stops at this one."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if on else Qt.FocusPolicy.ClickFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the word, and the ground of the one in force."""
        colours, tone, in_force = self._theme.colours, self.choice.tone, self.isChecked()
        box = QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if in_force or (self.underMouse() and self.isEnabled()):
            painter.setPen(QPen(QColor(colours.tone(tone)), 1) if in_force else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.soft(tone) if in_force else colours.hover))
            painter.drawRoundedRect(box.adjusted(2.5, 2.5, -2.5, -2.5), 5, 5)
        painter.setFont(_font(in_force=in_force))
        painter.setPen(QColor(colours.tone(tone) if in_force else colours.muted))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.choice.text)
        painter.end()

    def nextCheckState(self) -> None:
        """A click on the one in force leaves it so."""
        self.setChecked(True)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The group's edge shows it."""
        super().focusInEvent(event)
        self._group.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The group's edge shows it no more."""
        super().focusOutEvent(event)
        self._group.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The group decides what an arrow key means."""
        if not self._group.step(Qt.Key(event.key())):
            super().keyPressEvent(event)


class Segmented(QGroupBox):
    """Emits `chosen` with the value when a person picks another choice; `set_value` does not emit."""

    chosen = Signal(str)

    def __init__(self, name: str, choices: Sequence[Choice], theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._name = name
        self._choices = list(choices)
        self._value = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.segments = [Segment(choice, theme, self) for choice in choices]
        for segment in self.segments:
            segment.clicked.connect(self._clicked)
        theme.changed.connect(self.update)
        self.setFixedSize(self.sizeHint())  # else each pass of a layout that grows would place the segments anew
        self.set_value("")

    @property
    def value(self) -> str:
        """The choice in force, or an empty string."""
        return self._value

    def set_value(self, value: str) -> None:
        """Show a choice as in force."""
        self._value = value
        chosen = next((segment for segment in self.segments if segment.choice.value == value), None)
        self.setAccessibleName(f"{self._name}: {chosen.text()}" if chosen else self._name)
        self.setAccessibleDescription(chosen.choice.explained if chosen else "")
        stop = chosen or self.segments[0]
        had_focus = any(segment.hasFocus() for segment in self.segments)
        for segment in self.segments:
            segment.setAutoExclusive(False)  # else the last one in force could not be taken back
            segment.setChecked(segment is chosen)
            segment.setAutoExclusive(True)
            segment.stop_here(segment is stop)
        self.setFocusProxy(stop)
        if had_focus:
            stop.setFocus(Qt.FocusReason.OtherFocusReason)
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its words; every segment is as wide as the widest."""
        return QSize(_width(tuple(choice.text for choice in self._choices)) * len(self._choices), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Never less."""
        return self.sizeHint()

    def rect_of(self, index: int) -> QRectF:
        """Where a segment lies; mirrored in right-to-left layouts."""
        place = len(self._choices) - 1 - index if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else index
        width = self.width() / len(self._choices)
        return QRectF(place * width, 0, width, HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Each segment to its place."""
        super().resizeEvent(event)
        for index, segment in enumerate(self.segments):
            segment.setGeometry(self.rect_of(index).toAlignedRect())

    def setLayoutDirection(self, direction: Qt.LayoutDirection) -> None:
        """Mirrored, or not."""
        super().setLayoutDirection(direction)
        for index, segment in enumerate(self.segments):
            segment.setGeometry(self.rect_of(index).toAlignedRect())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the track; the segments draw themselves on it."""
        colours = self._theme.colours
        focused = any(segment.hasFocus() for segment in self.segments)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.accent if focused else colours.line), 1))
        painter.setBrush(QColor(colours.sunken))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As the segment that has the focus for it."""
        if not self.step(Qt.Key(event.key())):
            super().keyPressEvent(event)

    def step(self, key: Qt.Key) -> bool:
        """Go to the neighbour that an arrow key means, as it is seen; False for any other key."""
        forward = Qt.Key.Key_Left if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else Qt.Key.Key_Right
        backward = Qt.Key.Key_Right if forward == Qt.Key.Key_Left else Qt.Key.Key_Left
        by = {forward: 1, backward: -1}.get(key, 0)
        if not by:
            return False
        now = next((index for index, choice in enumerate(self._choices) if choice.value == self._value), -1)
        self._pick(self._choices[min(max(now + by, 0), len(self._choices) - 1)].value)
        return True

    def _clicked(self) -> None:
        segment = self.sender()
        if isinstance(segment, Segment):
            self._pick(segment.choice.value)

    def _pick(self, value: str) -> None:
        if value != self._value:
            self.set_value(value)
            self.chosen.emit(value)


@lru_cache(maxsize=64)
def _width(texts: tuple[str, ...]) -> int:
    """Of one segment: a long list has the same few words in every row."""
    metrics = QFontMetrics(_font(in_force=True))
    return max(metrics.horizontalAdvance(text) for text in texts) + 2 * _PAD


def _font(*, in_force: bool) -> QFont:
    made = font("secondary")
    made.setWeight(made.Weight.DemiBold if in_force else made.Weight.Normal)
    return made

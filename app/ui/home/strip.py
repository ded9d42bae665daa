"""The last 24 hours as bars: one for 15 minutes, stacked by what became of the calls. Hover tells, a click opens them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.core.journal.kinds import KINDS, Kind
from app.ui.kit.theme import Colours, S, Theme, Tone, font
from app.ui.kit.words import number

STEP_MS = 15 * 60_000
BARS = 96
HEIGHT = 96
AXIS = 20
TONES: dict[Kind, Tone] = {"allowed": "accent", "asked": "asked", "denied": "denied", "error": "error"}
LEAST = 3
"""Pixels of a bar's part that is not nothing: one denied call among a thousand must be seen."""


def paint_piece(painter: QPainter, box: QRectF, kind: Kind, colours: Colours) -> None:
    """A kind's colour in its shape: what failed is hollow, everything else is solid, so that no two are told by colour alone."""
    tone = TONES[kind]
    painter.fillRect(box, QColor(colours.tone(tone)))
    if kind == "error":
        painter.fillRect(box.adjusted(1, 1, -1, -1), QColor(colours.soft(tone)))


def window_of(now: float) -> tuple[int, int]:
    """The 24 hours to show, in milliseconds since 1970: whole quarters of an hour, the last one still running."""
    end = (int(now * 1000) // STEP_MS + 1) * STEP_MS
    return end - BARS * STEP_MS, end


class Strip(QWidget):
    """Emits `picked` with the bounds of a bar, in milliseconds since 1970."""

    picked = Signal(object, object)

    def __init__(self, theme: Theme, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._theme = theme
        self._since, _end = window_of(clock())
        self._pieces: list[dict[Kind, int]] = [{} for _ in range(BARS)]
        self._hovered = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self._name()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(480, HEIGHT + AXIS)

    def show_counts(self, since_ms: int, pieces: list[dict[Kind, int]]) -> None:
        """What is drawn from now on."""
        self._since, self._pieces = since_ms, pieces
        self._name()
        self.update()

    @property
    def total(self) -> dict[Kind, int]:
        """All bars together."""
        return {kind: sum(piece.get(kind, 0) for piece in self._pieces) for kind in KINDS}

    def bounds(self, bar: int) -> tuple[int, int]:
        """When a bar begins and ends."""
        return self._since + bar * STEP_MS, self._since + (bar + 1) * STEP_MS

    def words(self, bar: int) -> str:
        """What a bar says."""
        begin, end = (datetime.fromtimestamp(ms / 1000, UTC).astimezone() for ms in self.bounds(bar))
        parts = [f"{number(count)} {self._word(kind)}" for kind in KINDS if (count := self._pieces[bar].get(kind, 0))]
        what = ", ".join(parts) or self.tr("no call")
        return f"{begin:%H:%M}–{end:%H:%M}: {what}"

    def rect_of(self, bar: int) -> QRectF:
        """Where a bar's column lies; time runs with the reading direction."""
        width = self.width() / BARS
        place = BARS - 1 - bar if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else bar
        return QRectF(place * width, 0, width, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the ground, the bars and the hours."""
        colours = self._theme.colours
        painter = QPainter(self)
        most = max(1, *(sum(piece.values()) for piece in self._pieces))
        for bar, piece in enumerate(self._pieces):
            column = self.rect_of(bar)
            if bar == self._hovered:
                painter.fillRect(column, QColor(colours.hover))
            bottom = float(HEIGHT)
            for kind in KINDS:
                count = piece.get(kind, 0)
                if count:
                    tall = max(float(LEAST), (HEIGHT - S) * count / most)
                    box = QRectF(column.left() + 1, bottom - tall, max(1.0, column.width() - 2), tall)
                    paint_piece(painter, box, kind, colours)
                    bottom -= tall
        painter.fillRect(QRectF(0, HEIGHT, self.width(), 1), QColor(colours.line))
        if self.hasFocus():
            painter.setPen(QColor(colours.accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        self._hours(painter)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tells what is under the pointer."""
        self._hover(self._at(event.position()))
        if self._hovered >= 0:
            QToolTip.showText(event.globalPosition().toPoint(), self.words(self._hovered), self)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Opens the calls of that quarter of an hour."""
        bar = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and bar >= 0:
            self.picked.emit(*self.bounds(bar))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from bar to bar, Return opens."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step:
            if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
                step = -step
            start = self._hovered if self._hovered >= 0 else BARS - step
            self._hover(min(max(start + step, 0), BARS - 1))
            self.setAccessibleDescription(self.words(self._hovered))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._hovered >= 0:
            self.picked.emit(*self.bounds(self._hovered))
        else:
            super().keyPressEvent(event)

    def _hover(self, bar: int) -> None:
        if bar != self._hovered:
            self._hovered = bar
            self.update()

    def _at(self, point: QPointF) -> int:
        return next((bar for bar in range(BARS) if self.rect_of(bar).contains(point)), -1)

    def _hours(self, painter: QPainter) -> None:
        painter.setFont(font("secondary", tabular=True))
        painter.setPen(QColor(self._theme.colours.muted))
        metrics = painter.fontMetrics()
        for bar in range(BARS):
            moment = datetime.fromtimestamp(self.bounds(bar)[0] / 1000, UTC).astimezone()
            if moment.minute == 0 and moment.hour % 6 == 0:
                text = f"{moment:%H:%M}"
                column = self.rect_of(bar)
                left = min(max(0.0, column.left()), self.width() - metrics.horizontalAdvance(text))
                painter.drawText(QPointF(left, HEIGHT + AXIS - 4), text)

    def _name(self) -> None:
        said = ", ".join(f"{number(count)} {self._word(kind)}" for kind, count in self.total.items() if count)
        self.setAccessibleName(self.tr("Calls of the last 24 hours: {what}").format(what=said or self.tr("none")))

    def _word(self, kind: Kind) -> str:
        return {
            "allowed": self.tr("allowed"),
            "asked": self.tr("asked you"),
            "denied": self.tr("denied"),
            "error": self.tr("failed"),
        }[kind]

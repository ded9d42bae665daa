"""One of the last calls on Home: when, who did what where, and what was decided. A click opens it in Activity."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout

from app.core.journal.record import CallRecord, moment_of
from app.ui.kit import words
from app.ui.kit.chip import Chip
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.pressable import Pressable
from app.ui.kit.theme import M, S, Theme

HEIGHT = 32
TIME_WIDTH = 76


class CallRow(Pressable):
    """Emits `picked` with the record's id."""

    picked = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._id = 0
        self.setFixedHeight(HEIGHT)
        self.clicked.connect(lambda _=False: self.picked.emit(self._id))
        self.when = Label("", theme, "secondary", "muted")
        self.when.setFixedWidth(TIME_WIDTH)
        self.said = ElidedLabel("", theme)
        self.chip = Chip("", "muted", "check", theme)
        row = QHBoxLayout(self)
        row.setContentsMargins(S, 0, S, 0)
        row.setSpacing(M)
        row.addWidget(self.when)
        row.addWidget(self.said, 1)
        row.addWidget(self.chip)

    def show_record(self, record: CallRecord) -> None:
        """Say this one."""
        self._id = record.id
        sentence = words.sentence(record)
        place = f" · {sentence.where}" if sentence.where else ""
        self.said.setText(f"{sentence.who} {sentence.what}{place}")
        self.when.setText(_clock(record))
        word, tone, drawing = words.decision(record)
        self.chip.show_as(word, tone, drawing)
        self.setAccessibleName(f"{self.when.text()} {self.said.text()}: {word}")

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ground where the pointer or the keyboard is."""
        if not self.underMouse() and not self.hasFocus():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._theme.colours
        painter.setPen(QColor(colours.accent) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.hover))
        painter.drawRoundedRect(self.rect().adjusted(0, 1, -1, -2), 6, 6)
        painter.end()


def _clock(record: CallRecord) -> str:
    """The time of day here; the day too where it was not today."""
    try:
        moment = datetime.fromtimestamp(moment_of(record) / 1000, UTC).astimezone()
    except ValueError:
        return ""
    today = datetime.now(UTC).astimezone().date()
    return f"{moment:%H:%M:%S}" if moment.date() == today else f"{moment:%Y-%m-%d}"

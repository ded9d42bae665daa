"""The sums of a day in words, each beside the colour that its bars have."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.journal.kinds import KINDS, Kind
from app.ui.home.strip import paint_piece
from app.ui.kit.labels import Label
from app.ui.kit.theme import L, S, Theme
from app.ui.kit.words import number

SIDE = 8


class Swatch(QWidget):
    """A small square that is drawn as the bars of a kind are."""

    def __init__(self, kind: Kind, theme: Theme) -> None:
        super().__init__()
        self._kind: Kind = kind
        self._theme = theme
        self.setFixedSize(SIDE, SIDE)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws it."""
        painter = QPainter(self)
        paint_piece(painter, QRectF(self.rect()), self._kind, self._theme.colours)
        painter.end()


class Legend(QWidget):
    """Empty while there is nothing to count; a kind of which there is none is left out."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._parts: dict[Kind, tuple[QWidget, Label]] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(L)
        for kind in KINDS:
            part = QWidget()
            inside = QHBoxLayout(part)
            inside.setContentsMargins(0, 0, 0, 0)
            inside.setSpacing(S)
            words = Label("", theme, "secondary", "muted")
            inside.addWidget(Swatch(kind, theme))
            inside.addWidget(words)
            part.hide()
            row.addWidget(part)
            self._parts[kind] = (part, words)

    def show_sums(self, sums: dict[Kind, int]) -> None:
        """What is said from now on."""
        words = {
            "allowed": self.tr("{n} allowed"),
            "asked": self.tr("{n} asked you"),
            "denied": self.tr("{n} denied"),
            "error": self.tr("{n} failed"),
        }
        for kind, (part, label) in self._parts.items():
            count = sums.get(kind, 0)
            label.setText(words[kind].format(n=number(count)))
            part.setVisible(count > 0)

    @property
    def text(self) -> str:
        """What it says."""
        return " · ".join(label.text() for part, label in self._parts.values() if not part.isHidden())

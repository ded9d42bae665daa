"""Chips above the log: the filters that people want most, one click each. They only write words into the filter field."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.ui.kit.theme import S, Theme

WORDS = (
    ("decision:denied", "Denied"),
    ("outcome:waiting", "Waiting"),
    ("outcome:error", "Failed"),
    ("change:*", "Changes"),
    ("since:1h", "Last hour"),
    ("since:today", "Today"),
)


class FilterChips(QWidget):
    """Emits `toggled(word, on)`."""

    toggled = Signal(str, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._chips: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        for word, text in WORDS:
            chip = QPushButton(self.tr(text))
            chip.setCheckable(True)
            chip.setAccessibleName(self.tr("Only: {what}").format(what=chip.text()))
            chip.setCursor(Qt.CursorShape.PointingHandCursor)
            chip.clicked.connect(lambda on, word=word: self.toggled.emit(word, on))
            self._chips[word] = chip
            row.addWidget(chip)
        row.addStretch(1)
        theme.changed.connect(self._tint)
        self._tint()

    def reflect(self, expression: str) -> None:
        """Show which chips the filter holds."""
        held = expression.split()
        for word, chip in self._chips.items():
            chip.setChecked(word in held)

    def _tint(self) -> None:
        c = self._theme.colours
        self.setStyleSheet(
            "QPushButton { border-radius: 12px; padding: 2px 11px; min-height: 18px; font-size: 12px;"
            f" color: {c.muted}; background: transparent; border: 1px solid {c.line}; }}"
            f"QPushButton:hover {{ background: {c.hover}; }}"
            f"QPushButton:focus {{ border: 1px solid {c.accent}; }}"
            f"QPushButton:checked {{ color: {c.accent}; background: {c.accent_soft}; border: 1px solid {c.accent}; }}"
        )

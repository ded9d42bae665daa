"""One setting a row: its name, what it means in a line, its control at the end."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QFrame, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from app.ui.kit.labels import Label
from app.ui.kit.page import surface
from app.ui.kit.theme import L, M, Theme

Row = tuple[str, str, Sequence[QWidget]]
"""Name, meaning, controls."""


def section(title: str, rows: Sequence[Row], theme: Theme, *, under: Sequence[QWidget] = ()) -> QFrame:
    """A titled panel of rows, with what belongs below them."""
    inside = QVBoxLayout()
    inside.setSpacing(M)
    inside.addWidget(Label(title, theme, "heading"))
    for name, meaning, controls in rows:
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(Label(name, theme))
        if meaning:
            said.addWidget(Label(meaning, theme, "secondary", "muted", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(L)
        row.addLayout(said, 1)
        for control in controls:
            row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        inside.addLayout(row)
    for widget in under:
        inside.addWidget(widget)
    return surface(inside)


class Number(QSpinBox):
    """A number that is typed or stepped with the keys. The wheel scrolls the page, never the number."""

    def __init__(self, name: str, low: int, high: int, suffix: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setRange(low, high)
        self.setSuffix(suffix)
        self.setLocale(
            QLocale(QLocale.Language.French, QLocale.Country.France)
        )  # whose groups are as `words.number` has them
        self.setGroupSeparatorShown(True)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedWidth(168)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Left to the page."""
        event.ignore()

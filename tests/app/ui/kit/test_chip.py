"""Chips."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.kit.chip import HEIGHT, Chip
from app.ui.kit.theme import Theme


def test_a_chip_is_as_wide_as_its_word_and_says_it(theme: Theme, qtbot) -> None:
    chip = Chip("Denied", "denied", "cross", theme)
    qtbot.addWidget(chip)
    narrow = chip.sizeHint().width()
    chip.show_as("You allowed", "allowed", "check")
    assert chip.sizeHint().width() > narrow
    assert chip.sizeHint().height() == HEIGHT
    assert chip.accessibleName() == "You allowed"


def test_chips_look_right(theme: Theme, qtbot, screens) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    row = QHBoxLayout(holder)
    kinds = [
        ("Allowed", "allowed", "check"),
        ("Waiting", "asked", "ask"),
        ("Denied", "denied", "cross"),
        ("Failed", "error", "warning"),
    ]
    for text, tone, drawing in [*kinds, ("Running", "accent", "play"), ("Cancelled", "muted", "cross")]:
        row.addWidget(Chip(text, tone, drawing, theme))  # type: ignore[arg-type]
    holder.resize(holder.sizeHint())
    screens("chips", holder)
    assert holder.sizeHint().width() > 300

"""Chips above the log."""

from __future__ import annotations

from app.core.journal.filter import parse
from app.ui.activity.filters import WORDS, FilterChips


def test_every_chip_is_a_filter_that_can_be_read() -> None:
    for word, _text in WORDS:
        parse(word)


def test_chips_reflect_the_words_of_the_field(theme, qtbot) -> None:
    chips = FilterChips(theme)
    qtbot.addWidget(chips)
    chips.reflect("report decision:denied")
    assert [word for word, chip in chips._chips.items() if chip.isChecked()] == ["decision:denied"]
    with qtbot.waitSignal(chips.toggled) as toggled:
        chips._chips["change:*"].click()
    assert toggled.args == ["change:*", True]

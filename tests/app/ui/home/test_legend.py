"""The sums of a day."""

from __future__ import annotations

from app.ui.home.legend import Legend


def test_it_says_what_there_was_and_leaves_out_what_there_was_not(theme, qtbot) -> None:
    legend = Legend(theme)
    qtbot.addWidget(legend)
    assert legend.text == ""
    legend.show_sums({"allowed": 12, "asked": 0, "denied": 3, "error": 0})
    assert legend.text == "12 allowed · 3 denied"
    legend.show_sums({})
    assert legend.text == ""

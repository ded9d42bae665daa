"""The sums of a day."""

from __future__ import annotations

import pytest

from app.core.journal.kinds import KINDS
from app.ui.home.legend import Legend, Swatch


def test_it_says_what_there_was_and_leaves_out_what_there_was_not(theme, qtbot) -> None:
    legend = Legend(theme)
    qtbot.addWidget(legend)
    assert legend.text == ""
    legend.show_sums({"allowed": 12, "asked": 0, "denied": 3, "error": 0})
    assert legend.text == "12 allowed · 3 denied"
    legend.show_sums({})
    assert legend.text == ""


@pytest.mark.parametrize("kind", KINDS)
def test_what_failed_is_hollow_and_all_else_is_solid(theme, qtbot, kind) -> None:
    swatch = Swatch(kind, theme)
    qtbot.addWidget(swatch)
    image = swatch.grab().toImage()
    edge, middle = image.pixelColor(0, 0), image.pixelColor(image.width() // 2, image.height() // 2)
    assert (edge != middle) == (kind == "error")

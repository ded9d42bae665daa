"""The last 24 hours as bars."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.core.journal.kinds import Kind
from app.ui.home.strip import BARS, STEP_MS, Strip, window_of

NOW = 1_795_000_000.0


@pytest.fixture
def strip(theme, qtbot) -> Strip:
    made = Strip(theme, lambda: NOW)
    qtbot.addWidget(made)
    made.resize(960, 116)
    pieces: list[dict[Kind, int]] = [{"allowed": n} for n in range(BARS - 1)]
    made.show_counts(window_of(NOW)[0], [*pieces, {"denied": 2, "error": 1}])
    return made


def test_the_window_is_whole_quarters_and_holds_now() -> None:
    since, until = window_of(NOW)
    assert until - since == BARS * STEP_MS
    assert since % STEP_MS == 0
    assert until - STEP_MS <= NOW * 1000 < until


def test_a_bar_says_its_time_and_its_calls(strip: Strip) -> None:
    assert "2 denied, 1 failed" in strip.words(BARS - 1)
    assert "no call" in strip.words(0)


def test_a_click_picks_the_bar_under_it(strip: Strip, qtbot) -> None:
    with qtbot.waitSignal(strip.picked) as picked:
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.rect_of(40).center().toPoint())
    assert picked.args == list(strip.bounds(40))


def test_arrow_keys_and_return_do_the_same(strip: Strip, qtbot) -> None:
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    assert "denied" in strip.accessibleDescription()
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    with qtbot.waitSignal(strip.picked) as picked:
        qtbot.keyClick(strip, Qt.Key.Key_Return)
    assert picked.args == list(strip.bounds(BARS - 2))


def test_right_to_left_time_runs_the_other_way(strip: Strip) -> None:
    strip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert strip.rect_of(0).left() > strip.rect_of(BARS - 1).left()


def test_a_screen_reader_hears_the_sums(strip: Strip) -> None:
    assert "2 denied" in strip.accessibleName()

"""The look keeps its promises."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor

from app.ui.kit.theme import DARK, LIGHT, Colours, Theme, contrast, font

TEXTS = ("text", "muted", "accent", "allowed", "asked", "denied", "error")


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["window", "surface", "sunken", "hover"])
@pytest.mark.parametrize("text", TEXTS)
def test_every_text_is_legible_on_every_ground(colours: Colours, text: str, ground: str) -> None:
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("tone", ["accent", "allowed", "asked", "denied", "error", "muted"])
def test_every_meaning_is_legible_on_its_own_ground(colours: Colours, tone: str) -> None:
    assert contrast(colours.tone(tone), colours.soft(tone)) >= 4.5  # type: ignore[arg-type]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_meanings_of_bars_and_chips_are_hues_apart(colours: Colours) -> None:
    hues = sorted(QColor(colours.tone(tone)).hslHue() for tone in ("accent", "asked", "denied", "error"))  # type: ignore[arg-type]
    assert min((after - before) % 360 for before, after in pairwise([*hues, hues[0] + 360])) >= 30


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_primary_button_is_legible(colours: Colours) -> None:
    assert contrast(colours.on_accent, colours.accent) >= 4.5


def test_black_on_white_has_the_highest_contrast() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21


def test_a_choice_is_in_force_at_once(theme: Theme, qtbot) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.choose("dark")
    assert theme.dark


class Hints(QObject):
    """A desktop whose scheme the test sets: the platform without a screen has none."""

    colorSchemeChanged = Signal(object)  # noqa: N815

    def __init__(self) -> None:
        super().__init__()
        self.scheme = Qt.ColorScheme.Light

    def colorScheme(self) -> Qt.ColorScheme:  # noqa: N802
        return self.scheme

    def turn(self, scheme: Qt.ColorScheme) -> None:
        self.scheme = scheme
        self.colorSchemeChanged.emit(scheme)


def test_the_system_s_theme_is_followed_live_unless_the_user_chose(qapp) -> None:
    hints = Hints()
    theme = Theme("system", hints)  # type: ignore[arg-type]
    hints.turn(Qt.ColorScheme.Dark)
    assert theme.dark
    theme.choose("light")
    hints.turn(Qt.ColorScheme.Dark)
    assert not theme.dark
    qapp.setStyleSheet("")


def test_the_type_scale(qapp) -> None:
    assert [font(size).pixelSize() for size in ("title", "heading", "body", "secondary")] == [22, 15, 13, 12]

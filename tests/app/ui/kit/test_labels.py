"""Labels."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from app.ui.kit.labels import ElidedLabel, Label, spacer
from app.ui.kit.theme import DARK, Theme


def test_a_label_shows_markup_and_never_obeys_it(theme: Theme, qtbot) -> None:
    label = Label("<b>x</b>", theme)
    qtbot.addWidget(label)
    assert label.text() == "<b>x</b>"
    assert label.textFormat().name == "PlainText"


def test_a_label_follows_the_theme(theme: Theme, qtbot) -> None:
    label = Label("x", theme, "body", "denied")
    qtbot.addWidget(label)
    theme.choose("dark")
    assert label.palette().color(QPalette.ColorRole.WindowText) == QColor(DARK.denied)
    label.set_tone(None)
    assert label.palette().color(QPalette.ColorRole.WindowText) == QColor(DARK.text)


def test_an_elided_label_gives_way_and_has_the_whole_in_its_tip(theme: Theme, qtbot) -> None:
    label = ElidedLabel("/a/very/long/path" * 20, theme)
    qtbot.addWidget(label)
    assert label.minimumSizeHint().width() < 60
    assert label.toolTip() == label.text()
    label.setText("short")
    assert label.toolTip() == "short"
    label.resize(60, 20)
    assert not label.grab().isNull()


def test_a_spacer_grows(qtbot) -> None:
    made = spacer()
    qtbot.addWidget(made)
    assert made.sizePolicy().horizontalPolicy().name == "Expanding"

"""Labels."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPalette

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


def test_a_path_stays_a_path_in_a_mirrored_window(theme: Theme, qtbot) -> None:
    """Only its place is mirrored: the ink is the same, letter for letter, as in a window that reads from the left."""
    label = ElidedLabel("~/Documents", theme)
    qtbot.addWidget(label)
    label.resize(200, 20)

    def ink() -> QImage:
        image = label.grab().toImage()
        ground = image.pixelColor(100, 0)
        columns = [
            x for x in range(image.width()) if any(image.pixelColor(x, y) != ground for y in range(image.height()))
        ]
        return image.copy(columns[0], 0, columns[-1] - columns[0] + 1, image.height())

    there = ink()
    label.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    mirrored = ink()
    assert (abs(there.width() - mirrored.width()) <= 1, there.height()) == (True, mirrored.height())
    assert label.grab().toImage().pixelColor(5, 10) == label.grab().toImage().pixelColor(5, 0)
    label.setText("Documents/~")
    assert ink() != mirrored

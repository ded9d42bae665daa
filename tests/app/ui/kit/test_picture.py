"""A drawing as a widget."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPixmap

from app.ui.kit.picture import Picture
from app.ui.kit.theme import Theme


def painted(picture: Picture, scale: int = 1) -> QPixmap:
    made = QPixmap(picture.size() * scale)
    made.setDevicePixelRatio(scale)
    made.fill(QColor("#ffffff"))
    picture.render(made)
    return made


def test_it_is_as_large_as_it_was_made_and_follows_the_theme(theme: Theme, qtbot) -> None:
    picture = Picture("folders", 40, theme)
    qtbot.addWidget(picture)
    picture.resize(picture.sizeHint())
    light = painted(picture).toImage()
    theme.choose("dark")
    assert (picture.width(), picture.height()) == (40, 40)
    assert painted(picture).toImage() != light


def test_another_drawing_is_shown(theme: Theme, qtbot) -> None:
    picture = Picture("folders", 24, theme)
    qtbot.addWidget(picture)
    picture.resize(picture.sizeHint())
    before = painted(picture).toImage()
    picture.show_as("problem", "error")
    assert picture.shown == ("problem", "error")
    assert painted(picture).toImage() != before


def test_a_fine_screen_gets_a_fine_drawing(theme: Theme, qtbot) -> None:
    """A drawing blown up from one scale to the other has no more shades than the small one's pixels."""
    picture = Picture("activity", 16, theme)
    qtbot.addWidget(picture)
    picture.resize(picture.sizeHint())
    small, fine = painted(picture).toImage(), painted(picture, 2).toImage()
    blown = small.scaled(fine.width(), fine.height())
    assert fine.convertToFormat(blown.format()) != blown

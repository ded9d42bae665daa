"""Icons."""

from __future__ import annotations

import os

import pytest
from PySide6.QtGui import QColor

from app.ui.kit.icons import FOLDER, icon, pixmap

NAMES = sorted(name.removesuffix(".svg") for name in os.listdir(FOLDER) if name.endswith(".svg"))


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_is_drawn_in_the_colour_asked_for(name: str, qapp) -> None:
    image = pixmap(name, "#ff0000", 24, 1.0).toImage()
    inked = [image.pixelColor(x, y) for x in range(24) for y in range(24) if image.pixelColor(x, y).alpha() > 150]
    assert inked
    assert all(colour.red() > 200 and colour.green() < 60 for colour in inked)


def test_the_mark_reads_at_sixteen_pixels(qapp) -> None:
    image = pixmap("mark", "#000000", 16, 1.0).toImage()
    inked = sum(image.pixelColor(x, y).alpha() > 120 for x in range(16) for y in range(16))
    assert 40 < inked < 200


def test_a_fine_screen_gets_fine_pixels(qapp) -> None:
    assert pixmap("home", "#000000", 20, 2.0).width() == 40
    assert not icon("home", QColor("#000000").name()).isNull()


def test_an_icon_of_only_one_size_holds_no_other(qapp) -> None:
    assert {size.width() for size in icon("check", "#000000", 16).availableSizes()} <= {16, 32}
    assert len(icon("check", "#000000").availableSizes()) > 1

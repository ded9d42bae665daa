"""The icons: SVG drawn with `currentColor`, tinted from the palette, sharp at every scale."""

from __future__ import annotations

import os
from functools import lru_cache

from PySide6.QtCore import QByteArray, QPointF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

FOLDER = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))), "resources", "icons"
)
SIZES = (16, 20, 24, 32, 48)


@lru_cache(maxsize=128)
def _drawing(name: str) -> str:
    with open(os.path.join(FOLDER, f"{name}.svg"), encoding="utf-8") as file:
        return file.read()


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size: int, scale: float = 0.0) -> QPixmap:
    """An icon as pixels: `size` in points, drawn for `scale` device pixels a point (0: the screen's own)."""
    ratio = scale or _screen_scale()
    made = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode())).render(painter)
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def paint_icon(painter: QPainter, left: float, top: float, name: str, colour: str, size: int) -> None:
    """Draws an icon at that place in points, as fine as what is painted on: a window, a screen of another scale, a picture."""
    scale = abs(painter.deviceTransform().m11()) or 1.0
    painter.drawPixmap(QPointF(left, top), pixmap(name, colour, size, scale))


@lru_cache(maxsize=256)
def icon(name: str, colour: str, only: int = 0) -> QIcon:
    """An icon that Qt may show at any of our sizes, or at `only` one, on a plain and on a fine screen."""
    made = QIcon()
    for size in (only,) if only else SIZES:
        for scale in (1.0, 2.0):
            made.addPixmap(pixmap(name, colour, size, scale))
    return made


def _screen_scale() -> float:
    screen = QGuiApplication.primaryScreen()
    return screen.devicePixelRatio() if screen else 1.0

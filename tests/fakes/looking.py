"""Looks at a widget as a person would: can every control be named by a screen reader, and can every word be read on its ground?"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QApplication, QLabel, QLineEdit, QWidget

from app.ui.kit.theme import contrast as contrast_of

contrast = lru_cache(maxsize=65_536)(contrast_of)  # the same few shades come again and again
LEAST = 4.5
"""WCAG 2.2, 1.4.3."""
LEAST_PAINTED = 3.4
"""Of the strongest pixel: thin strokes never reach their ink's full colour."""


def nameless(widget: QWidget) -> list[str]:
    """The controls in view that the keyboard reaches and a screen reader cannot name."""
    found = [widget, *widget.findChildren(QWidget)]
    return [
        f"{type(one).__name__} in {type(one.parentWidget()).__name__}"
        for one in found
        if one.isVisible() and _reached(one) and not _name(one)
    ]


def _reached(widget: QWidget) -> bool:
    if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or not widget.isEnabled() or widget.isWindow():
        return False
    inner = widget.objectName().startswith("qt_") or isinstance(widget.parentWidget(), QLineEdit)
    plain_scroll = type(widget) is QAbstractScrollArea
    return not inner and not plain_scroll


def _name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName().strip() or text.strip()


def illegible(widget: QWidget) -> list[str]:
    """The words in view that have too little contrast with what they stand on, as painted."""
    image = QImage(widget.size(), QImage.Format.Format_RGB32)
    image.fill(widget.palette().window().color())
    widget.render(image)
    found: list[str] = []
    for one in (*widget.findChildren(QLabel), *widget.findChildren(QAbstractButton)):
        text = one.text()
        if one.isVisible() and one.isEnabled() and text.strip():
            found += _judge(widget, one, text, image)
    return found


def _judge(widget: QWidget, one: QLabel | QAbstractButton, text: str, image: QImage) -> list[str]:
    seen = one.visibleRegion().boundingRect()
    room = QRect(one.mapTo(widget, QPoint(0, 0)) + seen.topLeft(), seen.size()).intersected(image.rect())
    if isinstance(one, QAbstractButton):
        room.adjust(4, 4, -4, -4)  # without its edge, which is another colour while it has the focus
    if room.width() < 12 or room.height() < 8 or _covered(one):
        return []
    line, memory = image.bytesPerLine() // 4, memoryview(image.constBits()).cast("I")
    pixels: Counter[int] = Counter()
    for y in range(room.top(), room.bottom() + 1):
        pixels.update(memory[y * line + room.left() : y * line + room.right() + 1])
    ground = QColor(pixels.most_common(1)[0][0]).name()
    strongest = max(contrast(QColor(pixel).name(), ground) for pixel in pixels)
    said = f"{text[:60]!r} on {ground}"
    if strongest < LEAST_PAINTED:
        return [f"{said}: {strongest:.1f} as painted"]
    if isinstance(one, QLabel):
        ink = one.palette().color(one.foregroundRole()).name()
        if contrast(ink, ground) < LEAST:
            return [f"{said}: {contrast(ink, ground):.1f}, {ink}"]
    return []


def _covered(one: QWidget) -> bool:
    """Nothing of ours lies over another but what covers it whole."""
    return QApplication.activePopupWidget() is not None and one.window() is not QApplication.activePopupWidget()

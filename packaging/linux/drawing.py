"""The program's icon as pixels, for desktops that take no drawings."""

from __future__ import annotations

import os

from building import ROOT

SIZES = (32, 48, 64, 128)


def pictures() -> dict[int, bytes]:
    """Edge in pixels → PNG. Qt draws, without a screen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QIODevice, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    drawing = QSvgRenderer(os.path.join(ROOT, "resources", "app.svg"))
    found: dict[int, bytes] = {}
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        drawing.render(painter)
        painter.end()
        kept = QBuffer()
        kept.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(kept, "PNG")  # type: ignore[call-overload] - the format is taken as text, not bytes
        found[size] = bytes(kept.data().data())
    return found

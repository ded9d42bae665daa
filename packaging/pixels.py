"""The program's own icon as files of pixels: PNG, Windows' .ico and Apple's .icns. Drawn from resources/app.svg, without a screen."""

from __future__ import annotations

import os
import struct

from building import ROOT

ICO_SIZES = (16, 24, 32, 48, 64, 256)
ICNS_KINDS = (
    *((b"icp4", 16), (b"icp5", 32), (b"ic07", 128), (b"ic08", 256), (b"ic09", 512), (b"ic10", 1024)),
    *((b"ic11", 32), (b"ic12", 64), (b"ic13", 256), (b"ic14", 512)),
)
"""Type → edge in pixels (Apple Icon Image format; each type since Mac OS X 10.7 takes a PNG)."""


def png(size: int) -> bytes:
    """The icon as a PNG of that edge in pixels."""
    from PySide6.QtCore import QBuffer, QIODevice

    kept = QBuffer()
    kept.open(QIODevice.OpenModeFlag.WriteOnly)
    _drawn(size).save(kept, "PNG")  # type: ignore[call-overload] - the format is taken as text, not bytes
    return bytes(kept.data().data())


def ico() -> bytes:
    """An icon directory ([MS-ICO] as Windows reads it): bitmaps, and the largest as a PNG, which Vista and later take."""
    images = [png(size) if size == 256 else _bitmap(size) for size in ICO_SIZES]
    head = struct.pack("<HHH", 0, 1, len(images))
    offset = len(head) + 16 * len(images)
    entries = b""
    for size, image in zip(ICO_SIZES, images, strict=True):
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(image), offset)
        offset += len(image)
    return head + entries + b"".join(images)


def icns() -> bytes:
    """An icon family: each element is its type, its length with these eight bytes, and a PNG."""
    drawn = {size: png(size) for _, size in ICNS_KINDS}
    body = b"".join(kind + struct.pack(">I", len(drawn[size]) + 8) + drawn[size] for kind, size in ICNS_KINDS)
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def _bitmap(size: int) -> bytes:
    """A 32-bit bitmap from the bottom up, and the mask that old programs want, all of it visible."""
    image = _drawn(size)
    rows = [bytes(image.constScanLine(y))[: size * 4] for y in range(size - 1, -1, -1)]  # pyright: ignore[reportArgumentType]
    mask = bytes((size + 31) // 32 * 4 * size)
    pixels = b"".join(rows)
    header = struct.pack("<IiiHHIIiiII", 40, size, size * 2, 1, 32, 0, len(pixels) + len(mask), 0, 0, 0, 0)
    return header + pixels + mask


def _drawn(size: int):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(os.path.join(ROOT, "resources", "app.svg")).render(painter)
    painter.end()
    return image.convertToFormat(QImage.Format.Format_ARGB32)

"""The program's icon as files of pixels: each is what the systems read."""

from __future__ import annotations

import importlib
import struct
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "packaging"))
pixels = importlib.import_module("pixels")


@pytest.mark.parametrize("size", [16, 512])
def test_a_png_has_the_edge_that_was_asked_for(size: int) -> None:
    found = pixels.png(size)
    assert struct.unpack(">II", found[16:24]) == (size, size)


def test_an_ico_leads_to_an_image_of_each_size() -> None:
    found = pixels.ico()
    assert struct.unpack_from("<HHH", found) == (0, 1, len(pixels.ICO_SIZES))
    end = 0
    for number, size in enumerate(pixels.ICO_SIZES):
        width, height, _, _, planes, bits, length, offset = struct.unpack_from("<BBBBHHII", found, 6 + 16 * number)
        assert (width, height, planes, bits) == (size % 256, size % 256, 1, 32)
        image = found[offset : offset + length]
        if size == 256:
            assert image.startswith(b"\x89PNG")
        else:
            assert struct.unpack_from("<Iii", image) == (40, size, 2 * size)
            assert len(image) == 40 + size * size * 4 + (size + 31) // 32 * 4 * size
        end = offset + length
    assert end == len(found)


def test_qt_reads_the_ico_back_as_it_was_drawn() -> None:
    from PySide6.QtGui import QImage

    image = QImage.fromData(pixels.ico())
    assert not image.isNull()
    assert image.pixelColor(image.width() // 2, image.height() // 2).alpha() == 255


def test_an_icns_is_a_chain_of_pngs_to_its_very_end() -> None:
    found = pixels.icns()
    assert found[:4] == b"icns"
    assert struct.unpack_from(">I", found, 4) == (len(found),)
    at, kinds = 8, list[bytes]()
    while at < len(found):
        kind, length = struct.unpack_from(">4sI", found, at)
        assert found[at + 8 : at + 12] == b"\x89PNG"
        kinds.append(kind)
        at += length
    assert at == len(found)
    assert kinds == [kind for kind, _ in pixels.ICNS_KINDS]

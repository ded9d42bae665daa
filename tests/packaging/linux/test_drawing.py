"""The icon as pixels."""

from __future__ import annotations

import importlib
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT / "packaging"))
drawing = importlib.import_module("linux.drawing")


def test_each_picture_is_a_png_of_its_size_and_the_same_each_time() -> None:
    pictures = drawing.pictures()
    for size, picture in pictures.items():
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", picture[16:24]) == (size, size)
    assert pictures == drawing.pictures()

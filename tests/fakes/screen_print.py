"""Prints a digest of what a window shows: `python screen_print.py WINDOW X Y WIDTH HEIGHT`, on the display of the environment."""

from __future__ import annotations

import hashlib
import sys

from PySide6.QtGui import QGuiApplication


def main() -> None:
    window, x, y, width, height = (int(word) for word in sys.argv[1:])
    QGuiApplication([])
    image = QGuiApplication.primaryScreen().grabWindow(window, x, y, width, height).toImage()
    sys.stdout.write(hashlib.sha256(bytes(image.constBits())).hexdigest() + "\n")


main()

"""Opening a file with what the system has for it. It does not wait for the program that comes."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_file(path: str) -> None:
    """Open a file, or a folder in the file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))

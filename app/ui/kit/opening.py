"""Opening a file or an address with what the system has for it. It does not wait for the program that comes."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_file(path: str) -> None:
    """Open a file, or a folder in the file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def open_link(address: str) -> None:
    """Open an https address in the browser; anything else is passed over."""
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    if url.isValid() and url.scheme() == "https" and url.host():
        QDesktopServices.openUrl(url)


def open_page(address: str) -> None:
    """Open a page to sign in at: also of a server in one's own network, which may have no https."""
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    if url.isValid() and url.scheme() in ("https", "http") and url.host():
        QDesktopServices.openUrl(url)

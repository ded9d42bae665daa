"""Opening a file or an address with what the system has for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from app.ui.kit.opening import open_file, open_link, open_page


class Opener(QObject):
    """Stands for the system's own program."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toLocalFile() or url.toString())


@pytest.mark.parametrize("name", ["doorkeep.toml", "with space & ü#1.toml"])
def test_the_system_is_asked_to_open_exactly_that_file(qapp, tmp_path: Path, name: str) -> None:
    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "open")  # pyright: ignore[reportArgumentType] - Qt takes text, too
    try:
        open_file(str(tmp_path / name))
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert opener.opened == [str(tmp_path / name)]


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("https://example.com/a?b=c#d", ["https://example.com/a?b=c#d"]),
        ("http://example.com/", []),
        ("file:///etc/passwd", []),
        ("javascript:alert(1)", []),
        ("https://", []),
        ("", []),
    ],
)
def test_only_an_https_address_reaches_the_browser(qapp, address: str, opened: list[str]) -> None:
    opener = Opener()
    schemes = ("https", "http", "file", "javascript")
    for scheme in schemes:
        QDesktopServices.setUrlHandler(scheme, opener, "open")  # pyright: ignore[reportArgumentType] - Qt takes text, too
    try:
        open_link(address)
    finally:
        for scheme in schemes:
            QDesktopServices.unsetUrlHandler(scheme)
    assert opener.opened == opened


@pytest.mark.parametrize(
    ("address", "opened"),
    [("http://127.0.0.1:9/authorize?a=b", 1), ("https://example.com/", 1), ("file:///etc/passwd", 0), ("http://", 0)],
)
def test_a_page_to_sign_in_at_may_be_in_one_s_own_network(qapp, address: str, opened: int) -> None:
    opener = Opener()
    for scheme in ("https", "http", "file"):
        QDesktopServices.setUrlHandler(scheme, opener, "open")  # pyright: ignore[reportArgumentType] - Qt takes text, too
    try:
        open_page(address)
    finally:
        for scheme in ("https", "http", "file"):
            QDesktopServices.unsetUrlHandler(scheme)
    assert opener.opened == [address][:opened]

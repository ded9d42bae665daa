"""Opening a file with what the system has for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from app.ui.kit.opening import open_file


class Opener(QObject):
    """Stands for the system's own program."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toLocalFile())


@pytest.mark.parametrize("name", ["doorkeep.toml", "with space & ü#1.toml"])
def test_the_system_is_asked_to_open_exactly_that_file(qapp, tmp_path: Path, name: str) -> None:
    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "open")  # pyright: ignore[reportArgumentType] - Qt takes text, too
    try:
        open_file(str(tmp_path / name))
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert opener.opened == [str(tmp_path / name)]

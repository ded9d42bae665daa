"""The dialog for folders."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.ui.folders.choosing import choose_folder


def test_the_chosen_folder_is_told_and_the_dialog_goes(qtbot, folder: Path) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    chosen: list[str] = []
    choose_folder(parent, chosen.append)
    dialog = parent.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.fileMode() == QFileDialog.FileMode.Directory
    dialog.fileSelected.emit(str(folder))
    dialog.reject()
    assert chosen == [str(folder)]
    qtbot.waitUntil(lambda: parent.findChild(QFileDialog) is None, timeout=20_000)

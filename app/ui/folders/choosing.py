"""The system's own way to choose a folder. It does not wait for the person."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFileDialog, QWidget

Choose = Callable[[QWidget, Callable[[str], object]], object]
"""(parent, what takes the chosen path)"""


def choose_folder(parent: QWidget, chosen: Callable[[str], object]) -> None:
    """Ask for a folder; `chosen` is called if the person takes one."""
    dialog = QFileDialog(parent, parent.tr("Add a folder"))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(chosen)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()

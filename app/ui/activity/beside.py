"""The log and the details of one call beside each other; where the window is too narrow for both, the details lie in the log's place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.kit.theme import M

NARROW = 720
"""Points below which only one of the two is shown."""
LEAST = 280
WIDTH = 360
"""Of the details while the log is beside them."""
QWIDGETSIZE_MAX = 16_777_215


class Beside(QWidget):
    """`details` shows and hides itself; this follows."""

    def __init__(self, log: QWidget, details: QWidget) -> None:
        super().__init__()
        self._log = log
        self._details = details
        log.setMinimumWidth(LEAST // 2)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(M)
        row.addWidget(log, 1)
        row.addWidget(details)
        details.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The details came or went."""
        if watched is self._details and event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._arrange()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is more or less room."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        both = self.width() >= NARROW
        self._details.setMinimumWidth(WIDTH if both else LEAST)
        self._details.setMaximumWidth(WIDTH if both else QWIDGETSIZE_MAX)
        self._log.setVisible(both or self._details.isHidden())

"""The table of the log: rows of one height and no widgets; where it is narrow, the sentence keeps its room and other columns give way."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from app.ui.activity.model import LogModel
from app.ui.activity.rows import HEIGHT, WIDTHS, RowPainter
from app.ui.kit.theme import Theme

GIVE_WAY = ((4, 620), (1, 540))
"""A column, and the width in points below which it is hidden: how long it took, then who it was. The inspector has both."""


class LogTable(QTableView):
    """Also knows the row under the pointer, which is drawn as a whole."""

    def __init__(self, model: LogModel, theme: Theme) -> None:
        super().__init__()
        self._hovered = -1
        self._room = QWidget()
        self.setViewport(self._room)  # asking Qt for its own would load half of its classes
        self.setModel(model)
        self.setAccessibleName(self.tr("Calls"))
        self.setItemDelegate(RowPainter(theme, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(HEIGHT)
        self.horizontalHeader().hide()
        for column, width in enumerate(WIDTHS):
            mode = QHeaderView.ResizeMode.Fixed if width else QHeaderView.ResizeMode.Stretch
            self.horizontalHeader().setSectionResizeMode(column, mode)
            if width:
                self.setColumnWidth(column, width)
        theme.changed.connect(self._room.update)

    @property
    def hovered(self) -> int:
        """The row under the pointer, or -1."""
        return self._hovered

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is more or less room."""
        for column, least in GIVE_WAY:
            self.setColumnHidden(column, self.width() < least)
        super().resizeEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Another row may be under the pointer."""
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:
        """None is."""
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        before, self._hovered = self._hovered, row
        for one in {before, row} - {-1}:
            if before != row:
                self._draw_row(one)

    def _draw_row(self, row: int) -> None:
        index = self.model().index(row, 2, QModelIndex())
        room = self.visualRect(index)
        self._room.update(0, room.top(), self._room.width(), room.height())

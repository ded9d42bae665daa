"""How a row of the log is drawn: one line of 28 px, the folder in muted text, the decision as a chip, a denied row findable at a glance."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.core.journal.record import CallRecord
from app.ui.activity.model import RECORD, clock
from app.ui.kit import words
from app.ui.kit.chip import paint_chip
from app.ui.kit.labels import paint_line
from app.ui.kit.theme import M, S, Theme, font

HEIGHT = 28
WIDTHS = (76, 128, 0, 116, 76)
"""Of the columns, in points; 0 stretches."""
LEAST_WHERE = 72
"""A folder that would get less room than this says nothing and is left out."""


class RowPainter(QStyledItemDelegate):
    """Paints every column; nothing is a widget. `parent` may tell which row the pointer is on, by `hovered`."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._table = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Every row is as high as any other."""
        return QSize(40, HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """One cell."""
        record = index.data(RECORD)
        if not isinstance(record, CallRecord):
            return
        colours = self._theme.colours
        whole = QRect(option.rect)  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(whole, QColor(colours.accent_soft))
        elif index.row() == getattr(self._table, "hovered", -1):
            painter.fillRect(whole, QColor(colours.hover))
        if index.column() == 0 and record.outcome in ("denied", "expired"):
            mirrored = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
            left = whole.right() - 2 if mirrored else whole.left()
            painter.fillRect(QRect(left, whole.top() + 4, 3, whole.height() - 8), QColor(colours.denied))
        rect = whole.adjusted(S, 0, -S, 0)
        if index.column() == 0:  # room for the edge
            rect.adjust(
                *((0, 0, S - M, 0) if painter.layoutDirection() == Qt.LayoutDirection.RightToLeft else (M - S, 0, 0, 0))
            )
        painter.setFont(font("secondary" if index.column() in (0, 4) else "body", tabular=True))
        self._cell(painter, rect, record, index.column())
        painter.restore()

    def _cell(self, painter: QPainter, rect: QRect, record: CallRecord, column: int) -> None:
        colours = self._theme.colours
        if column == 2:
            self._sentence(painter, rect, record)
        elif column == 3:
            paint_chip(painter, rect, *words.decision(record), colours)
        else:
            painter.setPen(QColor(colours.text if column == 1 else colours.muted))
            mirrored = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
            paint_line(painter, rect, _text(record, column), mirrored=mirrored != (column == 4))

    def _sentence(self, painter: QPainter, rect: QRect, record: CallRecord) -> None:
        colours = self._theme.colours
        said = words.sentence(record)
        metrics = painter.fontMetrics()
        what = said.what[:1].upper() + said.what[1:]
        mirrored = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
        painter.setPen(QColor(colours.text))
        paint_line(painter, rect, what, mirrored=mirrored)
        used = metrics.horizontalAdvance(what) + S
        if said.where and rect.width() - used > LEAST_WHERE:
            rest = rect.adjusted(0, 0, -used, 0) if mirrored else rect.adjusted(used, 0, 0, 0)
            painter.setPen(QColor(colours.muted))
            paint_line(painter, rest, said.where, mirrored=mirrored)


def _text(record: CallRecord, column: int) -> str:
    match column:
        case 0:
            return clock(record.at)
        case 1:
            return words.client_name(record.client)
        case _:
            return words.duration(record.duration_ms)

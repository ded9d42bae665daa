"""The side list: an icon and a word for each page, a badge where something waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.ui.kit.icons import paint_icon
from app.ui.kit.theme import L, M, S, Theme, font

WIDTH = 184
ROW = 36
BADGE = Qt.ItemDataRole.UserRole + 1
DRAWING = Qt.ItemDataRole.UserRole + 2


class Entry(NamedTuple):
    """`name` is the page's key, `text` its word, `drawing` its icon."""

    name: str
    text: str
    drawing: str


class _Row(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: Sidebar) -> None:
        super().__init__(parent)
        self._theme = theme
        self._list = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(WIDTH - 2 * S, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colours = self._theme.colours
        rect = QRect(option.rect).adjusted(0, 2, 0, -2)  # type: ignore[attr-defined]
        # Asked of the list: `option.state` would load QStyle with all its numbers, 10 ms before the first picture.
        chosen, hovered = index.row() == self._list.currentRow(), index.row() == self._list.under_pointer
        mirrored = option.direction == Qt.LayoutDirection.RightToLeft  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_soft if chosen else colours.hover))
            painter.drawRoundedRect(rect, 7, 7)
        if chosen and self._list.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(colours.accent))
            painter.drawRoundedRect(rect.adjusted(0, 0, -1, -1), 7, 7)
        tint = colours.accent if chosen else colours.muted
        place = rect.right() - M - 20 if mirrored else rect.left() + M
        paint_icon(painter, place, rect.center().y() - 9, str(index.data(DRAWING)), tint, 20)
        body = font("body")
        body.setWeight(body.Weight.DemiBold if chosen else body.Weight.Normal)
        painter.setFont(body)
        painter.setPen(QColor(colours.text))
        room = M + 20 + M
        words = rect.adjusted(M, 0, -room, 0) if mirrored else rect.adjusted(room, 0, -M, 0)
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        painter.drawText(words, side | Qt.AlignmentFlag.AlignVCenter, str(index.data()))
        count = index.data(BADGE)
        if count:
            self._badge(painter, rect, "99+" if count > 99 else str(count), mirrored=mirrored)
        painter.restore()

    def _badge(self, painter: QPainter, rect: QRect, text: str, *, mirrored: bool) -> None:
        colours = self._theme.colours
        small = font("secondary", tabular=True)
        small.setWeight(small.Weight.DemiBold)
        painter.setFont(small)
        width = max(20, painter.fontMetrics().horizontalAdvance(text) + 12)
        left = rect.left() + S if mirrored else rect.right() - S - width
        box = QRect(left, rect.center().y() - 9, width, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.asked_soft))
        painter.drawRoundedRect(box, 10, 10)
        painter.setPen(QColor(colours.asked))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


class Sidebar(QListWidget):
    """Emits `picked` with the page's key."""

    picked = Signal(str)

    def __init__(self, entries: Sequence[Entry], theme: Theme) -> None:
        super().__init__()
        self.under_pointer = -1
        """The row that the pointer is over, or -1."""
        self._room = QWidget()
        self.setViewport(self._room)  # asking Qt for its own would load half of its classes
        self._names = [entry.name for entry in entries]
        self.setAccessibleName(self.tr("Pages"))
        self.setFixedWidth(WIDTH)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet(f"QListWidget {{ background: transparent; border: 0; padding: {L}px {S}px; }}")
        self.setItemDelegate(_Row(theme, self))
        for number, entry in enumerate(entries, 1):
            item = QListWidgetItem(entry.text)
            item.setData(DRAWING, entry.drawing)
            item.setToolTip(self.tr("{page} (Ctrl+{number})").format(page=entry.text, number=number))
            self.addItem(item)
        self.currentRowChanged.connect(lambda row: self.picked.emit(self._names[row]) if row >= 0 else None)
        self.entered.connect(lambda index: self._point_at(index.row()))
        self.viewportEntered.connect(lambda: self._point_at(-1))
        theme.changed.connect(self._room.update)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is elsewhere."""
        super().leaveEvent(event)
        self._point_at(-1)

    def _point_at(self, row: int) -> None:
        self.under_pointer = row
        self._room.update()

    def show_page(self, name: str) -> None:
        """Mark a page as the one in view; nobody picked it."""
        with QSignalBlocker(self):
            self.setCurrentRow(self._names.index(name))

    def set_badge(self, name: str, count: int) -> None:
        """How many things wait on a page; 0 takes the badge away."""
        item = self.item(self._names.index(name))
        item.setData(BADGE, count)
        words = self.tr("{page}, {count} waiting").format(page=item.text(), count=count) if count else item.text()
        item.setData(Qt.ItemDataRole.AccessibleTextRole, words)

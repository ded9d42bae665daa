"""The drop target: fills its page while folders are dragged over the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.kit.icons import paint_icon
from app.ui.kit.theme import L, Theme, font

MOST = 100
"""Paths taken of one drop."""


def local_paths(dragged: QMimeData) -> list[str]:
    """The files and folders of this computer that are dragged."""
    return [url.toLocalFile() for url in dragged.urls()[:MOST] if url.isLocalFile()]


class DropTarget(QWidget):
    """Lies over its page, unseen until something is dragged over the window. `dropped` carries the paths."""

    dropped = Signal(list)

    def __init__(self, page: QWidget, theme: Theme) -> None:
        super().__init__(page)
        self._page = page
        self._theme = theme
        self._window: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self.tr("Drop folders, or a server's bundle, here to add them"))
        self.hide()

    def watch(self, window: QWidget) -> None:
        """From now on listen to what is dragged over that window."""
        self.leave()
        self._window = window
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def leave(self) -> None:
        """Listen no more: the page is out of view."""
        self.hide()
        if self._window is not None:
            self._window.removeEventFilter(self)
            self._window.setAcceptDrops(False)
            self._window = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What the window is told about a drag."""
        kind = event.type()
        if kind == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            if local_paths(event.mimeData()):
                event.acceptProposedAction()
                self.setGeometry(self._page.rect())
                self.show()
                self.raise_()
                return True
        elif kind == QEvent.Type.DragLeave:
            self.hide()
        elif kind == QEvent.Type.Drop and isinstance(event, QDropEvent) and self.isVisible():
            self.hide()
            event.acceptProposedAction()
            self.dropped.emit(local_paths(event.mimeData()))
            return True
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the target."""
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(colours.window))
        painter.setPen(QPen(QColor(colours.accent), 2, Qt.PenStyle.DashLine))
        painter.setBrush(QColor(colours.accent_soft))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(L, L, -L, -L), 12, 12)
        centre = self.rect().center()
        paint_icon(painter, centre.x() - 24, centre.y() - 56, "folders", colours.accent, 48)
        painter.setPen(QColor(colours.accent))
        painter.setFont(font("heading"))
        painter.drawText(self.rect().adjusted(0, 32, 0, 32), Qt.AlignmentFlag.AlignCenter, self.accessibleName())
        painter.end()

"""The one window: side list, banner, pages. It makes a page when it is first opened and knows nothing of what a page does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from app.ui.kit.drop import DropTarget
from app.ui.kit.messages import Messages
from app.ui.kit.page import Page
from app.ui.kit.theme import Theme
from app.ui.shell.banner import Banner
from app.ui.shell.sidebar import Entry, Sidebar

FRAME_MS = 16
"""After a painted page so long until slow work begins: the picture has reached the screen."""
UNPAINTED_MS = 100
"""And after the wish, where nothing is painted."""

Makers = Mapping[str, Callable[[], Page]]


class Window(QWidget):
    """`closing` is emitted when the person closes it; whoever composes the app decides what that means."""

    closing = Signal()
    painted = Signal()
    """Once, after it was painted for the first time."""
    palette_asked = Signal()
    turning = Signal()
    """Another page is about to be shown: nothing else should be begun."""
    turned = Signal()
    """It is painted, or nobody can see it."""

    def __init__(self, entries: Sequence[Entry], makers: Makers, messages: Messages, theme: Theme) -> None:
        super().__init__()
        self._makers = makers
        self._pages: dict[str, Page] = {}
        self._now = ""
        self._seen = False
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self.turned.emit)
        self.setWindowTitle("Doorkeep")
        self.setMinimumSize(760, 520)
        self.resize(QSize(1080, 720))
        self.sidebar = Sidebar(entries, theme)
        self.stack = QStackedWidget()
        self.banner = Banner(messages, theme)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.stack, 1)
        self.drop = DropTarget(self.stack, theme)
        self.drop.watch(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addLayout(column, 1)
        self.sidebar.picked.connect(self.go)
        for number, entry in enumerate(entries, 1):
            self._shortcut(QKeySequence(f"Ctrl+{number}"), lambda name=entry.name: self.go(name))
        self._shortcut(QKeySequence(QKeySequence.StandardKey.Find), self._search)
        self._shortcut(QKeySequence("Ctrl+K"), self.palette_asked.emit)
        self._shortcut(QKeySequence(QKeySequence.StandardKey.Close), self.close)
        self._shortcut(QKeySequence(QKeySequence.StandardKey.HelpContents), self._help)

    def go(self, name: str, arguments: dict[str, Any] | None = None) -> None:
        """Bring a page into view."""
        self.turning.emit()
        self._turn.start(UNPAINTED_MS)
        page = self.page(name)
        if self._now and self._now != name:
            self._pages[self._now].closed()
        self._now = name
        self.stack.setCurrentWidget(page)
        self.sidebar.show_page(name)
        page.opened(arguments or {})

    def forget_pages(self) -> None:
        """Let go of all pages but the one that comes into view next, and those in which somebody has typed something."""
        for name in [name for name in self._pages if name != self._now]:
            page = self._pages[name]
            if not any(field.isModified() and field.text() for field in page.findChildren(QLineEdit)):
                del self._pages[name]
                self.stack.removeWidget(page)
                page.deleteLater()

    def page(self, name: str) -> Page:
        """The page, made at its first use."""
        if name not in self._pages:
            page = self._pages[name] = self._makers[name]()
            page.badge.connect(lambda count: self.sidebar.set_badge(name, count))
            self.stack.addWidget(page)
        return self._pages[name]

    @property
    def now(self) -> str:
        """The key of the page in view."""
        return self._now

    def raise_up(self) -> None:
        """Show it in front, wherever it was."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def geometry_kept(self) -> str:
        """Size and place as text, for the next start."""
        return bytes(self.saveGeometry().toBase64().data()).decode()

    def take_geometry(self, kept: str) -> None:
        """Size and place of the last time; nonsense is passed over."""
        self.restoreGeometry(QByteArray.fromBase64(kept.encode()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tells of the first time, when the pages in it are painted too."""
        super().paintEvent(event)
        if self._turn.interval() == UNPAINTED_MS and self._turn.isActive():
            self._turn.start(FRAME_MS)  # once: a page that is painted again and again is in view all the same
        if not self._seen:
            self._seen = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The person closed it."""
        super().closeEvent(event)
        self.closing.emit()

    def _search(self) -> None:
        """Where there is nothing to look through, people look for a call."""
        if not self.page(self._now).search() and "activity" in self._makers:
            self.go("activity")
            self.page("activity").search()

    def _help(self) -> None:
        """What the guide says of the page in view."""
        if "help" in self._makers:
            self.go("help", {"about": self._now})

    def _shortcut(self, keys: QKeySequence, act: Callable[[], object]) -> None:
        QShortcut(keys, self).activated.connect(act)

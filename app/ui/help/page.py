"""Help: the user's guide with its contents at the left. A link out of it is shown before the browser gets it; nothing is fetched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import guide
from app.core.errors import DoorkeepError
from app.ui.help.contents import Contents
from app.ui.help.reader import Reader
from app.ui.kit.buttons import Button
from app.ui.kit.labels import Label
from app.ui.kit.opening import open_link
from app.ui.kit.page import Page
from app.ui.kit.services import Services
from app.ui.kit.theme import L, S
from app.ui.kit.words import visible

ABOUT = {
    "home": "index",
    "activity": "log",
    "folders": "folders",
    "servers": "servers",
    "secrets": "secrets",
    "clients": "setup#connect-claude-desktop",
    "settings": "privacy",
}
"""What F1 opens on each page of the window."""
MOST_BEFORE = 50


class HelpPage(Page):
    """`opened` takes `article` (`NAME` or `NAME#anchor`) or `about` (a page of the window). `open_link` gives a browser an address."""

    name = "help"
    drawing = "help"

    def __init__(self, services: Services, open_link: Callable[[str], object] = open_link) -> None:
        super().__init__(self.tr("Help"), services, wide=True)
        theme = services.theme
        self._open_link = open_link
        self._before: list[str] = []
        self._now = ""
        self._leads = ""
        self.back = Button(self.tr("Back"), theme, "quiet", pressed=self.go_back)
        self.back.setEnabled(False)
        self.buttons.addWidget(self.back)
        self.contents = Contents(theme)
        self.reader = Reader(theme)
        self.asked = Label("", theme, "body", wrap=True)
        self.asked.setMinimumWidth(80)
        self.open = Button(self.tr("Open in the browser"), theme, "primary", pressed=self._leave)
        self.stay = Button(self.tr("Cancel"), theme, "quiet", pressed=self._stay)
        self.leaving = QWidget()
        bar = QVBoxLayout(self.leaving)
        bar.setContentsMargins(L, S, L, S)
        answers = QHBoxLayout()
        answers.addWidget(self.open)
        answers.addWidget(self.stay)
        answers.addStretch(1)
        bar.addWidget(self.asked)
        bar.addLayout(answers)
        self.leaving.hide()
        reading = QVBoxLayout()
        reading.setSpacing(0)
        reading.addWidget(self.reader, 1)
        reading.addWidget(self.leaving)
        row = QHBoxLayout()
        row.setSpacing(L)
        row.addWidget(self.contents)
        row.addLayout(reading, 1)
        self.body.addLayout(row, 1)
        self.contents.picked.connect(self.read)
        self.reader.anchorClicked.connect(self._follow)
        keys = QShortcut(QKeySequence(QKeySequence.StandardKey.Back), self)
        keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        keys.activated.connect(self.go_back)

    def opened(self, arguments: dict[str, Any]) -> None:
        """At an article, at what fits a page of the window, or where it was."""
        wanted = str(arguments.get("article") or ABOUT.get(str(arguments.get("about")), ""))
        if wanted or not self._now:
            self.read(wanted or guide.TOPICS[0])

    def search(self) -> bool:
        """Look for something in the guide."""
        self.contents.search()
        return True

    def read(self, link: str) -> None:
        """Show `NAME` or `NAME#anchor`; what was read before can be gone back to."""
        if self._now and link != self._now:
            self._before = [*self._before, self._now][-MOST_BEFORE:]
        self._show(link)

    def go_back(self) -> None:
        """What was read before."""
        if self._before:
            self._show(self._before.pop())

    def _show(self, link: str) -> None:
        name, _, anchor = link.partition("#")
        try:
            self.reader.show_article(guide.article(name), anchor)
        except DoorkeepError as error:
            self.services.messages.error(error)
            return
        self._now = link
        self._stay()
        self.contents.show_article(name)
        self.back.setEnabled(bool(self._before))

    def _follow(self, url: QUrl) -> None:
        target = url.toString()
        if url.scheme() == "doorkeep":
            self.services.go(url.path(), {})
        elif url.scheme() == "https":
            self._leads = target
            self.asked.setText(self.tr("This leads to {address}").format(address=visible(target, 300)))
            self.leaving.show()
        elif not url.scheme():
            name = url.path().removesuffix(".md") or self._now.partition("#")[0]
            self.read(f"{name}#{url.fragment()}" if url.fragment() else name)

    def _leave(self) -> None:
        leads = self._leads
        self._stay()
        if leads:
            self._open_link(leads)

    def _stay(self) -> None:
        self._leads = ""
        self.leaving.hide()

"""What git may do in a folder beyond its files: a line that says what is on, and behind it a switch for each, with its meaning.

Its switches are made when somebody first looks at them. It tells the wish and shows what it is told.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.settings import GitSwitch
from app.ui.folders import telling
from app.ui.folders.link_line import LinkLine
from app.ui.kit.labels import Label
from app.ui.kit.tab_order import chain
from app.ui.kit.theme import L, S, Theme
from app.ui.kit.toggle import Toggle


class GitList(QWidget):
    """`opener` is the button that shows the list; it lies wherever the row puts it. `wanted`: (switch, on)."""

    wanted = Signal(str, bool)

    def __init__(self, folder: str, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._folder = folder
        self._on: tuple[GitSwitch, ...] = ()
        self._there = False
        self._closed = False
        self.switches: dict[str, Toggle] = {}
        self.opener = LinkLine("branch", theme, self._toggle, gives_way=False)
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, S, 0, 0)
        self._lines.setSpacing(S)
        self.hide()
        self._show()

    def show_switches(self, on: tuple[GitSwitch, ...], *, closed: bool) -> None:
        """What the settings say. `closed`: the folder is off, or git does not see it, so nothing of this counts."""
        self._on, self._closed = on, closed
        self._show()

    def show_repository(self, there: bool) -> None:
        """Whether git has anything to do in this folder."""
        self._there = there
        self._show()

    def _show(self) -> None:
        self.opener.show_words(telling.git(self._on))
        self.opener.setVisible(not self._closed and (self._there or bool(self._on)))
        if self._closed:
            self.hide()
        for name, switch in self.switches.items():
            switch.setChecked(name in self._on)

    def _toggle(self) -> None:
        if not self.switches:
            for name, title, meaning in telling.git_choices():
                self._add(name, title, meaning)
            chain([self.opener, *self.switches.values()])
        self.setVisible(self.isHidden())

    def _add(self, name: GitSwitch, title: str, meaning: str) -> None:
        switch = Toggle(self.tr("{what} in {folder}").format(what=title, folder=self._folder), self._theme)
        switch.setChecked(name in self._on)
        switch.clicked.connect(lambda on, name=name: self.wanted.emit(name, on))
        self.switches[name] = switch
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(Label(title, self._theme))
        said.addWidget(Label(meaning, self._theme, "secondary", "muted", wrap=True))
        line = QHBoxLayout()
        line.setSpacing(L)
        line.addLayout(said, 1)
        line.addWidget(switch, 0, Qt.AlignmentFlag.AlignVCenter)
        self._lines.addLayout(line)

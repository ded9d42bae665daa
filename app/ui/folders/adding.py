"""The question before a folder is granted: which folder, and what may be done there."""

from __future__ import annotations

import os

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.folders import shown
from app.core.settings import expand
from app.ui.folders import telling
from app.ui.kit.buttons import Button
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.page import surface
from app.ui.kit.segmented import Segmented
from app.ui.kit.services import Services
from app.ui.kit.theme import S
from app.ui.kit.words import visible

MOST_SHOWN = 5


def folders_of(paths: list[str]) -> list[str]:
    """The real folders that the paths mean: of a file, the folder it lies in. Each once. Raises SettingsError, touches the disk."""
    found: dict[str, None] = {}
    for path in paths:
        real = expand(path)
        found[real if os.path.isdir(real) or not os.path.exists(real) else os.path.dirname(real)] = None
    return list(found)


class AddPanel(QWidget):
    """`wanted` carries (paths, access); `cancelled`: the person thought better of it."""

    wanted = Signal(list, str)
    cancelled = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        theme = services.theme
        self.paths: list[str] = []
        self.title = Label("", theme, "heading", wrap=True)
        self.lines = [ElidedLabel("", theme) for _ in range(MOST_SHOWN)]
        self.more = Label("", theme, "secondary", "muted")
        choices = [choice for choice in telling.choices() if choice.value != "off"]
        self.access = Segmented(self.tr("What may be done there"), choices, theme)
        self.access.chosen.connect(self._explain)
        self.explained = Label("", theme, "secondary", "muted", wrap=True)
        self.problem = Label("", theme, "secondary", "error", wrap=True)
        self.yes = Button(self.tr("Add"), theme, "primary", pressed=self._yes)
        self.no = Button(self.tr("Cancel"), theme, "quiet", pressed=self._no)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(self.access)
        row.addStretch(1)
        row.addWidget(self.no)
        row.addWidget(self.yes)
        inside = QVBoxLayout()
        inside.setSpacing(S)
        for part in (self.title, *self.lines, self.more):
            inside.addWidget(part)
        inside.addLayout(row)
        inside.addWidget(self.explained)
        inside.addWidget(self.problem)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(surface(inside))
        self.hide()

    def ask(self, paths: list[str]) -> None:
        """Show the question for these folders (absolute and real)."""
        self.paths = paths
        if len(paths) == 1:
            self.title.setText(self.tr("What may AI apps do in this folder?"))
        else:
            self.title.setText(self.tr("What may AI apps do in these {count} folders?").format(count=len(paths)))
        for index, line in enumerate(self.lines):
            line.setText(visible(shown(paths[index]), 4096) if index < len(paths) else "")
            line.setVisible(index < len(paths))
        self.more.setText(self.tr("and {count} more").format(count=len(paths) - MOST_SHOWN))
        self.more.setVisible(len(paths) > MOST_SHOWN)
        self.access.set_value("read")
        self._explain("read")
        self.busy(False)
        self.show_problem("")
        self.show()
        self.yes.setFocus()

    def busy(self, on: bool) -> None:
        """While it is carried out."""
        for part in (self.yes, self.access):
            part.setEnabled(not on)

    def show_problem(self, text: str) -> None:
        """Why it was not done."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _explain(self, access: str) -> None:
        self.explained.setText(next(one.explained for one in telling.choices() if one.value == access))

    def _yes(self) -> None:
        self.busy(True)
        self.show_problem("")
        self.wanted.emit(self.paths, self.access.value)

    def _no(self) -> None:
        self.hide()
        self.cancelled.emit()

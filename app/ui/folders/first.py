"""The Folders page without folders: what it is for, the one button that fills it, and folders that a person may well mean."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.folders import shown
from app.ui.folders.suggesting import Suggestion, suggestions
from app.ui.kit.buttons import Button
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.page import Empty, surface
from app.ui.kit.services import Services
from app.ui.kit.theme import M, S
from app.ui.kit.words import visible

EMPTY_HEIGHT = 300


class FirstFolders(QWidget):
    """`choose` opens the dialog; `ask` asks about the folders it is given."""

    def __init__(self, services: Services, choose: Callable[[], object], ask: Callable[[list[str]], object]) -> None:
        super().__init__()
        self._services = services
        self._ask = ask
        self._shown: list[Suggestion] = []
        theme = services.theme
        self.button = Button(self.tr("Add a folder…"), theme, "primary", "plus", choose)
        empty = Empty(
            "folders",
            self.tr("No folder is open to AI apps"),
            self.tr(
                "Add the folders they may work in, and say for each what they may do there. Everything else on this "
                "computer stays closed. You can also drop folders here."
            ),
            theme,
            self.button,
        )
        empty.setMinimumHeight(EMPTY_HEIGHT)
        self.buttons: list[Button] = []
        self._lines = QVBoxLayout()
        self._lines.setSpacing(S)
        inside = QVBoxLayout()
        inside.setSpacing(S)
        inside.addWidget(Label(self.tr("Folders you may want to begin with"), theme, "heading"))
        inside.addLayout(self._lines)
        self.suggested = surface(inside)
        self.suggested.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(empty)
        outer.addWidget(self.suggested)

    def show_first(self, needed: bool, granted: set[str]) -> None:
        """Show it while nothing is granted; looks for suggestions each time it comes up."""
        coming = needed and self.isHidden()
        self.setVisible(needed)
        if coming:
            self._services.background.run(lambda: suggestions(granted), self._suggest, owner=self)

    def _suggest(self, found: list[Suggestion]) -> None:
        self.suggested.setVisible(bool(found))
        if found == self._shown:
            return
        self._shown = found
        self.buttons.clear()
        while (item := self._lines.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for one in found:
            self._lines.addWidget(self._line(one))

    def _line(self, one: Suggestion) -> QWidget:
        theme = self._services.theme
        button = Button(self.tr("Add…"), theme, "plain", pressed=lambda: self._ask([one.path]))
        button.setAccessibleName(self.tr("Add {folder}").format(folder=visible(shown(one.path), 4096)))
        self.buttons.append(button)
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(M)
        row.addWidget(Label(visible(one.name), theme))
        row.addWidget(ElidedLabel(visible(shown(one.path), 4096), theme, "secondary", "muted"), 1)
        row.addWidget(button)
        return made

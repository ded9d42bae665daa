"""What has changed in what a server says of its tools: before and after, line by line, with every warning."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.kit.chip import Chip
from app.ui.kit.diff import DiffView
from app.ui.kit.labels import Label
from app.ui.kit.theme import XS, M, S, Theme
from app.ui.kit.words import visible
from app.ui.servers.offer import Warnings
from app.ui.servers.reviews import Change, Review, lines, member

MOST_CHANGES = 60
LINES = 14


class Difference(QWidget):
    """The tools that are not as they were accepted."""

    def __init__(self, review: Review, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.views: list[DiffView] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M)
        for change in review.changes[:MOST_CHANGES]:
            column.addWidget(self._change(change))
        if len(review.changes) > MOST_CHANGES:
            words = self.tr("{count} more tools have changed and are not shown here.")
            words = words.format(count=len(review.changes) - MOST_CHANGES)
            column.addWidget(Label(words, theme, "secondary", "error", wrap=True))

    def _change(self, change: Change) -> QWidget:
        chips = {
            "new": Chip(self.tr("New"), "accent", "plus", self._theme),
            "changed": Chip(self.tr("Changed"), "asked", "edit", self._theme),
            "gone": Chip(self.tr("Gone"), "muted", "cross", self._theme),
        }
        head = QHBoxLayout()
        head.setSpacing(S)
        head.addWidget(Label(visible(change.name.replace("_", " "), 80), self._theme, "body"))
        head.addWidget(chips[change.kind])
        head.addStretch(1)
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(XS)
        column.addLayout(head)
        column.addWidget(Warnings(change.warnings, self._theme))
        for part in change.parts if change.kind != "gone" else ():
            what = visible(member(part.what), 80)
            column.addWidget(Label(what, self._theme, "secondary", "muted"))
            view = DiffView(self.tr("{what} of {tool}").format(what=what, tool=visible(change.name, 80)), self._theme)
            view.set_lines(LINES)
            view.show_text(lines(part))
            self.views.append(view)
            column.addWidget(view)
        return made

"""What a server says that it can do, with every warning, before a person accepts it. A stranger's words are shown, never obeyed."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.kit.chip import Chip
from app.ui.kit.jsonview import TextView, unmasked
from app.ui.kit.labels import Label
from app.ui.kit.theme import XS, M, S, Theme
from app.ui.kit.words import visible
from app.ui.servers.reviews import Review, ToolSeen, Warned

MOST_TOOLS = 200
MOST_WORDS = 1200
"""Characters of one description; the rest is said to be there."""
LINES = 6


class Warnings(QWidget):
    """Findings as a list; hidden where there are none."""

    def __init__(self, found: list[Warned], theme: Theme, about: str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(XS)
        for one in found:
            words = " ".join(part for part in (about, one.where, one.words) if part)
            row = QHBoxLayout()
            row.setSpacing(S)
            row.addWidget(Chip(self.tr("Careful"), "error", "warning", theme))
            row.addWidget(Label(visible(words, 300), theme, "secondary", "error", wrap=True), 1)
            column.addLayout(row)
        self.setVisible(bool(found))


class Offer(QWidget):
    """All tools of one server, and what it tells the model about itself."""

    def __init__(self, review: Review, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M)
        if review.instructions:
            column.addWidget(Label(self.tr("It tells the model about itself:"), theme, "secondary", "muted"))
            told = TextView(self.tr("What it tells the model"), LINES)
            told.show_text(review.instructions)
            column.addWidget(told)
        column.addWidget(Warnings(review.warnings, theme, self.tr("In what it tells the model:")))
        for tool in review.tools[:MOST_TOOLS]:
            column.addWidget(self._tool(tool))
        if not review.tools:
            column.addWidget(Label(self.tr("It offers no tools."), theme, "body", "muted"))
        elif len(review.tools) > MOST_TOOLS:
            words = self.tr("{count} more tools are not shown here.").format(count=len(review.tools) - MOST_TOOLS)
            column.addWidget(Label(words, theme, "secondary", "error", wrap=True))

    def _tool(self, tool: ToolSeen) -> QWidget:
        made = QWidget()
        head = QHBoxLayout()
        head.setSpacing(S)
        head.addWidget(Label(visible(tool.title or tool.name.replace("_", " "), 80), self._theme, "body"))
        if tool.read_only:
            head.addWidget(Chip(self.tr("Says it only reads"), "muted", "eye", self._theme))
        else:
            head.addWidget(Chip(self.tr("May change things"), "asked", "edit", self._theme))
        head.addStretch(1)
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(XS)
        column.addLayout(head)
        words = tool.description.strip()
        if len(words) > MOST_WORDS:
            words = f"{words[:MOST_WORDS]}…"
        if words:
            column.addWidget(Label(unmasked(words), self._theme, "secondary", "muted", wrap=True))
        column.addWidget(Warnings(tool.warnings, self._theme))
        return made

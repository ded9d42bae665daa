"""The tools of one server: what each does, in words, and what a person says about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.settings import Rule
from app.ui.kit.chip import Chip
from app.ui.kit.labels import Label
from app.ui.kit.segmented import Segmented
from app.ui.kit.theme import XS, M, S, Theme
from app.ui.kit.words import visible
from app.ui.servers import telling
from app.ui.servers.changing import DEFAULT
from app.ui.servers.facts import ServerFact, ToolFact

MOST_TOOLS = 200


class ToolList(QWidget):
    """`rule_wanted`: (tool, rule)."""

    rule_wanted = Signal(str, str)

    def __init__(self, server: ServerFact, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._choices = telling.rule_choices(server)
        self.rules: dict[str, Segmented] = {}
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(M)
        for tool in server.tools[:MOST_TOOLS]:
            lines.addWidget(self._line(tool))
        if not server.tools:
            words = self.tr("Its tools were not accepted yet, so apps see none.")
            lines.addWidget(Label(words, theme, "secondary", "muted", wrap=True))
        elif len(server.tools) > MOST_TOOLS:
            words = self.tr("{count} more tools are not shown here; their rules are in the settings file.")
            words = words.format(count=len(server.tools) - MOST_TOOLS)
            lines.addWidget(Label(words, theme, "secondary", "muted", wrap=True))
        self.show_rules(server.rules)

    def show_rules(self, rules: dict[str, Rule]) -> None:
        """What the settings say."""
        for name, control in self.rules.items():
            control.set_value(rules.get(name, DEFAULT))

    def _line(self, tool: ToolFact) -> QWidget:
        title = visible(tool.title, 80)
        control = Segmented(self.tr("Rule for {tool}").format(tool=title), self._choices, self._theme)
        control.chosen.connect(_told(self.rule_wanted.emit, tool.name))
        self.rules[tool.name] = control
        if tool.read_only:
            chip = Chip(self.tr("Only reads"), "muted", "eye", self._theme)
        else:
            chip = Chip(self.tr("Makes changes"), "asked", "edit", self._theme)
        name = Label(title, self._theme, "body")
        name.setToolTip(visible(tool.name, 128))
        head = QHBoxLayout()
        head.setSpacing(S)
        head.addWidget(name)
        head.addWidget(chip)
        head.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(XS)
        words.addLayout(head)
        words.addWidget(Label(telling.does(tool), self._theme, "secondary", "muted", wrap=True))
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(M)
        row.addLayout(words, 1)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignTop)
        return made


def _told(emit: Callable[[str, str], object], name: str) -> Callable[[str], None]:
    def tell(value: str) -> None:
        emit(name, value)

    return tell

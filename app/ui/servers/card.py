"""One server: how it is, whether apps may use it, its tools, its own messages, and a way to try it.

The card says what a person wants by its signals and shows what it is told; only trying a tool is done here.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button
from app.ui.kit.chip import Chip
from app.ui.kit.jsonview import TextView
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.page import surface
from app.ui.kit.segmented import Choice, Segmented
from app.ui.kit.services import Services
from app.ui.kit.theme import S, Tone
from app.ui.kit.words import visible
from app.ui.kit.wrap import Wrap
from app.ui.servers import telling
from app.ui.servers.facts import Lately, ServerFact
from app.ui.servers.telling import Live
from app.ui.servers.tool_list import ToolList
from app.ui.servers.trying import Call, TryPanel, call_by_hand

LOG_LINES = 16


class ServerCard(QWidget):
    """Signals carry the wish: on or off, (tool, rule), a restart, a look at the log."""

    enabled_wanted = Signal(bool)
    rule_wanted = Signal(str, str)
    restart_wanted = Signal()
    log_wanted = Signal()
    activity_wanted = Signal()

    def __init__(self, services: Services, server: ServerFact, call: Call = call_by_hand) -> None:
        super().__init__()
        self._services = services
        self._call = call
        self.server = server
        self.live = Live()
        self.lately = Lately()
        self.tools: ToolList | None = None
        self.trying: TryPanel | None = None
        theme = services.theme
        title = visible(server.title, 60)
        self.setAccessibleName(title)
        self.chip = Chip("", "muted", "clock", theme)
        self.state = Chip("", "muted", "clock", theme)
        self.state.hide()
        choices = [
            Choice("off", self.tr("Off"), "denied", self.tr("Every call to it is refused.")),
            Choice("on", self.tr("On"), "allowed", self.tr("Apps can use it.")),
        ]
        self.enabled = Segmented(self.tr("{server} on or off").format(server=title), choices, theme)
        self.enabled.chosen.connect(lambda value: self.enabled_wanted.emit(value == "on"))
        self.restart = Button(self.tr("Restart"), theme, "plain", "refresh", self.restart_wanted.emit)
        self.restart.setAccessibleName(self.tr("Restart {server}").format(server=title))
        self.meaning = Label("", theme, "secondary", "muted", wrap=True)
        self.numbers = Label("", theme, "secondary", "muted", wrap=True)
        self.error = Label("", theme, "secondary", "error", wrap=True)
        self.problem = Label("", theme, "secondary", "error", wrap=True)
        for label in (self.error, self.problem):
            label.hide()
        self.show_tools = Button("", theme, "plain", "chevron-right", self._toggle_tools)
        self.show_trying = Button(self.tr("Try a tool"), theme, "plain", "play", self._toggle_trying)
        self.show_log = Button(self.tr("Its own messages"), theme, "plain", "terminal", self._toggle_log)
        self.show_activity = Button(self.tr("Its calls"), theme, "plain", "activity", self.activity_wanted.emit)
        for button in (self.show_tools, self.show_trying, self.show_log):
            button.setCheckable(True)  # pressed in while its part is open
        for button in (self.show_tools, self.show_trying, self.show_log, self.show_activity):
            button.setAccessibleDescription(title)
        self.log = TextView(self.tr("What {server} wrote").format(server=title), LOG_LINES)
        self.log.hide()
        self._below = QVBoxLayout()
        self._below.setSpacing(S)
        inside = QVBoxLayout()
        inside.setSpacing(S)
        inside.addLayout(self._head(title))
        for part in (self.meaning, self.numbers, self.error, self.problem):
            inside.addWidget(part)
        inside.addLayout(Wrap(self.show_tools, self.show_trying, self.show_log, self.show_activity))
        inside.addLayout(self._below)
        self._below.addWidget(self.log)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(surface(inside))
        self.show_server(server)

    def show_server(self, server: ServerFact) -> None:
        """What the settings say."""
        if server.tools != self.server.tools:
            self._forget()
        self.server = server
        self.enabled.set_value("on" if server.enabled else "off")
        self.show_tools.setText(self.tr("Tools ({count})").format(count=len(server.tools)))
        self.show_trying.setVisible(bool(server.tools))
        if self.tools is not None:
            self.tools.show_rules(server.rules)
        self._show()

    def show_settings(self) -> None:
        """What the settings say, in place of a choice that could not be carried out."""
        self.show_server(self.server)

    def show_live(self, live: Live) -> None:
        """What the gateway says."""
        self.live = live
        self._show()

    def show_lately(self, lately: Lately) -> None:
        """What the log says."""
        self.lately = lately
        self._show()

    def show_state(self, text: str, tone: Tone = "muted", drawing: str = "clock") -> None:
        """How far the last change has come; empty hides it."""
        self.state.show_as(text, tone, drawing)
        self.state.setVisible(bool(text))

    def show_problem(self, text: str) -> None:
        """Why the last change was not made; empty hides it."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def show_messages(self, text: str) -> None:
        """The end of its own log; stays where the reader is, or at the end."""
        bar = self.log.verticalScrollBar()
        at_end = bar.value() >= bar.maximum()
        text = text.rstrip("\n") or self.tr("It wrote nothing yet.")
        if text != self.log.toPlainText():
            where = bar.value()
            self.log.show_text(text)
            bar.setValue(bar.maximum() if at_end else where)

    def _show(self) -> None:
        self.chip.show_as(*telling.chip(self.server, self.live))
        self.meaning.setText(telling.meaning(self.server, self.live))
        self.numbers.setText(telling.numbers(self.live, self.lately))
        said = telling.last_error(self.lately)
        self.error.setText(said)
        self.error.setVisible(bool(said))
        self.restart.setVisible(self.server.enabled and self.live.state is not None)

    def _head(self, title: str) -> QHBoxLayout:
        theme = self._services.theme
        line = QHBoxLayout()
        line.setSpacing(S)
        line.addWidget(Label(title, theme, "heading"))
        line.addWidget(self.chip)
        line.addWidget(ElidedLabel(telling.kind(self.server), theme, "secondary", "muted"), 1)
        line.addWidget(self.state)
        line.addWidget(self.restart)
        line.addWidget(self.enabled)
        return line

    def _toggle_tools(self) -> None:
        if self.tools is None:
            self.tools = ToolList(self.server, self._services.theme)
            self.tools.rule_wanted.connect(self.rule_wanted.emit)
            self._below.addWidget(self.tools)
            self.tools.show()
        else:
            self.tools.setVisible(self.tools.isHidden())
        self._show_open()

    def _toggle_trying(self) -> None:
        if self.trying is None:
            self.trying = TryPanel(self._services, self.server.name, self.server.tools, self._call)
            self._below.addWidget(self.trying)
            self.trying.show()
        else:
            self.trying.setVisible(self.trying.isHidden())
        self._show_open()

    def _toggle_log(self) -> None:
        self.log.setVisible(self.log.isHidden())
        self._show_open()
        if not self.log.isHidden():
            self.log_wanted.emit()

    def _show_open(self) -> None:
        """Which parts are open, by the mark and by the buttons that opened them."""
        parts = ((self.show_tools, self.tools), (self.show_trying, self.trying), (self.show_log, self.log))
        for button, part in parts:
            button.setChecked(part is not None and not part.isHidden())
        self.show_tools.set_drawing("chevron-down" if self.show_tools.isChecked() else "chevron-right")

    def _forget(self) -> None:
        """Its tools are other ones now."""
        for part in (self.tools, self.trying):
            if part is not None:
                self._below.removeWidget(part)
                part.hide()
                part.deleteLater()
        self.tools = self.trying = None
        self._show_open()

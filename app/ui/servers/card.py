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
from app.ui.servers.removing import RemoveQuestion
from app.ui.servers.reviewing import ReviewPanel
from app.ui.servers.reviews import Review
from app.ui.servers.telling import Live
from app.ui.servers.tool_list import ToolList
from app.ui.servers.trying import Call, TryPanel, call_by_hand

LOG_LINES = 16


class ServerCard(QWidget):
    """Signals carry the wish: on or off, (tool, rule), a restart, a look at the log, a review, to sign in or out, to be removed
    (whether its secrets go too)."""

    enabled_wanted = Signal(bool)
    rule_wanted = Signal(str, str)
    restart_wanted = Signal()
    log_wanted = Signal()
    activity_wanted = Signal()
    review_wanted = Signal()
    reviewed = Signal()
    sign_in_wanted = Signal(bool)
    remove_wanted = Signal(bool)

    def __init__(self, services: Services, server: ServerFact, call: Call = call_by_hand) -> None:
        super().__init__()
        self._services = services
        self._call = call
        self.server = server
        self.live = Live()
        self.lately = Lately()
        self.tools: ToolList | None = None
        self.trying: TryPanel | None = None
        self.review: Review | None = None
        self.reviewing: ReviewPanel | None = None
        self.removing: RemoveQuestion | None = None
        theme = services.theme
        title = visible(server.title, 60)
        self.setAccessibleName(title)
        self.chip = Chip("", "muted", "clock", theme)
        self.state = Chip("", "muted", "clock", theme)
        self.state.hide()
        self.waits = Chip("", "asked", "warning", theme)
        self.waits.hide()
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
        self._make_buttons(title)
        self.log = TextView(self.tr("What {server} wrote").format(server=title), LOG_LINES)
        self.log.hide()
        self._below = QVBoxLayout()
        self._below.setSpacing(S)
        inside = QVBoxLayout()
        inside.setSpacing(S)
        inside.addLayout(self._head(title))
        for part in (self.meaning, self.numbers, self.error, self.problem):
            inside.addWidget(part)
        inside.addLayout(Wrap(*self._buttons))
        inside.addLayout(self._below)
        self._below.addWidget(self.log)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(surface(inside))
        self.show_server(server)

    def _make_buttons(self, title: str) -> None:
        theme = self._services.theme
        self.show_tools = Button("", theme, "plain", "chevron-right", self._toggle_tools)
        self.show_trying = Button(self.tr("Try a tool"), theme, "plain", "play", self._toggle_trying)
        self.show_log = Button(self.tr("Its own messages"), theme, "plain", "terminal", self._toggle_log)
        self.show_activity = Button(self.tr("Its calls"), theme, "plain", "activity", self.activity_wanted.emit)
        self.show_review = Button(self.tr("Review"), theme, "plain", "eye", self._toggle_review)
        self.sign = Button("", theme, "plain", "link", lambda: self.sign_in_wanted.emit(bool(self.live.sign_in)))
        self.remove = Button(self.tr("Remove…"), theme, "plain", "trash", self._toggle_removing)
        for button in (self.show_review, self.show_tools, self.show_trying, self.show_log, self.remove):
            button.setCheckable(True)  # pressed in while its part is open
        self._buttons = (
            self.show_review, self.sign, self.show_tools, self.show_trying, self.show_log, self.show_activity, self.remove,
        )  # fmt: skip
        for button in self._buttons:
            button.setAccessibleDescription(title)

    def show_server(self, server: ServerFact) -> None:
        """What the settings say."""
        if server.tools != self.server.tools:
            self._forget()
        self.server = server
        self.enabled.set_value("on" if server.enabled else "off")
        self.show_tools.setText(self.tr("Tools ({count})").format(count=len(server.tools)))
        self.show_trying.setVisible(bool(server.tools))
        self.show_tools.setVisible(server.pinned or server.kind == "builtin")
        self.remove.setVisible(server.kind != "builtin")
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
        waits = telling.waits(self.server, self.live, self.review)
        self.waits.setVisible(waits is not None)
        if waits is not None:
            self.waits.show_as(*waits)
        self.show_review.setVisible(self.review is not None or telling.unseen(self.server))
        self.sign.setVisible(self.server.oauth and self.live.state is not None)
        self.sign.setText(self.tr("Sign in") if self.live.sign_in else self.tr("Sign out"))
        self.sign.setAccessibleName(self.sign.text())

    def show_reviewing(self, review: Review | None) -> None:
        """What waits to be looked at, or None; an open panel follows."""
        if review == self.review:
            return
        self.review = review
        opened = self.reviewing is not None
        self._close_review()
        if review is not None and opened:
            self.open_review()
        self._show()

    def open_review(self) -> None:
        """What it offers or has changed, to be looked at; asked for first where nobody knows it yet."""
        if self.review is None:
            self.show_state(self.tr("Starting it once, to see what it offers…"))
            self.review_wanted.emit()
        elif self.reviewing is None:
            self.reviewing = ReviewPanel(self._services, self.server.name, self.review)
            self.reviewing.done.connect(self.reviewed.emit)
            self._below.insertWidget(0, self.reviewing)
            self.reviewing.show()
        self._show_open()

    def _toggle_review(self) -> None:
        if self.reviewing is not None:
            self._close_review()
        else:
            self.open_review()

    def _close_review(self) -> None:
        if self.reviewing is not None:
            self._drop(self.reviewing)
            self.reviewing = None
        self._show_open()

    def _toggle_removing(self) -> None:
        if self.removing is not None:
            self._drop(self.removing)
            self.removing = None
        else:
            title = visible(self.server.title, 60)
            secrets, bundle, oauth = list(self.server.secrets), bool(self.server.bundle), self.server.oauth
            self.removing = RemoveQuestion(title, secrets, self._services.theme, bundle=bundle, oauth=oauth)
            self.removing.meant.connect(self.remove_wanted.emit)
            self.removing.kept.connect(self._toggle_removing)
            self._below.insertWidget(0, self.removing)
            self.removing.show()
        self._show_open()

    def _head(self, title: str) -> QHBoxLayout:
        theme = self._services.theme
        line = QHBoxLayout()
        line.setSpacing(S)
        line.addWidget(Label(title, theme, "heading"))
        line.addWidget(self.chip)
        line.addWidget(self.waits)
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
        parts = (
            (self.show_review, self.reviewing),
            (self.show_tools, self.tools),
            (self.show_trying, self.trying),
            (self.show_log, self.log),
            (self.remove, self.removing),
        )
        for button, part in parts:
            button.setChecked(part is not None and not part.isHidden())
        self.show_tools.set_drawing("chevron-down" if self.show_tools.isChecked() else "chevron-right")

    def _forget(self) -> None:
        """Its tools are other ones now."""
        for part in (self.tools, self.trying):
            if part is not None:
                self._drop(part)
        self.tools = self.trying = None
        self._show_open()

    def _drop(self, part: QWidget) -> None:
        self._below.removeWidget(part)
        part.hide()
        part.deleteLater()

"""Step three: connect the apps that were found, and see them come through. Nothing is written before a button says so.

"Came through" is said only of what was just heard: a session at the gateway, or a call.
"""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.clients import overview
from app.clients.changes import Wish
from app.clients.connect import Outcome
from app.clients.overview import Standing
from app.core.journal.record import CallRecord
from app.ui.kit import words
from app.ui.kit.buttons import Button
from app.ui.kit.chip import Chip
from app.ui.kit.connecting import ChangePanel, Ground
from app.ui.kit.labels import Label
from app.ui.kit.page import Empty, surface
from app.ui.kit.reasons import in_words
from app.ui.kit.services import Services
from app.ui.kit.theme import M, S

LOOK_MS = 2000
"""While the step is in view."""


class ClientBlock(QWidget):
    """One app: the change to its file, then whether it came through."""

    def __init__(self, services: Services, ground: Ground, standing: Standing) -> None:
        super().__init__()
        self.standing = standing
        theme = services.theme
        self.title = standing.target.client.title
        self.chip = Chip("", "muted", "unlink", theme)
        head = QHBoxLayout()
        head.setSpacing(S)
        head.addWidget(Label(self.title, theme, "heading"))
        head.addWidget(self.chip)
        head.addStretch(1)
        self.through = Label("", theme, "body", wrap=True)
        self.panel = ChangePanel(services, ground, can_cancel=False)
        self.panel.hide()
        inside = QVBoxLayout()
        inside.setSpacing(S)
        inside.addLayout(head)
        inside.addWidget(self.through)
        inside.addWidget(self.panel)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(surface(inside))
        self._called_at = 0.0
        self._session = False
        self._looked = False
        self.show_standing(standing)

    def show_standing(self, standing: Standing) -> None:
        """How its file stands now."""
        self.standing = standing
        report = standing.report
        missing = not report.well and report.state not in ("waiting", "unreadable") and not report.blocked
        if missing and not self._looked:
            self._looked = True
            self.panel.show_change(standing.target, Wish("connect"))
        self.panel.setVisible(missing)
        self._say()

    def called(self, record: CallRecord) -> None:
        """A call of it came in."""
        self._called_at = time.monotonic()
        self._say()

    def connected(self, there: bool) -> None:
        """Whether the gateway has a session of it now."""
        self._session = there
        self._say()

    def look_anew(self) -> None:
        """After a deed: the next look decides what is shown."""
        self._looked = False
        self.panel.hide()

    def _say(self) -> None:
        report = self.standing.report
        if self._called_at:
            ago = words.ago(time.monotonic() - self._called_at)
            self._shown(self.tr("Called"), "allowed", "check", self.tr("{app} called Doorkeep {ago}."), ago)
        elif self._session and report.state == "connected":
            said = self.tr("{app} has reached Doorkeep and has its tools. Ask it something about one of your folders.")
            self._shown(self.tr("Through"), "allowed", "check", said)
        elif report.blocked or report.state == "unreadable":
            self._shown(self.tr("Not possible"), "error", "problem", report.blocked or report.words)
        elif report.state == "waiting":
            said = self.tr(
                "Close {app} when it suits you: the entry is written then, and it has the tools after it starts."
            )
            self._shown(self.tr("Waits"), "asked", "clock", said)
        elif report.state == "connected" and report.running:
            said = self.tr(
                "The entry stands. {app} is starting its servers; if nothing happens, quit it and start it again."
            )
            self._shown(self.tr("Connected"), "allowed", "link", said)
        elif report.state == "connected":
            self._shown(
                self.tr("Connected"), "allowed", "link", self.tr("The entry stands. Start {app} to see it here.")
            )
        else:
            self._shown(self.tr("Not connected"), "muted", "unlink", "")

    def _shown(self, word: str, tone: Any, drawing: str, said: str, ago: str = "") -> None:
        self.chip.show_as(word, tone, drawing)
        self.through.setText(said.format(app=self.title, ago=ago))
        self.through.setVisible(bool(said))


class ClientsStep(QWidget):
    """Every app that was found. `changed` when one stands otherwise than before."""

    changed = Signal()

    def __init__(self, services: Services, ground: Ground) -> None:
        super().__init__()
        self._services = services
        self._ground = ground
        theme = services.theme
        self.blocks: dict[str, ClientBlock] = {}
        self.problem = Label("", theme, "body", "error", wrap=True)
        self.problem.hide()
        self.empty = Empty(
            "clients",
            self.tr("No AI app was found"),
            self.tr("Install Claude Desktop and start it once. You can connect it later from the Clients page."),
            theme,
            Button(self.tr("Look again"), theme, "plain", "refresh", self.look),
        )
        self.empty.hide()
        self._list = QVBoxLayout()
        self._list.setSpacing(M)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(M)
        layout.addLayout(self._list)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self.problem)
        layout.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        services.link.record.connect(self._called)

    @property
    def open_questions(self) -> bool:
        """Whether an app could be connected and is not."""
        return any(not block.panel.isHidden() for block in self.blocks.values())

    def enter(self) -> None:
        """Look now, and every two seconds while in view."""
        self._timer.start()
        self.look()

    def leave(self) -> None:
        """Nobody looks."""
        self._timer.stop()

    def look(self) -> None:
        """How the files stand, and who is at the gateway."""
        ground = self._ground
        self._services.background.run(
            lambda: overview.standings(ground.looking(), ground.desktop), self._show, self._failed, self
        )
        self._services.link.call("status", self._sessions, lambda _error: self._sessions({}))

    def _show(self, standings: list[Standing]) -> None:
        for standing in standings:
            path = standing.target.path
            if path in self.blocks:
                self.blocks[path].show_standing(standing)
                continue
            block = self.blocks[path] = ClientBlock(self._services, self._ground, standing)
            block.panel.done.connect(lambda outcome, block=block: self._done(block, outcome))
            self._list.addWidget(block)
        self.empty.setVisible(not self.blocks)
        self.changed.emit()

    def _done(self, block: ClientBlock, outcome: Outcome) -> None:
        block.look_anew()
        self.problem.hide()
        if outcome.kept is False or (outcome.state == "done" and outcome.notes and not outcome.restarted):
            self.problem.setText(" ".join(outcome.notes))
            self.problem.show()
        self.look()

    def _called(self, record: CallRecord) -> None:
        for block in self.blocks.values():
            if overview.calls_as(block.standing.target.client.id, record):
                block.called(record)

    def _sessions(self, status: dict[str, Any]) -> None:
        there = [str(one.get("client") or "") for one in status.get("sessions", [])]
        for block in self.blocks.values():
            client = block.standing.target.client.id
            block.connected(any(overview.calls_as(client, CallRecord(0, "", client=name)) for name in there))

    def _failed(self, error: Exception) -> None:
        self.problem.setText(in_words(error, self.tr("The apps on this computer could not be looked at.")))
        self.problem.show()

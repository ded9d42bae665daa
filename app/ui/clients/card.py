"""One client on the Clients page: its state, its file, what can be done, the look before it is done, and its copies."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.clients.changes import Wish
from app.clients.check import LOST
from app.clients.connect import Outcome
from app.clients.overview import Standing
from app.core.folders import shown
from app.ui.clients import telling
from app.ui.clients.foreign import ForeignPart
from app.ui.kit.buttons import Button
from app.ui.kit.chip import Chip
from app.ui.kit.connecting import ChangePanel, Ground
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.page import surface
from app.ui.kit.services import Services
from app.ui.kit.theme import XS, M, S

MOST_BACKUPS = 20


class ClientCard(QWidget):
    """`changed` after a deed, with its Outcome."""

    changed = Signal(object)

    def __init__(self, services: Services, ground: Ground, standing: Standing) -> None:
        super().__init__()
        self._services = services
        self.standing = standing
        theme = services.theme
        title = standing.target.client.title
        self.setAccessibleName(title)
        self.chip = Chip("", "muted", "unlink", theme)
        self.connect_button = Button(self.tr("Connect…"), theme, "primary", "link", self._connect)
        self.leave_button = Button(self.tr("Disconnect…"), theme, "quiet", "unlink", self._disconnect)
        self.repair_button = Button(self.tr("Put it back…"), theme, "primary", "undo", self._repair)
        for button in (self.connect_button, self.leave_button, self.repair_button):
            button.setAccessibleName(f"{button.text()} {title}")
        head = QHBoxLayout()
        head.setSpacing(S)
        head.addWidget(Label(title, theme, "heading"))
        head.addWidget(self.chip)
        head.addStretch(1)
        for button in (self.repair_button, self.connect_button):
            head.addWidget(button)
        self.called = Label("", theme, "secondary", "muted", wrap=True)
        self.path = ElidedLabel(shown(standing.target.path), theme, "secondary", "muted")
        self.trouble = Label("", theme, "body", "error", wrap=True)
        self.notes = Label("", theme, "secondary", "muted", wrap=True)
        self.foreign = ForeignPart(theme, title)
        self.foreign.wished.connect(self._look)
        self.panel = ChangePanel(services, ground)
        self.panel.hide()
        self.panel.done.connect(self._done)
        self.panel.cancelled.connect(self._cancelled)
        self.copies_button = Button("", theme, "quiet", "clock", self._show_copies)
        self.copies = QWidget()
        self.copies.hide()
        self._copies = QVBoxLayout(self.copies)
        self._copies.setContentsMargins(0, 0, 0, 0)
        self._copies.setSpacing(0)
        foot = QHBoxLayout()
        foot.setSpacing(XS)
        foot.addWidget(self.path, 1)
        foot.addWidget(self.leave_button)
        foot.addWidget(self.copies_button)
        inside = QVBoxLayout()
        inside.setSpacing(S)
        inside.addLayout(head)
        for part in (self.called, self.trouble, self.notes, self.foreign, self.panel):
            inside.addWidget(part)
        inside.addLayout(foot)
        inside.addWidget(self.copies)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(surface(inside))
        self._listed: tuple[Any, ...] | None = None
        self.show_standing(standing)

    def show_standing(self, standing: Standing) -> None:
        """How it stands now. An open look at a change stays open."""
        self.standing = standing
        report = standing.report
        self.chip.show_as(*telling.chip(report))
        self.called.setText(telling.last_called(standing))
        for label, said in ((self.trouble, telling.trouble(report)), (self.notes, telling.notes(report))):
            label.setText(said)
            label.setVisible(bool(said))
        looking = not self.panel.isHidden()  # then the panel has the buttons
        broken = report.state in LOST or report.state == "stale"
        self.repair_button.setVisible(broken and not looking)
        self.connect_button.setVisible(report.state == "not connected" and not report.blocked and not looking)
        self.leave_button.setVisible(bool(report.entries or report.lost) and not looking)
        self.foreign.show_servers(standing.foreign, standing.adopted, looking=looking)
        count = len(standing.backups)
        self.copies_button.setVisible(bool(count))
        self.copies_button.setText(self.tr("Copies ({count})").format(count=count))
        if self._listed != standing.backups:
            self._listed = standing.backups
            self._list_copies()

    def _connect(self) -> None:
        self._look(Wish("connect"))

    def _disconnect(self) -> None:
        self._look(Wish("disconnect"))

    def _repair(self) -> None:
        self._look(Wish("connect"))

    def _restore(self, backup: str) -> None:
        self._look(Wish("restore", backup=backup))

    def _look(self, wish: Wish) -> None:
        self.panel.show_change(self.standing.target, wish)
        self.panel.show()
        self.show_standing(self.standing)

    def _cancelled(self) -> None:
        self.panel.hide()
        self.show_standing(self.standing)

    def _done(self, outcome: Outcome) -> None:
        self._cancelled()
        self.changed.emit(outcome)

    def _show_copies(self) -> None:
        self.copies.setVisible(self.copies.isHidden())

    def _list_copies(self) -> None:
        while (item := self._copies.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        theme = self._services.theme
        for backup in self.standing.backups[:MOST_BACKUPS]:
            at = telling.moment(backup.at)
            row = QHBoxLayout()
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(M)
            row.addWidget(Label(at, theme))
            row.addWidget(Label(telling.size(backup.size), theme, "secondary", "muted"))
            row.addStretch(1)
            button = Button(self.tr("Look and put back…"), theme, "quiet", pressed=lambda b=backup.id: self._restore(b))
            button.setAccessibleName(self.tr("Look at the copy of {when} and put it back").format(when=at))
            row.addWidget(button)
            line = QFrame()
            line.setLayout(row)
            self._copies.addWidget(line)

"""One secret: its name, where it is used and when, and what one can do. Its value is not here and cannot be asked for."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button, IconButton
from app.ui.kit.chip import Chip
from app.ui.kit.labels import Label
from app.ui.kit.page import surface
from app.ui.kit.services import Services
from app.ui.kit.theme import XS, M, S
from app.ui.kit.words import visible
from app.ui.secrets import facts
from app.ui.secrets.facts import Secret


class SecretRow(QWidget):
    """`replace` and `removed` carry the name; removing asks first, since nothing brings a value back."""

    replace = Signal(str)
    removed = Signal(str)

    def __init__(self, services: Services, secret: Secret) -> None:
        super().__init__()
        self._services = services
        theme = services.theme
        name = visible(secret.name, 60)
        self.secret = secret
        self.used = Label("", theme, "secondary", "muted", wrap=True)
        self.when = Label("", theme, "secondary", "muted", wrap=True)
        self.warning = Label(
            self.tr(
                "In arguments every program on this computer can read it while the server runs; prefer a variable."
            ),
            theme,
            "secondary",
            "error",
            wrap=True,
        )
        self.missing = Chip(self.tr("Not set"), "error", "warning", theme)
        self.set = Button(self.tr("Set…"), theme, "plain", "edit", lambda: self.replace.emit(self.secret.name))
        self.set.setAccessibleName(self.tr("Set {name}").format(name=name))
        self.trash = IconButton(self.tr("Remove {name}").format(name=name), "trash", theme, self._ask)
        head = QHBoxLayout()
        head.setSpacing(S)
        head.addWidget(Label(name, theme, "heading"))
        head.addWidget(self.missing)
        head.addStretch(1)
        head.addWidget(self.set)
        head.addWidget(self.trash)
        inside = QVBoxLayout()
        inside.setSpacing(XS)
        inside.addLayout(head)
        for part in (self.used, self.when, self.warning):
            inside.addWidget(part)
        inside.addWidget(self._question())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(surface(inside))
        self.show_secret(secret)

    def show_secret(self, secret: Secret) -> None:
        """How it stands now."""
        self.secret = secret
        self.used.setText(visible(facts.where_used(secret), 1000))
        self.when.setText(facts.when(secret, time.time()))
        self.missing.setVisible(secret.noted is None)
        self.trash.setVisible(secret.noted is not None)
        self.set.setText(self.tr("Set…") if secret.noted is None else self.tr("Replace…"))
        self.warning.setVisible(any(use.shown_by_the_system for use in secret.uses))

    def _question(self) -> QWidget:
        theme = self._services.theme
        self.question = QWidget()
        self.asked = Label("", theme, "body", wrap=True)
        self.yes = Button(self.tr("Remove"), theme, "plain", "trash", self._remove)
        self.no = Button(self.tr("Keep it"), theme, "quiet", pressed=self.question.hide)
        self.problem = Label("", theme, "secondary", "error", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(self.asked, 1)
        row.addWidget(self.no)
        row.addWidget(self.yes)
        layout = QVBoxLayout(self.question)
        layout.setContentsMargins(0, M, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.problem)
        self.problem.hide()
        self.question.hide()
        return self.question

    def _ask(self) -> None:
        servers = sorted({use.server for use in self.secret.uses})
        said = self.tr("Remove it from the keychain? Nothing brings it back.")
        if servers:
            said += " " + self.tr("Without it these servers cannot be started: {servers}.").format(
                servers=", ".join(servers)
            )
        self.asked.setText(said)
        self.question.show()
        self.no.setFocus()

    def _remove(self) -> None:
        self.yes.setEnabled(False)
        self._services.link.call("remove_secret", self._gone, self._failed, name=self.secret.name)

    def _gone(self, _found: object) -> None:
        self.yes.setEnabled(True)
        self.question.hide()
        self.removed.emit(self.secret.name)

    def _failed(self, error: Exception) -> None:
        self.yes.setEnabled(True)
        self.problem.setText(str(error))
        self.problem.show()

"""Secrets: the tokens and passwords that servers need, by name. A value can be set, replaced and removed here, and never be seen."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from app.core.settings import settings_path
from app.desktop import reveal
from app.ui.kit.buttons import Button
from app.ui.kit.page import Empty, Page
from app.ui.kit.services import Services
from app.ui.kit.theme import S
from app.ui.kit.trouble import Trouble
from app.ui.secrets import facts
from app.ui.secrets.facts import Looked
from app.ui.secrets.keeping import KeepPanel
from app.ui.secrets.row import SecretRow


class SecretsPage(Page):
    """It looks when it comes into view, and after each deed."""

    name = "secrets"
    drawing = "secrets"

    def __init__(self, services: Services) -> None:
        super().__init__(self.tr("Secrets"), services)
        theme = services.theme
        self.rows: dict[str, SecretRow] = {}
        self.panel = KeepPanel(services)
        self.panel.kept.connect(self._kept)
        self.add = Button(self.tr("Add a secret"), theme, "primary", "plus", self.panel.ask)
        self.buttons.addWidget(self.add)
        self.trouble = Trouble(theme, lambda: reveal.reveal(settings_path(services.home)), self.look, services.go)
        self._list = QVBoxLayout()
        self._list.setSpacing(S)
        first = Button(self.tr("Add a secret"), theme, "primary", "plus", self.panel.ask)
        self.empty = Empty(
            "secrets",
            self.tr("No secret is kept yet"),
            self.tr(
                "Servers such as GitHub's need a token. Doorkeep keeps it in the system's keychain and hands it to that "
                "server alone: it stands in no file, no log and no app's settings."
            ),
            theme,
            first,
        )
        self.empty.setMinimumHeight(260)
        self.empty.hide()
        self.body.addWidget(self.trouble)
        self.body.addWidget(self.panel)
        self.body.addLayout(self._list)
        self.body.addWidget(self.empty)
        self.body.addStretch(1)

    def opened(self, arguments: dict[str, Any]) -> None:
        """Look now; `{"set": NAME}` asks for that secret's value."""
        self.look()
        if arguments.get("set"):
            self.panel.ask(str(arguments["set"]))

    def closed(self) -> None:
        """Forget what was typed."""
        self.panel.put_away()

    def look(self) -> None:
        """Which secrets there are now."""
        home = self.services.home
        self.services.background.run(lambda: facts.look(home), self._show, owner=self)

    def _show(self, looked: Looked) -> None:
        self.trouble.show_error(looked.error)
        names = {secret.name for secret in looked.secrets}
        for name in [name for name in self.rows if name not in names]:
            gone = self.rows.pop(name)
            self._list.removeWidget(gone)
            gone.deleteLater()
        for place, secret in enumerate(looked.secrets):
            row = self.rows.get(secret.name)
            if row is None:
                row = self.rows[secret.name] = SecretRow(self.services, secret)
                row.replace.connect(self.panel.ask)
                row.removed.connect(self._removed)
                self._list.insertWidget(place, row)
            else:
                row.show_secret(secret)
        self.empty.setVisible(not looked.secrets)
        self.add.setVisible(bool(looked.secrets))  # the empty page has its one button in the middle
        self.badge.emit(sum(secret.noted is None for secret in looked.secrets))

    def _kept(self, name: str) -> None:
        said = self.tr("A server that runs keeps the old value until it is restarted.")
        self.services.messages.notice(self.tr("{name} is kept.").format(name=name), said)
        self.look()

    def _removed(self, name: str) -> None:
        self.services.messages.notice(self.tr("{name} is removed.").format(name=name), "")
        self.look()

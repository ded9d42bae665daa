"""Step two: which of the servers that come with Doorkeep apps may use. Each switch acts at once."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.kit.labels import Label
from app.ui.kit.page import surface
from app.ui.kit.reasons import in_words
from app.ui.kit.services import Services
from app.ui.kit.theme import XS, M
from app.ui.kit.toggle import Toggle
from app.ui.setup import offered
from app.ui.setup.offered import OfferedServer


class ServerRow(QWidget):
    """One server and its switch; a switch that could not be made goes back to what is in force."""

    failed = Signal(object)

    def __init__(self, services: Services, server: OfferedServer) -> None:
        super().__init__()
        self._services = services
        self.name = server.name
        self.in_force = server.enabled
        self._busy = False
        theme = services.theme
        self.box = Toggle(self.tr("Use {server}").format(server=server.title), theme)
        self.box.setChecked(server.enabled)
        self.box.clicked.connect(lambda _on=False: self._switch())
        about = {
            "filesystem": self.tr("Lists, reads, searches and changes files in the folders that you granted."),
            "git": self.tr(
                "Status, history, changes and commits of the repositories in your folders, hooks and scripts off."
            ),
            "notes": self.tr("Finds, reads and edits Markdown notes, an Obsidian vault for example, in your folders."),
        }
        said = QVBoxLayout()
        said.setSpacing(XS)
        said.addWidget(Label(server.title, theme, "heading"))
        said.addWidget(Label(about.get(server.name, server.name), theme, "body", wrap=True))
        count = self.tr("{count} tools. Everything it does passes Doorkeep and stands in the log.")
        said.addWidget(Label(count.format(count=server.tools), theme, "secondary", "muted", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(M)
        row.addLayout(said, 1)
        row.addWidget(self.box)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(surface(row))

    def _switch(self) -> None:
        wanted = self.box.isChecked()
        if self._busy or wanted == self.in_force:
            return
        self._busy = True
        home, name = self._services.home, self.name
        self._services.background.run(
            lambda: offered.set_server(home, name, wanted), lambda _: self._switched(wanted), self._could_not, self
        )

    def _switched(self, wanted: bool) -> None:
        self._busy, self.in_force = False, wanted
        self._switch()

    def _could_not(self, error: Exception) -> None:
        self._busy = False
        self.box.setChecked(self.in_force)
        self.failed.emit(error)


class ServersStep(QWidget):
    """The servers that ship with Doorkeep; others are added on the Servers page."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        theme = services.theme
        self.rows: list[ServerRow] = []
        self.problem = Label("", theme, "body", "error", wrap=True)
        self.problem.hide()
        self._list = QVBoxLayout()
        self._list.setSpacing(M)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(M)
        layout.addLayout(self._list)
        layout.addWidget(self.problem)
        more = self.tr("Servers of others, for GitHub or for a database, are added on the Servers page at any time.")
        layout.addWidget(Label(more, theme, "secondary", "muted", wrap=True))
        layout.addStretch(1)

    def enter(self) -> None:
        """As it is now."""
        home = self._services.home
        self._services.background.run(lambda: offered.offered_servers(home), self._show, self._failed, self)

    def leave(self) -> None:
        """Nothing runs on."""

    def _show(self, servers: list[OfferedServer]) -> None:
        for row in self.rows:
            self._list.removeWidget(row)
            row.deleteLater()
        self.rows = []
        for server in servers:
            row = ServerRow(self._services, server)
            row.failed.connect(self._failed)
            self.rows.append(row)
            self._list.addWidget(row)

    def _failed(self, error: Exception) -> None:
        self.problem.setText(in_words(error, self.tr("That did not work, and nothing was changed.")))
        self.problem.show()

"""On a client's card: the servers in its file that do not pass Doorkeep, what lies open in them, and those that were adopted.

It only asks: every change is looked at in the card's panel before it is made. No value of a secret is ever shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.clients.adopting.foreign import Foreign
from app.clients.adopting.plans import shown_as
from app.clients.changes import Wish
from app.ui.clients import telling
from app.ui.kit.buttons import Button
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.theme import XS, M, S, Theme

INDENT = 24
"""Under a check box's word, in points."""


class ForeignPart(QWidget):
    """`wished` carries what the person asked for: servers to adopt, or an entry to put back."""

    wished = Signal(object)

    def __init__(self, theme: Theme, client: str) -> None:
        super().__init__()
        self._theme = theme
        self._client = client
        self._shown: tuple[tuple[Foreign, ...], dict[str, str]] | None = None
        self._looking = False
        self.boxes: dict[str, QCheckBox] = {}
        self.backs: dict[str, Button] = {}
        self.title = Label("", theme, "heading", wrap=True)
        self.means = Label("", theme, "secondary", "muted", wrap=True)
        self.adopt_button = Button("", theme, "plain", "link", self._adopt)
        self._list = QWidget()
        self._rows = QVBoxLayout(self._list)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(S)
        self._asking = QHBoxLayout()
        self._asking.addWidget(self.adopt_button)
        self._asking.addStretch(1)
        self._adopted = QVBoxLayout()
        self._adopted.setSpacing(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, XS, 0, 0)
        layout.setSpacing(S)
        layout.addWidget(self.title)
        layout.addWidget(self.means)
        layout.addWidget(self._list)
        layout.addLayout(self._asking)
        layout.addLayout(self._adopted)
        self.hide()

    def show_servers(self, foreign: tuple[Foreign, ...], adopted: Mapping[str, str], *, looking: bool) -> None:
        """`adopted`: key → our server. `looking`: a change is being looked at, whose panel has the buttons."""
        self._looking = looking
        shown = (foreign, dict(adopted))
        if shown != self._shown:
            chosen = {key: box.isChecked() for key, box in self.boxes.items()}
            self._shown = shown
            self._list_foreign(foreign, chosen)
            self._list_adopted(adopted)
            self.title.setText(telling.foreign_title(foreign))
            self.means.setText(telling.foreign_means(foreign))
        self.title.setVisible(bool(foreign))
        for part in (self.means, self._list):  # while a change is looked at, its diff says the same
            part.setVisible(bool(foreign) and not looking)
        self.setVisible(bool(foreign or adopted))
        self._count()

    def _list_foreign(self, foreign: tuple[Foreign, ...], chosen: Mapping[str, bool]) -> None:
        _clear(self._rows)
        self.boxes = {}
        for server in foreign:
            self._rows.addWidget(self._row(server, chosen.get(server.key, True)))

    def _row(self, server: Foreign, chosen: bool) -> QWidget:
        row = QWidget()
        grid = QGridLayout(row)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(M)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(0, INDENT)
        grid.setColumnStretch(2, 1)
        box = QCheckBox(server.key)
        box.setAccessibleName(self.tr("Move {server} behind the door").format(server=server.key))
        box.setAccessibleDescription(telling.secrets_in_words(server))
        box.setEnabled(not server.problem)
        box.setChecked(chosen and not server.problem)
        box.toggled.connect(lambda _on: self._count())
        grid.addWidget(box, 0, 0, 1, 3)
        if not server.problem:
            self.boxes[server.key] = box
        line = 1
        if server.runs.strip():
            grid.addWidget(ElidedLabel(server.runs, self._theme, "secondary", "muted"), line, 1, 1, 2)
            line += 1
        for secret in server.secrets:
            place = Label(telling.place(secret), self._theme, "secondary")
            grid.addWidget(place, line, 1)
            grid.addWidget(Label(secret.masked, self._theme, "secondary", "asked"), line, 2)
            line += 1
        if server.problem:
            words = self.tr("Cannot be moved as it stands: {why}.").format(why=server.problem)
            grid.addWidget(Label(words, self._theme, "secondary", "muted", wrap=True), line, 1, 1, 2)
        return row

    def _list_adopted(self, adopted: Mapping[str, str]) -> None:
        _clear(self._adopted)
        self.backs = {}
        for key, server in adopted.items():
            row = QHBoxLayout()
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(M)
            words = self.tr("{entry} goes through Doorkeep as {server}.").format(entry=key, server=server)
            row.addWidget(Label(words, self._theme, "secondary", "muted", wrap=True), 1)
            back = Button(self.tr("Put its own entry back…"), self._theme, "quiet", pressed=lambda k=key: self._back(k))
            back.setAccessibleName(self.tr("Put the own entry of {entry} back").format(entry=key))
            self.backs[key] = back
            row.addWidget(back)
            holder = QWidget()
            holder.setLayout(row)
            self._adopted.addWidget(holder)

    def _count(self) -> None:
        count = sum(box.isChecked() for box in self.boxes.values())
        self.adopt_button.setText(telling.adopt_deed(count))
        self.adopt_button.setAccessibleName(f"{self.adopt_button.text()} {self._client}")
        self.adopt_button.setEnabled(bool(count))
        self.adopt_button.setVisible(bool(self.boxes) and not self._looking)
        for part in (*self.boxes.values(), *self.backs.values()):
            part.setEnabled(not self._looking)

    def _adopt(self) -> None:
        foreign = self._shown[0] if self._shown else ()
        chosen = [server for server in foreign if server.key in self.boxes and self.boxes[server.key].isChecked()]
        seen = {server.key: shown_as(server) for server in chosen}
        self.wished.emit(Wish("adopt", tuple(seen), seen=seen))

    def _back(self, key: str) -> None:
        self.wished.emit(Wish("return", (key,)))


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()

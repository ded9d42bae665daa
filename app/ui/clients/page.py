"""Clients: each AI app found on this computer, whether it is connected, and everything one can do about that.

It looks when it comes into view, when the guardian found something, after each deed, and now and then while it is in view.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.clients import overview, snippets
from app.clients.connect import Outcome
from app.clients.due import Applied
from app.clients.overview import Standing
from app.clients.snippets import Snippet
from app.core.journal.record import CallRecord
from app.ui.clients import telling
from app.ui.clients.card import ClientCard
from app.ui.kit.buttons import Button, IconButton
from app.ui.kit.combo import Combo
from app.ui.kit.connecting import Ground, ground_of
from app.ui.kit.guarding import Guarding
from app.ui.kit.jsonview import TextView
from app.ui.kit.labels import Label
from app.ui.kit.page import Empty, Page, surface
from app.ui.kit.services import Services
from app.ui.kit.tab_order import chain
from app.ui.kit.theme import S

LOOK_MS = 5000
"""While the page is in view: an app may be opened or closed at any time, and not every system tells."""


class Looked(NamedTuple):
    """One look at this computer."""

    standings: list[Standing]
    snippets: dict[str, Snippet]


class ClientsPage(Page):
    """`guarding` is the app's own guardian; without one the page keeps one for itself."""

    name = "clients"
    drawing = "clients"

    def __init__(self, services: Services, guarding: Guarding | None = None, ground: Ground | None = None) -> None:
        super().__init__(self.tr("Clients"), services)
        theme = services.theme
        self.ground = ground or ground_of(services)
        self.cards: dict[str, ClientCard] = {}
        self._asked = 0
        self._snippets: dict[str, Snippet] = {}
        self.checked = Label(self.tr("Looking…"), theme, "secondary", "muted")
        self.buttons.addWidget(self.checked)
        self._again = IconButton(self.tr("Look again"), "refresh", theme, self.look)
        self.buttons.addWidget(self._again)
        self._list = QVBoxLayout()
        self._list.setSpacing(S)
        again = Button(self.tr("Look again"), theme, "primary", "refresh", self.look)
        self.empty = Empty(
            "clients",
            self.tr("No AI app was found"),
            self.tr(
                "Doorkeep connects Claude Desktop by adding one entry to its settings. Install it and start it once, "
                "then look again. For any other app, use the entry below."
            ),
            theme,
            again,
        )
        self.empty.setMinimumHeight(260)
        self.empty.hide()
        self.body.addLayout(self._list)
        self.body.addWidget(self.empty)
        self.body.addWidget(self._by_hand())
        self.body.addStretch(1)
        self.guarding = guarding
        self._own = guarding is None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        services.link.record.connect(self._called)
        if guarding is not None:
            self._listen(guarding)

    def opened(self, arguments: dict[str, Any]) -> None:
        """Look now, and now and then from now on."""
        if self.guarding is None:
            self._listen(Guarding(self.ground, self.services.background, self))
        self._timer.start()
        self.look()

    def closed(self) -> None:
        """Nobody looks: only the guardian goes on."""
        self._timer.stop()

    def let_go(self) -> None:
        """End the page's own guardian."""
        if self._own and self.guarding is not None:
            self.guarding.close()

    def look(self) -> None:
        """How every client stands now."""
        self._asked += 1
        asked, ground = self._asked, self.ground

        def work() -> Looked:
            installation = ground.looking()
            by_hand = {name: snippets.snippet(installation, name) for name in snippets.BY_HAND}
            return Looked(overview.standings(installation, ground.desktop), by_hand)

        self.services.background.run(
            work, lambda looked: self._show(looked) if asked == self._asked else None, owner=self
        )

    def _listen(self, guarding: Guarding) -> None:
        self.guarding = guarding
        guarding.told.connect(lambda _report: self.look())
        guarding.applied.connect(self._applied)
        if self._own:
            guarding.start()

    def _show(self, looked: Looked) -> None:
        paths = {standing.target.path for standing in looked.standings}
        for path in [path for path in self.cards if path not in paths]:
            gone = self.cards.pop(path)
            self._list.removeWidget(gone)
            gone.deleteLater()
        for standing in looked.standings:
            card = self.cards.get(standing.target.path)
            if card is None:
                card = self.cards[standing.target.path] = ClientCard(self.services, self.ground, standing)
                card.changed.connect(self._changed)
                self._list.addWidget(card)
                chain([self._again, *self.cards.values(), self.form, self.copy])
            else:
                card.show_standing(standing)
        self.empty.setVisible(not self.cards)
        self._snippets = looked.snippets
        self._show_snippet()
        self.checked.setText(self.tr("Checked at {time}").format(time=time.strftime("%H:%M:%S")))
        self.badge.emit(sum(bool(telling.trouble(standing.report)) for standing in looked.standings))

    def _called(self, record: CallRecord) -> None:
        """A call came in: the card says so at once."""
        for card in self.cards.values():
            if overview.calls_as(card.standing.target.client.id, record):
                card.show_standing(msgspec.structs.replace(card.standing, last_call=record))

    def _changed(self, outcome: Outcome) -> None:
        title = next((c.standing.target.client.title for p, c in self.cards.items() if p == outcome.path), "")
        done = {
            "connect": self.tr("{app} is connected."),
            "disconnect": self.tr("{app} is disconnected."),
            "restore": self.tr("{app} has its copy back."),
            "adopt": self.tr("{app} reaches these servers through Doorkeep now."),
            "return": self.tr("{app} has its own entry back."),
        }
        said = done[outcome.what]
        if outcome.state == "waiting":
            said = self.tr("It is done as soon as {app} is closed.")
        elif outcome.state == "already":
            said = self.tr("There was nothing to change for {app}.")
        self.services.messages.notice(said.format(app=title), " ".join(outcome.notes))
        if self.guarding is not None:
            self.guarding.stir()
        self.look()

    def _applied(self, done: Applied) -> None:
        if done.problem:
            self.services.messages.notice(self.tr("A waiting change could not be made and waits on."), done.problem)
        self.look()

    def _by_hand(self) -> QWidget:
        theme = self.services.theme
        self.snippet = TextView(self.tr("The entry to add by hand"), 14)
        self.copy = Button(self.tr("Copy"), theme, "plain", "copy", self._copy)
        titles = [form.title for form in snippets.BY_HAND.values()]
        self.form = Combo(self.tr("For which app"), titles, theme)
        self.form.currentIndexChanged.connect(lambda _index: self._show_snippet())
        self.where = Label("", theme, "secondary", "muted", wrap=True)
        head = QHBoxLayout()
        head.addWidget(Label(self.tr("By hand"), theme, "heading"))
        head.addStretch(1)
        head.addWidget(self.form)
        head.addWidget(self.copy)
        inside = QVBoxLayout()
        inside.setSpacing(S)
        inside.addLayout(head)
        inside.addWidget(self.where)
        inside.addWidget(self.snippet)
        self._show_snippet()
        return surface(inside)

    def _show_snippet(self) -> None:
        name = list(snippets.BY_HAND)[self.form.currentIndex()]
        self.where.setText(telling.by_hand(snippets.BY_HAND[name].where, other=name == "any"))
        found = self._snippets.get(name)
        if found is not None and self.snippet.toPlainText() != found.text:
            self.snippet.show_text(found.text)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.snippet.toPlainText())
        self.copy.setText(self.tr("Copied"))
        QTimer.singleShot(1500, self.copy, lambda: self.copy.setText(self.tr("Copy")))

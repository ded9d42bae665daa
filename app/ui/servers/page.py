"""Servers: each one's state as the gateway just told it, whether apps may use it, its tools, its messages, and a way to try it.

While the page is in view it asks now and then; out of view it asks nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.control.messages import Joined
from app.core.bundles import installed
from app.core.bundles.names import is_bundle
from app.core.journal.record import CallRecord
from app.core.settings import settings_path, signature
from app.ui.kit.background import Background
from app.ui.kit.buttons import Button
from app.ui.kit.in_force import IN_FORCE_MS, InForce
from app.ui.kit.labels import Label
from app.ui.kit.messages import Message
from app.ui.kit.opening import open_file
from app.ui.kit.page import Page
from app.ui.kit.reasons import reason
from app.ui.kit.services import Services
from app.ui.kit.theme import S
from app.ui.kit.trouble import Trouble
from app.ui.servers import changing, facts, telling
from app.ui.servers.adding import AddPanel
from app.ui.servers.card import ServerCard
from app.ui.servers.facts import Looked
from app.ui.servers.trying import Call, call_by_hand
from app.ui.servers.waiting_for import Waiting

LOOK_MS = 2000
"""While in view: memory and calls under way change without anyone telling."""
SETTLE_MS = 100


class ServersPage(Page):
    """`call` makes a tool call by hand, `open_file` opens a file in an editor, `add_panel` adds servers: other ones in tests."""

    name = "servers"
    drawing = "servers"

    def __init__(
        self,
        services: Services,
        call: Call = call_by_hand,
        open_file: Callable[[str], object] = open_file,
        add_panel: Callable[[Services, Callable[[], Collection[str]]], AddPanel] = AddPanel,
    ) -> None:
        super().__init__(self.tr("Servers"), services)
        theme = services.theme
        self.cards: dict[str, ServerCard] = {}
        self.looked: Looked | None = None
        self._call = call
        self._asked = 0
        self._signature: tuple[int, ...] = ()
        self._wanted_review = self._to_show = ""
        self._status: dict[str, Any] | None = None
        self._background: Background = services.background
        self._changes = InForce(services, self.cards.get, self.look, reason, self)
        self.checked = Label("", theme, "secondary", "muted")
        self.buttons.addWidget(self.checked)
        self.add = Button(self.tr("Add a server"), theme, "primary", "plus", self._open_adding)
        self.buttons.addWidget(self.add)
        self._add_panel = add_panel
        self._adding: AddPanel | None = None
        self.waiting = Waiting(services, self)
        self.waiting.changed.connect(self._show_waiting)
        self.trouble = Trouble(theme, lambda: open_file(settings_path(services.home)), self.look, services.go)
        words = self.tr("Servers do the work for AI apps. Each answers only within what you allow here and in Folders.")
        self.list = QVBoxLayout()
        self.list.setSpacing(S)
        self.words = Label(words, theme, "body", "muted", wrap=True)
        self.body.addWidget(self.words)
        self.body.addWidget(self.trouble)
        self.held = QWidget()
        self.held.setLayout(self.list)
        self.list.setContentsMargins(0, 0, 0, 0)
        self.body.addWidget(self.held)
        self.body.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look_again)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SETTLE_MS)
        self._soon.timeout.connect(self._look_around)
        services.link.up.connect(self._stir)
        services.link.happened.connect(self._happened)
        services.link.record.connect(self._called)

    def opened(self, arguments: dict[str, Any]) -> None:
        """Look now, and now and then from now on. `{"add": PATHS}`: a bundle, or none yet; `{"review": NAME}`: what waits of a server."""
        self._timer.start()
        self._wanted_review = str(arguments.get("review") or "")
        self.look()
        self.waiting.look()
        if "add" in arguments:
            self._open_adding(next(filter(is_bundle, arguments["add"]), ""))

    def closed(self) -> None:
        """Nobody looks. What is being added goes on: a person may fetch a token elsewhere."""
        self._timer.stop()
        self._soon.stop()

    def search(self) -> bool:
        """Ctrl+F: among the known servers, while one is being added."""
        if self._adding is None or not self._adding.choosing.isVisible():
            return False
        self._adding.choosing.search.setFocus()
        return True

    def look(self) -> None:
        """Everything afresh."""
        self._asked += 1
        asked, home = self._asked, self.services.home
        self._background.run(
            lambda: facts.look(home), lambda looked: self._take(looked) if asked == self._asked else None, owner=self
        )

    # -- looking ------------------------------------------------------------------------------------------------

    def _take(self, looked: Looked) -> None:
        self.looked = looked
        self._signature = looked.signature
        self.trouble.show_error(looked.error)
        found = {server.name: server for server in looked.servers}
        if looked.error is None:
            for name in [name for name in self.cards if name not in found]:
                gone = self.cards.pop(name)
                self.list.removeWidget(gone)
                gone.deleteLater()
        for name, server in found.items():
            card = self.cards.get(name)
            if card is None:
                card = self.cards[name] = self._make(name)
                self.list.addWidget(card)
            elif not self._changes.busy(name) and looked.error is None:
                card.show_server(server)
            card.setEnabled(looked.error is None)
            card.enabled.setVisible(looked.error is None)  # what the file says is not known now
        self._look_around()
        self._show_waiting()

    def _make(self, name: str) -> ServerCard:
        server = next(one for one in self.looked.servers if one.name == name) if self.looked else None
        if server is None:
            raise LookupError(name)
        card = ServerCard(self.services, server, self._call)
        home = self.services.home
        card.enabled_wanted.connect(
            lambda on: self._changes.carry_out(name, lambda confirm: changing.set_enabled(home, name, on, confirm))
        )
        card.rule_wanted.connect(
            lambda tool, rule: self._changes.carry_out(
                name, lambda confirm: changing.set_rule(home, name, tool, rule, confirm)
            )
        )
        card.restart_wanted.connect(lambda: self._restart(name))
        card.log_wanted.connect(lambda: self._read_log(name))
        card.review_wanted.connect(lambda: self.waiting.look_at(name, card))
        card.reviewed.connect(lambda: self._reviewed(name))
        card.sign_in_wanted.connect(lambda needed: self.waiting.sign(name, card, needed=needed))
        card.remove_wanted.connect(lambda secrets: self._remove(name, secrets=secrets))
        card.activity_wanted.connect(lambda: self.services.go("activity", {"filter": f"server:{name}"}))
        return card

    def _stir(self, _up: bool = True) -> None:
        if self._timer.isActive():
            self._soon.start()

    def _happened(self, event: Joined) -> None:
        if event.event in ("server", "gateway"):
            self._stir()
        if event.event == "server" and event.state in ("changed", "accepted", "sign-in", "signed-in"):
            self.waiting.look()

    def _called(self, record: CallRecord) -> None:
        if record.server in self.cards and not self._soon.isActive():
            self._stir()

    def _look_around(self) -> None:
        """What the gateway and the log say."""
        self._look_live()
        home, names = self.services.home, list(self.cards)

        def show(found: dict[str, facts.Lately]) -> None:
            for name, lately in found.items():
                if name in self.cards:
                    self.cards[name].show_lately(lately)

        self._background.run(lambda: facts.lately(home, names), show, self._say_log_trouble, owner=self)

    def _say_log_trouble(self, error: Exception) -> None:
        """A log that cannot be read is said once, in the line where its numbers would stand."""
        self.checked.setText(reason(error))

    def _look_again(self) -> None:
        """Now and then: the settings only where the file has changed."""
        home, seen = self.services.home, self._signature
        self._background.run(
            lambda: signature(home) != seen, lambda changed: self.look() if changed else None, owner=self
        )
        self._look_live()

    def _look_live(self) -> None:
        self.services.link.call("status", self._take_status, lambda _error: self._take_status(None))
        for name, card in self.cards.items():
            if not card.log.isHidden():
                self._read_log(name)

    def _take_status(self, status: dict[str, Any] | None) -> None:
        self._status = status
        if status is None:
            self._show_live({})
            return
        pids = {str(one["name"]): int(one["pid"]) for one in status.get("servers", []) if one.get("pid")}
        self._background.run(lambda: facts.memory(pids), self._show_live, owner=self)

    def _show_live(self, memory: dict[str, int]) -> None:
        status, checked = self._status, time.strftime("%H:%M:%S")
        for name, card in self.cards.items():
            if status is None:
                card.show_live(telling.Live())
            else:
                live = telling.live_of(status, name, memory.get(name), checked)
                card.show_live(live._replace(sign_in=self.waiting.sign_ins.get(name, "")))
        self.waiting.heard(status)

    def _read_log(self, name: str) -> None:
        home, card = self.services.home, self.cards[name]
        self._background.run(
            lambda: facts.tail(home, name),
            card.show_messages,
            lambda error: card.show_messages(reason(error)),
            owner=card,
        )

    # -- changing -----------------------------------------------------------------------------------------------

    def _restart(self, name: str) -> None:
        card = self.cards[name]
        card.show_problem("")

        def done(_answer: object) -> None:
            card.show_state(self.tr("Ended; its next call starts it afresh"), "accent", "check")
            QTimer.singleShot(IN_FORCE_MS, card, lambda: card.show_state(""))
            self._look_live()

        self.services.link.call("restart_server", done, lambda error: card.show_problem(reason(error)), name=name)

    # -- adding, reviewing, removing ----------------------------------------------------------------------------

    @property
    def adding(self) -> AddPanel:
        """The panel that adds servers, made at its first use."""
        if self._adding is None:
            self._adding = self._add_panel(self.services, lambda: set(self.cards))
            self._adding.added.connect(self._added)
            self._adding.closed.connect(self._adding_closed)
            self.body.insertWidget(self.body.indexOf(self.held), self._adding)
        return self._adding

    def _open_adding(self, bundle: str = "") -> None:
        if bundle:
            self.adding.open_bundle(bundle)
        else:
            self.adding.open()
        self._show_adding(on=True)

    def _adding_closed(self) -> None:
        self._show_adding(on=False)

    def _show_adding(self, *, on: bool) -> None:
        for part in (self.words, self.held, self.add, self.checked):
            part.setVisible(not on)

    def _added(self, name: str) -> None:
        said = self.tr("Connect an app to it in Clients; an app that runs has to be restarted before it sees it.")
        title, go = self.tr("{server} is added.").format(server=name), self.services.go
        self.services.messages.say(Message("notice", title, said, self.tr("Connect an app"), lambda: go("clients", {})))
        self._to_show = name
        self.look()

    def _show_waiting(self) -> None:
        """What is known of what waits, on the cards; the one that was asked for opens."""
        for name, card in self.cards.items():
            card.show_reviewing(self.waiting.reviews.get(name))
            card.show_live(card.live._replace(sign_in=self.waiting.sign_ins.get(name, "")))
        wanted = self.cards.get(self._wanted_review)
        if wanted is not None and wanted.show_review.isVisible():
            self._to_show, self._wanted_review = self._wanted_review, ""
            wanted.open_review()
        if self._to_show in self.cards:
            card, self._to_show = self.cards[self._to_show], ""
            QTimer.singleShot(0, card, lambda: bring_into_view(card))

    def _reviewed(self, name: str) -> None:
        """A person said a word: its tools may be others now."""
        self.waiting.reviewed(name)
        self.look()

    def _remove(self, name: str, *, secrets: bool) -> None:
        card, home, link = self.cards[name], self.services.home, self.services.link
        server = card.server
        if card.removing is not None:
            card.removing.busy(True)
        failed = self.services.messages.error

        def forgotten(_answer: object) -> None:
            if server.bundle:
                self._background.run(lambda: installed.remove(home, server.bundle))
            for secret in server.secrets if secrets else ():
                link.call("remove_secret", None, failed, name=secret)
            self.look()

        def gone(_found: object) -> None:
            link.call("forget_server", forgotten, lambda error: (failed(error), forgotten(None)), name=name)

        def could_not(error: Exception) -> None:
            card.show_problem(reason(error))
            if card.removing is not None:
                card.removing.busy(False)

        def remove(_answer: object = None) -> None:
            self._changes.deeds.do(lambda confirm: changing.remove_server(home, name, confirm), gone, could_not)

        if server.oauth:  # while it still stands in the settings; where it cannot be told, it goes all the same
            link.call("sign_out", remove, remove, name=name)
        else:
            remove()


def bring_into_view(card: QWidget) -> None:
    """Scroll so far that it begins at the top."""
    above = card.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    inside = above.widget() if above is not None else None
    if above is not None and inside is not None:
        above.verticalScrollBar().setValue(card.mapTo(inside, QPoint(0, 0)).y() - S)

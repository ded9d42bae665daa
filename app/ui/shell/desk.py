"""Composes the desktop app: tray, window, questions and notifications around one link. It decides when a window is shown, nothing else.

Without a tray the window is the app: it is never hidden to nowhere. A tray may come and go while we run.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut

from app.core.journal.record import CallRecord
from app.core.settings import settings_path
from app.desktop import preferences
from app.ui.kit.background import Background
from app.ui.kit.gateway import GatewayLink
from app.ui.kit.messages import Message, Messages
from app.ui.kit.services import Services
from app.ui.kit.theme import Choice, Theme
from app.ui.kit.watch import LAST, Question, Watch
from app.ui.shell import pages, showing
from app.ui.shell.news import News
from app.ui.shell.notices import Notices
from app.ui.shell.resting import Resting
from app.ui.shell.starting import Starting
from app.ui.shell.tray import Tray
from app.ui.shell.window import Window

if TYPE_CHECKING:
    from app.ui.asking.answering import Answering
    from app.ui.asking.card import Card
    from app.ui.asking.questions import QuestionList
    from app.ui.kit.guarding import Guarding
    from app.ui.setup.window import SetupWindow
    from app.ui.shell.palette import Palette

TRAY_CHECK_MS = 15_000
"""How often we look whether the tray that our window hides in is still there; only while the window is hidden."""
STOP_MS = 3000
"""How long Quit waits for the gateway's word."""
UNSEEN_MS = 8000
"""How long a question lies on the card before a notification tells of it too."""
UNPAINTED_MS = 500
"""Slow work begins when the window is painted, or after so long where nobody can see it."""
GUARD_MS = 3000
"""How long after the start the guardian of clients' files begins."""
FIRST = [
    "app.ui.home.page",
    "app.ui.asking.questions",
    "app.ui.asking.answering",
    "app.ui.asking.card",
    "app.ui.asking.question",
]
"""What a click on the icon and a question need at once; loaded a moment after the start."""
AHEAD = ["app.core.journal.reader", "app.ui.kit.connecting"]
"""What several pages need, before the pages themselves."""
CALLS_MS = 500
"""The tray's last calls change at most so often."""


def last_calls(home: str) -> list[CallRecord]:
    """Blocks on disk. Raises DoorkeepError."""
    from app.core.journal.reader import Reader

    with Reader(home) as reader:
        return reader.query(limit=LAST).records


class Desk(QObject):
    """The app's life. `home` is Doorkeep's home."""

    def __init__(self, home: str, theme: Theme, kept: preferences.Preferences, tray: Tray | None = None) -> None:
        """`tray`: an icon that was shown before there was time to make the rest."""
        super().__init__()
        self.kept = kept
        self.theme = theme
        self.messages = Messages(self)
        self.background = Background(self.messages.error, self)
        self.link = GatewayLink(home, self)
        self.watch = Watch(self.link, self)
        self.services = Services(home, self.link, self.background, self.messages, theme, self.go)
        self.starting = Starting(self.link, self.watch, self.background, self)
        self.starting.told.connect(self.messages.notice)
        self._answering: Answering | None = None
        self.tray = tray or Tray(self)
        self._card: Card | None = None
        self._window: Window | None = None
        self._palette: Palette | None = None
        self._setup: SetupWindow | None = None
        self._leaving = False
        self._in_tray = False
        self._look_for_tray = QTimer(self)
        self._look_for_tray.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._look_for_tray.setInterval(TRAY_CHECK_MS)
        self._look_for_tray.timeout.connect(self._check_tray)
        self._resting = Resting(lambda: self._window, self.link, self.background, self)
        self._calls_soon = QTimer(self)
        self._calls_soon.setSingleShot(True)
        self._calls_soon.setInterval(CALLS_MS)
        self._calls_soon.timeout.connect(lambda: self.tray.show_calls(self.watch.calls))
        self.tray.open_asked.connect(self.open)
        self.tray.question_opened.connect(lambda _id: self.card.show_all())
        self.tray.review_opened.connect(lambda server: self.go("servers", {"review": server}))
        self.tray.pause_asked.connect(self.pause)
        self.tray.quit_asked.connect(self.ask_to_quit)
        self.watch.changed.connect(self._show_facts)
        self.watch.called.connect(self._calls_changed)
        self.watch.asked.connect(self._asked)
        self.notices = Notices(self._notify, kept, self)
        self.link.record.connect(self.notices.heard)
        self.link.happened.connect(self.notices.happened)
        self.link.up.connect(self._read_calls)
        self.messages.learn.connect(lambda article: self.open("help", {"article": article}))
        News(home, self.background, self).newer.connect(self.notices.newer)
        self._guarding: Guarding | None = None
        self._lost: set[str] = set()

    def begin(self, *, background: bool) -> None:
        """Show the tray, and the window unless `background` and there is a tray to come back from."""
        self.background.hold()  # first what the eye waits for
        self._in_tray = Tray.available()
        self.tray.show()
        if not background and not os.path.exists(settings_path(self.services.home)):
            self.set_up()
        elif not background or not self._in_tray:
            self.open("home")
        else:
            self._look_for_tray.start()
        self._show_facts()
        self.starting.start()
        QTimer.singleShot(0 if self._window is None else UNPAINTED_MS, self.background.go_on)
        QTimer.singleShot(GUARD_MS, self._guard)

    # -- the window ---------------------------------------------------------------------------------------------

    @property
    def window(self) -> Window | None:
        """The window, if it was ever shown."""
        return self._window

    def open(self, page: str = "", arguments: dict[str, Any] | None = None) -> None:
        """Show the window in front, at a page or where it was."""
        window = self._window or self._make_window()
        if page or not window.now:
            window.go(page or "home", arguments)
        self._look_for_tray.stop()
        self._resting.end()
        window.raise_up()

    def go(self, page: str, arguments: dict[str, Any]) -> None:
        """`Services.go`: a page that this build does not have is passed over."""
        if page == "setup":
            self.set_up()
        elif any(known.name == page for known in pages.PAGES):
            self.open(page, arguments)

    def set_up(self) -> None:
        """The first run, or once more: the window of three steps; Home follows."""
        if self._setup is None:
            from app.ui.setup.window import SetupWindow

            self._setup = SetupWindow(self.services)
            self._setup.finished.connect(self._set_up_done)
        self._setup.show()
        self._setup.raise_()
        self._setup.activateWindow()

    def _set_up_done(self) -> None:
        if self._setup is not None:
            self._setup.close()
            self._setup.deleteLater()
            self._setup = None
        if not self._leaving:
            self.open("home")

    @property
    def card(self) -> Card:
        """The asking card, made at the first question."""
        if self._card is None:
            from app.ui.asking.card import Card

            self._card = Card(self.services, self.watch, self.answering)
            self._card.opening.connect(lambda: self.open("home"))
        return self._card

    def _asked(self, question: Question) -> None:
        self.card.ask(question)
        QTimer.singleShot(UNSEEN_MS, lambda: self._still_asks(question))

    def _still_asks(self, question: Question) -> None:
        """The card asks; a notification comes where it was not seen, or lies under something."""
        if any(one.id == question.id for one in self.watch.questions) and not self._leaving:
            self.notices.asked(question)

    @property
    def guarding(self) -> Guarding:
        """The guardian of clients' files: one for the app, from a moment after the start on."""
        if self._guarding is None:
            from app.ui.kit.connecting import ground_of
            from app.ui.kit.guarding import Guarding

            self._guarding = Guarding(ground_of(self.services), self.background, self)
            self._guarding.told.connect(self.notices.wiped)
            self._guarding.told.connect(self._client_told)
            self._guarding.start()
        return self._guarding

    def _guard(self) -> None:
        """Its modules are loaded on a worker: they take longer than a frame."""
        load = lambda: importlib.import_module("app.ui.kit.guarding")  # noqa: E731
        self.background.run(load, lambda _module: None if self._leaving else self.guarding, owner=self)
        self._load_ahead(FIRST)

    @property
    def answering(self) -> Answering:
        """What card and Home answer through."""
        if self._answering is None:
            from app.ui.asking.answering import Answering

            self._answering = Answering(self.services, self.watch, self)
        return self._answering

    def _questions(self) -> QuestionList:
        from app.ui.asking.questions import QuestionList

        return QuestionList(self.services, self.watch, self.answering, most=20, framed=True)

    def _make_window(self) -> Window:
        made = self._window = Window(
            pages.entries(),
            pages.makers(
                self.services,
                {
                    "home": lambda: (self.watch, self.starting.start, self._questions),
                    "clients": lambda: (self.guarding,),
                    "settings": lambda: (self.kept,),
                },
            ),
            self.messages,
            self.theme,
        )
        if self.kept.geometry:
            made.take_geometry(self.kept.geometry)
        made.closing.connect(self._closed)
        made.drop.dropped.connect(lambda paths: self.go(pages.taking(paths), {"add": paths}))
        made.painted.connect(self._painted)
        made.turning.connect(self.background.hold)
        made.turned.connect(self.background.go_on)
        made.palette_asked.connect(self._open_palette)
        QShortcut(QKeySequence("Ctrl+Q"), made).activated.connect(self.ask_to_quit)
        self._show_facts()
        return made

    def _painted(self) -> None:
        """The person sees the window: now begins what they do not wait for."""
        self.background.go_on()
        self._load_ahead(AHEAD + pages.rooms())

    def _load_ahead(self, rooms: list[str]) -> None:
        """What other pages are made of, one after the other on a worker: a first visit need not wait for it."""
        if rooms and not self._leaving:
            load = lambda: importlib.import_module(rooms[0])  # noqa: E731
            self.background.run(load, lambda _module: self._load_ahead(rooms[1:]), owner=self)

    def _open_palette(self) -> None:
        if self._window is None:
            return
        from app.ui.shell.deeds import deeds
        from app.ui.shell.palette import Palette

        if self._palette is None:
            self._palette = Palette(self._window, self.theme)
        self._palette.open_with(deeds(self))

    def choose_look(self, choice: Choice) -> None:
        """Take the person's choice of light or dark, and keep it."""
        self.theme.choose(choice)
        self.kept.theme = choice
        self.keep()

    def _closed(self) -> None:
        if self._leaving or self._window is None:
            return
        self.keep()
        if Tray.available():
            self._look_for_tray.start()
            self._resting.begin()
            return
        self._window.showMinimized()
        self.messages.notice(
            self.tr("Doorkeep stays open."),
            self.tr("This desktop shows no tray icons, so the window is where you reach it. Quit with Ctrl+Q."),
        )

    def _check_tray(self) -> None:
        if not Tray.available() and self._window is not None and not self._window.isVisible():
            self.open()
        elif not Tray.available() and self._window is None:
            self.open("home")

    # -- state --------------------------------------------------------------------------------------------------

    def _show_facts(self) -> None:
        showing.show(self.watch, self.tray, self._window, len(self._lost))

    def _client_told(self, report: Any) -> None:
        """A client's file got into trouble or out of it (app.clients.check.Report): the side list tells before the page is opened."""
        from app.clients.check import LOST

        (self._lost.add if report.state in LOST else self._lost.discard)(report.path)
        self._show_facts()

    def _notify(self, title: str, text: str, page: str) -> None:
        """By the tray's icon; without a tray by the desktop's own service, and in the window, which is then the app."""
        if Tray.available():
            self.tray.notify(title, text, page)
            return
        from app.desktop import notifications

        self.background.run(lambda: notifications.show(title, text), owner=self)
        self.messages.say(Message("notice", title, text, self.tr("Show"), lambda: self.open(page)))

    def _calls_changed(self) -> None:
        if not self._calls_soon.isActive():
            self._calls_soon.start()

    def _read_calls(self, up: bool) -> None:
        """The last calls from before we listened, for the tray's menu."""
        home = self.services.home
        if up and not self.watch.calls:
            self.background.run(lambda: last_calls(home), self.watch.take_calls, owner=self)

    def pause(self, wanted: bool) -> None:
        """Refuse every call, or let them through again."""
        self.link.call("pause" if wanted else "resume", None, self.messages.error)

    # -- leaving ------------------------------------------------------------------------------------------------

    def ask_to_quit(self) -> None:
        """Say what quitting means, and do it if that is meant."""
        from PySide6.QtWidgets import QMessageBox

        box = QMessageBox(self._window if self._window is not None and self._window.isVisible() else None)
        box.setWindowTitle("Doorkeep")
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setText(self.tr("Quit Doorkeep and close the door?"))
        box.setInformativeText(
            self.tr(
                "AI apps will reach no file and no server through Doorkeep until you start it again. Calls in flight are ended."
            )
        )
        leave = box.addButton(self.tr("Quit"), QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton(self.tr("Keep running"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(lambda _code: self.quit() if box.clickedButton() is leave else None)
        box.open()

    def quit(self) -> None:
        """End gateway and app; no client starts the gateway until the user does."""
        QTimer.singleShot(STOP_MS, self.leave)
        self.link.call("stop", lambda _answer: self.leave(), lambda _error: self.leave(), stay=True)

    def leave(self) -> None:
        """End the app alone; the gateway goes on."""
        if self._leaving:
            return
        self.close()
        self.background.finish(1000)
        QCoreApplication.quit()

    def close(self) -> None:
        """Let go of everything and remember the window's place."""
        self._leaving = True
        self.keep()
        self.link.close()
        self.tray.hide()
        if self._card is not None:
            self._card.close()
        if self._guarding is not None:
            self._guarding.close()
        if self._setup is not None:
            self._setup.close()
        if self._window is not None:
            self._window.close()

    def keep(self) -> None:
        """Remember the window's place."""
        if self._window is not None:
            self.kept.geometry = self._window.geometry_kept()
            try:
                preferences.save(self.services.home, self.kept)
            except OSError:
                return  # a place on the screen is not worth a message

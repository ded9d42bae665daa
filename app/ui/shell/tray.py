"""The tray icon: its look tells the state, its menu says it in words. Without a tray the window is the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from app.desktop import panel
from app.ui.kit.icons import icon

if TYPE_CHECKING:
    from app.core.journal.record import CallRecord

State = Literal["running", "paused", "asks", "problem"]
DRAWINGS: dict[State, str] = {
    "running": "mark",
    "paused": "mark-paused",
    "asks": "mark-asks",
    "problem": "mark-problem",
}
LAST = 5
"""How many calls the menu shows."""
MOST_WAITING = 5


class Tray(QObject):
    """Emits what the person wants; shows what it is told."""

    open_asked = Signal(str)
    """A page's key."""
    pause_asked = Signal(bool)
    question_opened = Signal(str)
    """The id of a question."""
    review_opened = Signal(str)
    """A server whose tools wait to be looked at."""
    quit_asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state: State = "problem"
        self._paused = False
        self._told_of = "home"
        self._icon = QSystemTrayIcon(self)
        self._menu = QMenu()
        self._menu.setAccessibleName("Doorkeep")
        self._sentence = self._menu.addAction("")
        self._sentence.setEnabled(False)
        self._pause = self._menu.addAction(self.tr("Pause"))
        self._pause.triggered.connect(lambda: self.pause_asked.emit(not self._paused))
        self._menu.addSeparator()
        self._waits = self._heading(self.tr("Waits for your answer"))
        self._waiting: list[QAction] = []
        self._reviews: list[QAction] = []
        self._calls_start = self._menu.addSeparator()
        self._lately = self._heading(self.tr("Last calls"))
        self._calls: list[QAction] = []
        self._after_calls = self._menu.addSeparator()
        opening = self._menu.addAction(self.tr("Open Doorkeep"))
        opening.triggered.connect(lambda: self.open_asked.emit("home"))
        self._menu.addSeparator()
        leaving = self._menu.addAction(self.tr("Quit and close the door"))
        leaving.setToolTip(self.tr("Ends Doorkeep: AI apps reach no file until you start it again."))
        leaving.triggered.connect(self.quit_asked)
        self._menu.setToolTipsVisible(True)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)
        self._icon.messageClicked.connect(lambda: self.open_asked.emit(self._told_of))
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(lambda _: self._draw())
        self.show_state("problem", self.tr("Starting…"), paused=False)

    @staticmethod
    def available() -> bool:
        """Whether the desktop shows tray icons now; it may begin or stop to at any time."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self) -> None:
        """Put the icon into the tray."""
        self._icon.show()

    def hide(self) -> None:
        """Take it out."""
        self._icon.hide()

    def notify(self, title: str, text: str, page: str = "home") -> None:
        """A notification of the desktop's own; a click on it opens the page."""
        self._told_of = page
        self._icon.showMessage(title, text, icon("mark", "#245a8d"))

    def show_state(self, state: State, sentence: str, *, paused: bool) -> None:
        """The state as a look and in words."""
        self._state, self._paused = state, paused
        self._sentence.setText(sentence)
        self._pause.setText(self.tr("Let calls through again") if paused else self.tr("Pause: refuse every call"))
        self._icon.setToolTip(f"Doorkeep: {sentence}")
        self._draw()

    def show_waiting(self, questions: list[tuple[str, str]]) -> None:
        """What waits for an answer: (id, sentence) each."""
        self._waits.setVisible(bool(questions))
        self._replace(
            self._waiting,
            self._calls_start,
            [(text, lambda _=False, id_=id_: self.question_opened.emit(id_)) for id_, text in questions[:MOST_WAITING]],
        )

    def show_reviews(self, servers: list[str]) -> None:
        """Servers whose tools have changed, or were never looked at."""
        words = self.tr("Look at the tools of {server}")
        rows = [
            (words.format(server=name), lambda _=False, name=name: self.review_opened.emit(name))
            for name in servers[:MOST_WAITING]
        ]
        self._replace(self._reviews, self._calls_start, rows)

    def show_calls(self, records: list[CallRecord]) -> None:
        """The last calls, newest first."""
        from app.ui.kit import words  # the icon is shown before this is loaded

        rows = []
        done = [record for record in records if record.outcome != "waiting"]  # which stand above already
        for record in done[:LAST]:
            said = words.sentence(record)
            text = f"{said.who} {said.what} · {words.decision(record)[0]}"
            rows.append((text, lambda _=False: self.open_asked.emit("activity")))
        self._lately.setVisible(bool(rows))
        self._replace(self._calls, self._after_calls, rows)

    @property
    def menu(self) -> QMenu:
        """The menu, for tests and for desktops that want it elsewhere."""
        return self._menu

    def _heading(self, text: str) -> QAction:
        """A line that only says what follows; no style of Qt's draws a section's text everywhere."""
        made = self._menu.addAction(text)
        made.setEnabled(False)
        made.setVisible(False)
        return made

    def _replace(self, actions: list[QAction], before: QAction, rows: list[tuple[str, Any]]) -> None:
        for action in actions:
            self._menu.removeAction(action)
            action.deleteLater()
        actions.clear()
        for text, act in rows:
            action = QAction(text.replace("&", "&&"), self._menu)
            action.triggered.connect(act)
            self._menu.insertAction(before, action)
            actions.append(action)

    def _draw(self) -> None:
        drawing = DRAWINGS[self._state]
        dark = panel.is_dark(desktop_dark=QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark)
        made = QIcon(icon(drawing, "#ffffff" if dark else "#2b2a27"))
        made.setIsMask(True)  # macOS tints it as it does its own
        self._icon.setIcon(made)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.open_asked.emit("")

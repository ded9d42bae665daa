"""Home: how Doorkeep is, in one sentence, with the switch; what waits for an answer; the last day; the last calls."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.home import facts as disk
from app.ui.home.call_row import CallRow
from app.ui.home.facts import HomeFacts, Missing
from app.ui.home.legend import Legend
from app.ui.home.strip import Strip
from app.ui.kit import words
from app.ui.kit.buttons import Button
from app.ui.kit.labels import Label
from app.ui.kit.opening import open_file
from app.ui.kit.page import Page, surface
from app.ui.kit.picture import Picture
from app.ui.kit.services import Services
from app.ui.kit.theme import L, S, Tone
from app.ui.kit.watch import State, Watch

LOOK_MS = 5000
"""While Home is in view it asks the gateway anew so often, so that what it says was just checked."""
COUNT_MS = 2000
"""The numbers are counted anew at most so often while calls come."""
ROWS = 8
DRAWINGS: dict[State, tuple[str, Tone]] = {
    "running": ("check", "allowed"),
    "paused": ("pause", "asked"),
    "asks": ("ask", "asked"),
    "problem": ("problem", "error"),
}


class HomePage(Page):
    """`start` starts the gateway; `questions` makes the list of what waits; `open_file` opens a file or folder."""

    name = "home"
    drawing = "home"

    def __init__(
        self,
        services: Services,
        watch: Watch,
        start: Callable[[], None],
        questions: Callable[[], QWidget],
        open_file: Callable[[str], object] = open_file,
    ) -> None:
        super().__init__(self.tr("Home"), services)
        self._open_file = open_file
        self.watch = watch
        self._start = start
        self._next_page: tuple[str, dict[str, Any]] = ("", {})
        self._missing: Missing = ""
        self.body.setSpacing(L)
        self._make_state()
        self.body.addWidget(questions())
        self._make_next()
        self._make_strip()
        self._make_calls()
        self.body.addStretch(1)
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._check)
        self._count = QTimer(self)
        self._count.setSingleShot(True)
        self._count.setInterval(COUNT_MS)
        self._count.timeout.connect(self._read)
        watch.changed.connect(self._show_facts)
        watch.called.connect(self._called)
        services.theme.changed.connect(self._show_facts)
        self._show_facts()
        self._show_calls()

    def showEvent(self, event: QShowEvent) -> None:
        """Comes into view."""
        super().showEvent(event)
        self._look.start()
        self.watch.look()
        self._show_calls()
        self._read()

    def hideEvent(self, event: QHideEvent) -> None:
        """Goes out of view, alone or with the window: ask nothing more."""
        super().hideEvent(event)
        self._look.stop()
        self._count.stop()

    # -- making -------------------------------------------------------------------------------------------------

    def _make_state(self) -> None:
        theme = self.services.theme
        self.mark = Picture("problem", 24, theme, "error")
        self.sentence = Label("", theme, "heading", wrap=True)
        self.detail = Label("", theme, "secondary", "muted", wrap=True)
        self.fix = Button("", theme, "primary", "edit", self._mend)
        self.switch = Button("", theme, "plain", pressed=self._switch)
        said = QVBoxLayout()
        said.setSpacing(2)
        said.addWidget(self.sentence)
        said.addWidget(self.detail)
        row = QHBoxLayout()
        row.setSpacing(L)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(said, 1)
        row.addWidget(self.fix)
        row.addWidget(self.switch)
        self.body.addWidget(surface(row))

    def _make_next(self) -> None:
        theme = self.services.theme
        self.next_title = Label("", theme, "heading", wrap=True)
        self.next_text = Label("", theme, "body", "muted", wrap=True)
        self.next_button = Button("", theme, "primary", pressed=lambda: self.services.go(*self._next_page))
        said = QVBoxLayout()
        said.setSpacing(2)
        said.addWidget(self.next_title)
        said.addWidget(self.next_text)
        row = QHBoxLayout()
        row.setSpacing(L)
        row.addLayout(said, 1)
        row.addWidget(self.next_button)
        self.next = surface(row)
        self.next.hide()
        self.body.addWidget(self.next)

    def _make_strip(self) -> None:
        theme = self.services.theme
        self.strip = Strip(theme)
        self.strip.picked.connect(self._open_time)
        self.numbers = Legend(theme)
        head = QHBoxLayout()
        head.addWidget(Label(self.tr("Last 24 hours"), theme, "heading"))
        head.addStretch(1)
        head.addWidget(self.numbers)
        column = QVBoxLayout()
        column.setSpacing(S)
        column.addLayout(head)
        column.addWidget(self.strip)
        self.body.addWidget(surface(column))

    def _make_calls(self) -> None:
        theme = self.services.theme
        column = QVBoxLayout()
        column.setSpacing(0)
        head = QHBoxLayout()
        head.addWidget(Label(self.tr("Last calls"), theme, "heading"))
        head.addStretch(1)
        self.all_calls = Button(self.tr("Show all"), theme, "quiet", pressed=lambda: self.services.go("activity", {}))
        head.addWidget(self.all_calls)
        column.addLayout(head)
        self.none = Label(
            self.tr("No call yet. Each call that an AI app makes appears here as it happens."),
            theme,
            "body",
            "muted",
            wrap=True,
        )
        column.addWidget(self.none)
        self.rows = [CallRow(theme) for _ in range(ROWS)]
        for one in self.rows:
            one.picked.connect(lambda id_: self.services.go("activity", {"filter": f"id:{id_}"}))
            column.addWidget(one)
        self.body.addWidget(surface(column))

    # -- acting -------------------------------------------------------------------------------------------------

    def _switch(self) -> None:
        facts = self.watch.facts
        if facts.fix == "start":
            self._start()
        else:
            self.services.link.call("resume" if facts.paused else "pause", None, self.services.messages.error)

    def _mend(self) -> None:
        from app.core.settings import settings_path  # Home comes into view without it

        home = self.services.home
        self._open_file(settings_path(home) if self.watch.facts.fix == "settings" else home)

    def _open_time(self, since_ms: int, until_ms: int) -> None:
        begin, end = (datetime.fromtimestamp(ms / 1000, UTC).astimezone() for ms in (since_ms, until_ms))
        self.services.go("activity", {"filter": f"since:{begin:%Y-%m-%dT%H:%M} until:{end:%Y-%m-%dT%H:%M}"})

    def _check(self) -> None:
        self.watch.look()
        self._show_facts()

    # -- showing ------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        home = self.services.home
        self.services.background.run(lambda: disk.read(home), self._take, owner=self)

    def _take(self, found: HomeFacts) -> None:
        self.strip.show_counts(found.since_ms, found.pieces)
        self.numbers.show_sums(self.strip.total)
        self._missing = found.missing
        self._show_next()
        self.watch.take_calls(found.calls)

    def _show_next(self) -> None:
        """The one thing to do next: what is missing before anything works, then what waits to be looked at."""
        names = ", ".join(words.visible(name, 30) for name in self.watch.reviews[:3])
        missing = self._missing or ("review" if names else "")
        said: dict[str, tuple[str, str, str, str]] = {
            "review": (
                self.tr("Look at a server's tools"),
                self.tr(
                    "The tools of {servers} are not what you accepted, or nobody has looked at them yet. "
                    "What has changed stays hidden from apps until you accept it."
                ).format(servers=names),
                self.tr("Look at them…"),
                "servers",
            ),
            "folder": (
                self.tr("Choose a folder"),
                self.tr(
                    "No folder is granted yet, so apps can see none of your files. Choose what they may read or change."
                ),
                self.tr("Choose a folder…"),
                "folders",
            ),
            "client": (
                self.tr("Connect an app"),
                self.tr("No app has called Doorkeep yet. Connect Claude Desktop, then restart it."),
                self.tr("Connect…"),
                "clients",
            ),
        }
        self.next.setVisible(missing in said)
        if missing in said:
            title, text, button, page = said[missing]
            self._next_page = (page, {"review": self.watch.reviews[0]} if missing == "review" else {})
            self.next_title.setText(title)
            self.next_text.setText(text)
            self.next_button.setText(button)
            self.next_button.setAccessibleName(button)

    def _show_facts(self) -> None:
        facts = self.watch.facts
        self._show_next()
        drawing, tone = DRAWINGS[facts.state]
        self.mark.show_as(drawing, tone)
        self.sentence.setText(facts.sentence)
        checked = self.tr("Checked {ago}.").format(ago=words.ago(time.time() - facts.checked)) if facts.checked else ""
        self.detail.setText(" ".join(part for part in (facts.detail, checked) if part))
        if facts.fix == "start":
            self.switch.setText(self.tr("Start"))
        else:
            self.switch.setText(self.tr("Let calls through again") if facts.paused else self.tr("Pause"))
        self.switch.setAccessibleName(self.switch.text())
        fixes = {"settings": self.tr("Open the settings file"), "log": self.tr("Show its folder")}
        self.fix.setVisible(facts.fix in fixes)
        self.fix.setText(fixes.get(facts.fix, ""))
        self.fix.setAccessibleName(self.fix.text())
        self.switch.setToolTip(
            ""
            if facts.fix == "start" or facts.paused
            else self.tr("Refuse every call until you let them through again")
        )

    def _called(self) -> None:
        if not self.isVisible():
            return
        self._show_calls()
        if not self._count.isActive():
            self._count.start()

    def _show_calls(self) -> None:
        calls = self.watch.calls
        self.none.setVisible(not calls)
        self.all_calls.setVisible(bool(calls))
        for number, row in enumerate(self.rows):
            row.setVisible(number < len(calls))
            if number < len(calls):
                row.show_record(calls[number])

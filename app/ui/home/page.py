"""Home: how Doorkeep is, in one sentence, with the switch; what waits for an answer; the last calls."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.kit import words
from app.ui.kit.buttons import Button
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.page import Page, surface
from app.ui.kit.services import Services
from app.ui.kit.theme import S
from app.ui.kit.watch import Watch

LOOK_MS = 5000
"""While Home is in view it asks the gateway anew so often, so that what it says was just checked."""
ROWS = 6


class HomePage(Page):
    """`start` starts the gateway; `questions` makes the list of what waits for an answer."""

    name = "home"
    drawing = "home"

    def __init__(
        self, services: Services, watch: Watch, start: Callable[[], None], questions: Callable[[], QWidget]
    ) -> None:
        super().__init__(self.tr("Home"), services)
        self.watch = watch
        self._start = start
        theme = services.theme
        self.sentence = Label("", theme, "heading", wrap=True)
        self.detail = Label("", theme, "secondary", "muted", wrap=True)
        self.switch = Button("", theme, "plain", pressed=self._switch)
        row = QHBoxLayout()
        said = QVBoxLayout()
        said.addWidget(self.sentence)
        said.addWidget(self.detail)
        row.addLayout(said, 1)
        row.addWidget(self.switch)
        self.body.addWidget(surface(row))
        self.body.addWidget(questions())
        self.rows: list[ElidedLabel] = []
        calls = QVBoxLayout()
        calls.setSpacing(S)
        for _ in range(ROWS):
            one = ElidedLabel("", theme)
            self.rows.append(one)
            calls.addWidget(one)
        self.body.addWidget(surface(calls))
        self.body.addStretch(1)
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(watch.look)
        watch.changed.connect(self._show_facts)
        watch.called.connect(self._show_calls)
        self._show_facts()
        self._show_calls()

    def opened(self, arguments: dict[str, Any]) -> None:
        """Comes into view."""
        self._look.start()
        self.watch.look()

    def closed(self) -> None:
        """Goes out of view."""
        self._look.stop()

    def _switch(self) -> None:
        facts = self.watch.facts
        if facts.fix == "start":
            self._start()
        else:
            self.services.link.call("resume" if facts.paused else "pause", None, self.services.messages.error)

    def _show_facts(self) -> None:
        facts = self.watch.facts
        self.sentence.setText(facts.sentence)
        checked = self.tr("Checked {ago}.").format(ago=words.ago(time.time() - facts.checked)) if facts.checked else ""
        self.detail.setText(" ".join(part for part in (facts.detail, checked) if part))
        if facts.fix == "start":
            self.switch.setText(self.tr("Start"))
        else:
            self.switch.setText(self.tr("Let calls through again") if facts.paused else self.tr("Pause"))
        self.switch.setAccessibleName(self.switch.text())

    def _show_calls(self) -> None:
        calls = self.watch.calls
        for number, label in enumerate(self.rows):
            label.setVisible(number < len(calls))
            if number < len(calls):
                said = words.sentence(calls[number])
                label.setText(f"{said.who} {said.what} · {words.decision(calls[number])[0]}")

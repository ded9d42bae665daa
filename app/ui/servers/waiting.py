"""The third step of adding: the server is fetched and started once. Says how long it takes, what it writes, and why it failed."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button
from app.ui.kit.jsonview import TextView
from app.ui.kit.labels import Label
from app.ui.kit.services import Services
from app.ui.kit.theme import S
from app.ui.servers import facts

LOOK_MS = 1000
LOG_LINES = 10
SLOW_SECONDS = 10


class WaitPanel(QWidget):
    """`cancelled`, `again`, `back`: what the person wants."""

    cancelled = Signal()
    again = Signal()
    back = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._server = ""
        self._from = 0
        self._began = 0.0
        self._doing = ""
        theme = services.theme
        self.state = Label("", theme, "body", wrap=True)
        self.problem = Label("", theme, "body", "error", wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(self.tr("It is being started"))
        self.log = TextView(self.tr("What it wrote"), LOG_LINES)
        self.cancel = Button(self.tr("Cancel"), theme, "plain", "cross", self.cancelled.emit)
        self.retry = Button(self.tr("Try again"), theme, "primary", "refresh", self.again.emit)
        self.change = Button(self.tr("Back"), theme, "plain", pressed=self.back.emit)
        foot = QHBoxLayout()
        foot.setSpacing(S)
        for part in (self.retry, self.change, self.cancel):
            foot.addWidget(part)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        for part in (self.state, self.bar, self.problem, self.log):
            column.addWidget(part)
        column.addLayout(foot)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    def begin(self, server: str, doing: str) -> None:
        """It is under way; what it wrote before is not shown."""
        self._server, self._doing = server, doing
        self._began = time.monotonic()
        self._from = facts.log_size(self._services.home, server)
        self.log.show_text("")
        self.log.hide()
        self._failed(failed=False)
        self._say()
        self._timer.start()

    def now(self, doing: str) -> None:
        """The next part of it is under way."""
        self._doing = doing
        self._say()

    def end(self) -> None:
        """Nobody waits any more."""
        self._timer.stop()

    def fail(self, words: str) -> None:
        """It could not be; the end of what it wrote is shown with it."""
        self.end()
        self.problem.setText(words)
        self._failed(failed=True)
        self._read()

    def _failed(self, *, failed: bool) -> None:
        for part in (self.bar, self.state):
            part.setVisible(not failed)
        for part in (self.problem, self.retry, self.change):
            part.setVisible(failed)

    def _look(self) -> None:
        self._say()
        self._read()

    def _say(self) -> None:
        took = int(time.monotonic() - self._began)
        slow = self.tr("The first time it may have to be fetched, which can take a minute.")
        words = [
            self._doing,
            *([slow] if took >= SLOW_SECONDS else []),
            self.tr("{n} s").format(n=took) if took else "",
        ]
        self.state.setText(" ".join(word for word in words if word))

    def _read(self) -> None:
        home, server, since = self._services.home, self._server, self._from
        self._services.background.run(
            lambda: facts.tail(home, server, since), self._show, lambda _error: None, owner=self
        )

    def _show(self, text: str) -> None:
        lines = text.rstrip("\n").split("\n")[-200:]
        self.log.show_text("\n".join(lines))
        self.log.setVisible(bool(text.strip()))
        bar = self.log.verticalScrollBar()
        bar.setValue(bar.maximum())

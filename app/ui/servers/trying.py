"""Try a tool: a form, and the answer. The call goes through the same door as an app's: same rules, same questions, same log."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.control.client import SessionClient
from app.ui.kit.buttons import Button
from app.ui.kit.combo import Combo
from app.ui.kit.jsonview import TextView
from app.ui.kit.labels import Label
from app.ui.kit.reasons import reason
from app.ui.kit.services import Services
from app.ui.kit.theme import S
from app.ui.kit.words import duration, visible
from app.ui.servers import telling
from app.ui.servers.facts import ToolFact
from app.ui.servers.form import ArgumentsForm, FormError

CALL_SECONDS = 300.0
SPINNER_MS = 150
RESULT_LINES = 20

Unwanted = Callable[[], bool]
Call = Callable[[str, str, str, dict[str, Any], Unwanted], dict[str, Any]]
"""(home, server, tool, arguments, whether it was cancelled) to the result; runs in the background, raises DoorkeepError."""


class Answered(NamedTuple):
    """A result, and how long it took in milliseconds."""

    result: dict[str, Any]
    took: float


def call_by_hand(
    home: str, server: str, tool: str, arguments: dict[str, Any], unwanted: Unwanted | None = None
) -> dict[str, Any]:
    """One call through the door. Raises DoorkeepError."""
    with SessionClient(home, server) as session:
        return session.call_tool(tool, arguments, CALL_SECONDS, unwanted)


class TryPanel(QWidget):
    """One server's tools, tried by hand."""

    def __init__(self, services: Services, server: str, tools: list[ToolFact], call: Call = call_by_hand) -> None:
        super().__init__()
        self._services = services
        self._server = server
        self._tools = tools
        self._call = call
        self._asked = 0
        theme = services.theme
        self.choice = Combo(self.tr("Tool to try"), [visible(tool.title, 80) for tool in tools], theme)
        self.does = Label("", theme, "secondary", "muted", wrap=True)
        self.run = Button(self.tr("Try it"), theme, "primary", "play", self._run)
        self.cancel = Button(self.tr("Cancel"), theme, pressed=self._cancel)
        self.cancel.setAccessibleName(self.tr("Cancel the call"))
        self.cancel.hide()
        self._unwanted = threading.Event()
        self.state = Label("", theme, "secondary", "muted", wrap=True)
        self.result = TextView(self.tr("The answer"), RESULT_LINES)
        self.result.hide()
        self.form = ArgumentsForm({}, theme)
        foot = QHBoxLayout()
        foot.setSpacing(S)
        foot.addWidget(self.run)
        foot.addWidget(self.cancel)
        foot.addWidget(self.state, 1)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(S)
        for part in (self.choice, self.does, self.form):
            self._layout.addWidget(part)
        self._layout.addLayout(foot)
        self._layout.addWidget(self.result)
        self.choice.currentIndexChanged.connect(self._choose)
        if tools:
            self._choose(0)

    def _choose(self, index: int) -> None:
        tool = self._tools[index]
        self._asked += 1  # an answer that is still under way belongs to the other tool
        self._unwanted.set()
        self.cancel.hide()
        made = ArgumentsForm(tool.schema, self._services.theme)
        self._layout.replaceWidget(self.form, made)
        self.form.hide()
        self.form.deleteLater()
        self.form = made
        self.does.setText(telling.does(tool))
        self.state.setText("")
        self.result.hide()
        self.run.setEnabled(True)

    def _run(self) -> None:
        tool = self._tools[self.choice.currentIndex()]
        try:
            arguments = self.form.arguments()
        except FormError as error:
            self._say(str(error), failed=True)
            return
        self._asked += 1
        asked, home, server, call = self._asked, self._services.home, self._server, self._call
        unwanted = self._unwanted = threading.Event()
        self.run.setEnabled(False)
        self._say("", failed=False)
        waiting = self.tr("Waiting for the answer… If it has to ask you first, the question comes up on its own.")
        QTimer.singleShot(SPINNER_MS, self, lambda: self._wait(waiting) if asked == self._asked else None)

        def work() -> Answered:
            began = time.monotonic()
            result = call(home, server, tool.name, arguments, unwanted.is_set)
            return Answered(result, (time.monotonic() - began) * 1000)

        self._services.background.run(
            work,
            lambda found: self._show(found) if asked == self._asked else None,
            lambda error: self._failed(error) if asked == self._asked else None,
            self,
        )

    def _wait(self, words: str) -> None:
        if not self.run.isEnabled():
            self._say(words, failed=False)
            self.cancel.setEnabled(True)
            self.cancel.show()

    def _cancel(self) -> None:
        """Withdraw the call; its end says how that went."""
        self._unwanted.set()
        self.cancel.setEnabled(False)
        self._say(self.tr("Cancelling…"), failed=False)

    def _ended(self) -> None:
        self.run.setEnabled(True)
        self.cancel.hide()

    def _show(self, found: Answered) -> None:
        self._ended()
        failed = bool(found.result.get("isError"))
        words = self.tr("It was refused or failed, after {time}.") if failed else self.tr("Answered in {time}.")
        self._say(words.format(time=duration(found.took)), failed=failed)
        self.result.show()
        self.result.show_text(telling.answer(found.result))

    def _failed(self, error: Exception) -> None:
        self._ended()
        self._say(reason(error), failed=True)

    def _say(self, text: str, *, failed: bool) -> None:
        self.state.set_tone("error" if failed else "muted")
        self.state.setText(text)

"""What is true now, in one place: turns the link's signals into the state, one sentence, the open questions and the last calls.

It asks the gateway only when something happened. Tray, Home and the window's title show it; none of them keeps a truth of its own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from app.control.messages import Joined
from app.core.journal.record import NO_ARGUMENTS, CallRecord
from app.core.settings import settings_path
from app.ui.kit import words
from app.ui.kit.file_notice import FileNotice
from app.ui.kit.gateway import GatewayLink

State = Literal["running", "paused", "asks", "problem"]
LAST = 8
"""How many of the last calls are kept."""
SETTLE_MS = 50
"""Several events of one moment cost one look at the questions."""


class Question(msgspec.Struct, frozen=True):
    """One open question, as the control call `approvals` gives it. `ends` is on the monotonic clock, in seconds."""

    id: str
    call: int
    at: str = ""
    client: str = ""
    session: str = ""
    server: str = ""
    tool: str = ""
    arguments: Any = None
    paths: list[str] = []
    folder: str | None = None
    reason: str = ""
    preview: str = ""
    undoable: bool = True
    asking: list[str] = []
    waiting: bool = True
    expires_in_s: float = 0.0
    ends: float = 0.0

    @property
    def sentence(self) -> words.Sentence:
        """Who wants what, where."""
        record = CallRecord(
            self.call, self.at, self.client, self.session, self.server, self.tool, NO_ARGUMENTS, self.paths
        )
        return words.sentence(record, wanted=True)


class Facts(NamedTuple):
    """One moment. `checked` is seconds since 1970 of the gateway's last word; `fix` is what helps against a problem."""

    state: State
    sentence: str
    detail: str = ""
    fix: Literal["", "start", "settings", "log"] = ""
    paused: bool = False
    checked: float = 0.0


class Watch(QObject):
    """`changed` after anything else than a call changed; `called` after a call did; `asked` once for each new question.

    `clock` is the monotonic one that the questions' ends are told by.
    """

    changed = Signal()
    called = Signal()
    asked = Signal(object)

    def __init__(
        self, link: GatewayLink, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._link = link
        self.clock = clock
        self._status: dict[str, Any] | None = None
        self._why_down = ""
        self._starting = not link.is_up
        self._heard = 0.0
        self._calls: dict[int, CallRecord] = {}
        self.questions: list[Question] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SETTLE_MS)
        self._soon.timeout.connect(self.look)
        self._settings: FileNotice | None = None
        self.facts = self._judge()
        link.up.connect(self._up)
        link.record.connect(self._record)
        link.happened.connect(self._happened)
        if link.is_up:
            self.look()

    @property
    def calls(self) -> list[CallRecord]:
        """The last calls, newest first."""
        return [self._calls[id_] for id_ in sorted(self._calls, reverse=True)]

    @property
    def status(self) -> dict[str, Any]:
        """The gateway's own words about itself (control call `status`); empty while it is away."""
        return self._status or {}

    @property
    def reviews(self) -> list[str]:
        """Servers whose tools are others than the user accepted, or were never looked at."""
        return [str(name) for name in self.status.get("reviews", [])]

    def take_calls(self, records: list[CallRecord]) -> None:
        """Calls from the log, for the time before we listened."""
        for record in records:
            self._calls.setdefault(record.id, record)
        self._trim()
        self.called.emit()

    def could_not_start(self, why: str) -> None:
        """The gateway does not come; `why` says so to the person."""
        self._starting, self._why_down = False, why
        self._settle()

    def starting(self) -> None:
        """The gateway is being started."""
        self._starting, self._why_down = True, ""
        self._settle()

    def look(self) -> None:
        """Ask the gateway how it is and what waits."""
        self._link.call("status", self._take_status, self._no_answer)
        self._link.call("approvals", self._take_questions, self._no_answer)

    def _no_answer(self, error: Exception) -> None:
        """Going down is said by `up`; nothing to do here."""

    def _up(self, up: bool) -> None:
        self._notice_settings(up)
        if up:
            self._starting, self._why_down = False, ""
            self.look()
            return
        self._status = None
        self._take_questions({"approvals": []})
        self._settle()

    def _take_status(self, status: dict[str, Any]) -> None:
        self._status = status
        self._heard = time.time()
        self._settle()

    def _take_questions(self, answer: dict[str, Any]) -> None:
        known = {question.id for question in self.questions}
        now = self.clock()
        found: list[Question] = []
        for given in answer.get("approvals", []):
            question = msgspec.convert(given, Question)
            found.append(msgspec.structs.replace(question, ends=now + question.expires_in_s))
        self.questions = found
        self._settle()
        for question in found:
            if question.id not in known:
                self.asked.emit(question)

    def _record(self, record: CallRecord) -> None:
        before = self._calls.get(record.id)
        self._calls[record.id] = record
        self._trim()
        asks = any(question.call == record.id for question in self.questions)
        if record.approval_id or asks or (before is not None and before.outcome == "waiting"):
            self._link.call("approvals", self._take_questions, self._no_answer)
        self.called.emit()

    def _happened(self, event: Joined) -> None:
        if event.event == "gateway" and self._status is not None and event.state in ("paused", "running"):
            self._take_status({**self._status, "paused": event.state == "paused"})
        self._stir()

    def _stir(self) -> None:
        """Something happened that the gateway can tell more of, once it has come to rest."""
        if not self._soon.isActive():
            self._soon.start()

    def _notice_settings(self, up: bool) -> None:
        """While the gateway answers: a mistake made in the file shows at once, though nobody calls and no page is open."""
        if self._settings is not None:
            self._settings.end()
        self._settings = None
        if up and os.path.isdir(self._link.home):
            self._settings = FileNotice(settings_path(self._link.home), self)
            self._settings.noticed.connect(self._stir)

    def _trim(self) -> None:
        while len(self._calls) > LAST:
            del self._calls[min(self._calls)]

    def _settle(self) -> None:
        self.facts = self._judge()
        self.changed.emit()

    def _judge(self) -> Facts:
        status = self._status
        if status is None:
            return self._down()
        paused = bool(status.get("paused"))
        if status.get("journal_error"):
            what = self.tr("The log cannot be written, so every call is refused.")
            return Facts("problem", what, str(status["journal_error"]), "log", paused, self._heard)
        if status.get("settings_error"):
            what = self.tr("The settings file has a mistake; the last good one is in force.")
            return Facts("problem", what, str(status["settings_error"]), "settings", paused, self._heard)
        if self.questions:
            return Facts("asks", self._asking(), "", "", paused, self._heard)
        if paused:
            return Facts("paused", self.tr("Paused: every call is refused."), "", "", True, self._heard)
        return Facts("running", self.tr("Doorkeep is on guard."), self._connected(status), "", False, self._heard)

    def _down(self) -> Facts:
        if self._starting:
            return Facts("problem", self.tr("Starting…"))
        if self._why_down:
            return Facts("problem", self.tr("The gateway is not running."), self._why_down, "start")
        detail = self.tr("AI apps reach nothing through Doorkeep until it is back.")
        return Facts("problem", self.tr("The gateway ended."), detail, "start")

    def _asking(self) -> str:
        if len(self.questions) > 1:
            return self.tr("{count} questions wait for your answer.").format(count=len(self.questions))
        said = self.questions[0].sentence
        return self.tr("{who} wants to {what}.").format(who=said.who, what=said.what)

    def _connected(self, status: dict[str, Any]) -> str:
        sessions = [str(one.get("client") or "") for one in status.get("sessions", [])]
        apps = sorted({words.client_name(client) for client in sessions if client})
        if not apps:
            return self.tr("No app is connected right now.")
        if len(apps) == 1:
            return self.tr("{app} is connected.").format(app=apps[0])
        return self.tr("{count} apps are connected.").format(count=len(apps))

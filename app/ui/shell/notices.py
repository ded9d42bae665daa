"""Notifications of the desktop: few, rate limited, each kind with its switch. They tell; they never ask or decide."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Literal

from PySide6.QtCore import QObject

from app.control.messages import Joined
from app.core.journal.record import CallRecord
from app.desktop.preferences import Preferences
from app.ui.kit import words
from app.ui.kit.watch import Question

Kind = Literal["question", "denied", "changed", "wiped", "crashing", "newer"]
REST: dict[Kind, float] = {
    "question": 10.0,
    "denied": 30.0,
    "changed": 60.0,
    "wiped": 60.0,
    "crashing": 60.0,
    "newer": 0.0,
}
"""Seconds between two notifications of one kind."""
AGAIN: dict[Kind, float] = {
    "question": 0.0,
    "denied": float("inf"),
    "changed": 3600.0,
    "wiped": 3600.0,
    "crashing": 1800.0,
    "newer": 0.0,
}
"""Seconds before the same thing is told again."""
CRASHES = 3
CRASH_SECONDS = 60.0
MOST = 500
"""Things remembered as told."""
PAGES: dict[Kind, str] = {
    "question": "home",
    "denied": "activity",
    "changed": "servers",
    "wiped": "clients",
    "crashing": "servers",
    "newer": "settings",
}
"""Where each kind leads."""


class Notices(QObject):
    """`show` puts a title and a text on the screen; a click on them opens the page whose key comes third."""

    def __init__(
        self,
        show: Callable[[str, str, str], None],
        kept: Preferences,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._show = show
        self._kept = kept
        self._clock = clock
        self._last: dict[Kind, float] = {}
        self._told: OrderedDict[tuple[str, ...], float] = OrderedDict()
        self._crashes: dict[str, list[float]] = {}

    def say(self, kind: Kind, about: tuple[str, ...], title: str, text: str) -> bool:
        """Tell it, unless the kind is switched off, rests, or the same was told. Gives whether it was shown."""
        now = self._clock()
        key = (kind, *about)
        told = self._told.get(key)
        if kind in self._kept.quiet or (told is not None and now - told < AGAIN[kind]):
            return False
        if now - self._last.get(kind, -REST[kind]) < REST[kind]:
            return False
        self._last[kind] = now
        self._told[key] = now
        self._told.move_to_end(key)
        while len(self._told) > MOST:
            self._told.popitem(last=False)
        self._show(title, text, PAGES[kind])
        return True

    def asked(self, question: Question) -> None:
        """A call needs an answer."""
        said = question.sentence
        title = self.tr("{who} needs your answer").format(who=said.who)
        self.say("question", (question.id,), title, self.tr("It wants to {what}.").format(what=said.what))

    def heard(self, record: CallRecord) -> None:
        """A call; told if it is the first that was denied of its kind."""
        if record.outcome != "denied" or record.by == "user" or words.by_hand(record.client):
            return  # the person was there
        said = words.sentence(record, wanted=True)
        about = (record.client, record.server, record.tool, said.where)
        self.say(
            "denied",
            about,
            self.tr("{who} was kept out").format(who=said.who),
            self.tr("It wanted to {what}. {why}").format(what=said.what, why=words.visible(record.reason)),
        )

    def happened(self, event: Joined) -> None:
        """A server started or ended, or its tools are others; told when it keeps crashing, and when they have changed."""
        if event.event == "server" and event.state == "changed":
            name = words.visible(event.server, 40)
            self.say(
                "changed",
                (event.server,),
                self.tr("The tools of {name} have changed").format(name=name),
                self.tr("Apps do not see what is new in them until you have looked and accepted it."),
            )
        if event.event != "server" or event.state != "crashed":
            return
        now = self._clock()
        recent = [when for when in self._crashes.get(event.server, []) if now - when < CRASH_SECONDS]
        self._crashes[event.server] = [*recent, now][-CRASHES:]
        if len(self._crashes[event.server]) >= CRASHES:
            name = words.visible(event.server, 40)
            self.say(
                "crashing",
                (event.server,),
                self.tr("The server {name} keeps crashing").format(name=name),
                words.visible(event.words) or self.tr("Its log says why."),
            )

    def wiped(self, report: Any) -> None:
        """A client's file got into trouble (app.clients.check.Report)."""
        if report.state in ("wiped", "removed", "changed"):
            title = self.tr("{app} lost its connection to Doorkeep").format(app=report.title)
            self.say(
                "wiped", (report.path,), title, self.tr("Its configuration was changed. Open Clients to put it back.")
            )

    def newer(self, version: str, notes: str) -> None:
        """A newer Doorkeep is there; the person turned the question on, so the answer is always told."""
        first = next(iter(notes.splitlines()), "")
        self.say(
            "newer",
            (version,),
            self.tr("Doorkeep {version} is there").format(version=words.visible(version, 40)),
            words.visible(first, 200) or self.tr("Settings has its notes and the link to it."),
        )

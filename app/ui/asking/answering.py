"""Brings the person's answer to the gateway, once. What the gateway did not confirm was not answered."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from PySide6.QtCore import QCoreApplication, QObject, Signal

from app.core.folders import shown
from app.ui.kit import words
from app.ui.kit.services import Services
from app.ui.kit.watch import Question, Watch

Kind = Literal["allow", "deny", "off"]


class Offer(NamedTuple):
    """One answer that a question takes. `scope` is the gateway's; `off` denies and switches the tool off in the settings."""

    kind: Kind
    scope: Literal["once", "session", "folder", "tool"]
    words: str


def tr(text: str) -> str:
    """Through Qt's translation, in this room's context."""
    return QCoreApplication.translate("asking", text)


def offers(question: Question) -> list[Offer]:
    """What the menu offers beside Deny and Allow once: only what the gateway will keep to.

    A folder can stop asking only where a folder is why; a change that cannot be undone asks whatever a tool's rule says.
    """
    made = [Offer("allow", "session", tr("Allow for this conversation"))]
    if len(question.asking) == 1:
        folder = words.visible(shown(question.asking[0]), 60)
        made.append(Offer("allow", "folder", tr("Always allow changes in {folder}").format(folder=folder)))
    elif question.asking:
        count = len(question.asking)
        made.append(Offer("allow", "folder", tr("Always allow changes in these {count} folders").format(count=count)))
    tool = words.visible(question.tool.replace("_", " "), 60)
    if question.undoable:
        made.append(
            Offer("allow", "tool", tr("Always allow “{tool}” of {server}").format(tool=tool, server=question.server))
        )
    made.append(Offer("off", "once", tr("Deny, and switch “{tool}” off").format(tool=tool)))
    return made


def switch_off(home: str, server: str, tool: str) -> None:
    """Write into the settings that the tool is off, and wait for the gateway to live by it. Raises DoorkeepError."""

    from app.control.client import settled
    from app.core.settings import edit

    def change(document: Any) -> None:
        servers = document.setdefault("servers", {})
        servers.setdefault(server, {}).setdefault("tools", {})[tool] = "off"

    edit(home, change, confirm=lambda: settled(home))


class Answering(QObject):
    """`changed` after an answer was sent or came to nothing."""

    changed = Signal()

    def __init__(self, services: Services, watch: Watch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._watch = watch
        self._sent: set[str] = set()

    def sent(self, question: str) -> bool:
        """Whether an answer to it is on its way."""
        return question in self._sent

    def give(self, question: Question, offer: Offer) -> None:
        """Answer it. A second answer while the first is on its way is passed over."""
        if question.id in self._sent:
            return
        self._sent.add(question.id)
        self.changed.emit()
        if offer.kind != "off":
            self._send(question, offer.kind, offer.scope)
            return
        home, server, tool = self._services.home, question.server, question.tool
        self._services.background.run(
            lambda: switch_off(home, server, tool),
            lambda _nothing: self._send(question, "deny", "once"),
            lambda error: self._failed(question, error),
            self,
        )

    def allow_once(self, question: Question) -> None:
        """Yes, to this call alone."""
        self.give(question, Offer("allow", "once", ""))

    def deny(self, question: Question) -> None:
        """No."""
        self.give(question, Offer("deny", "once", ""))

    def _send(self, question: Question, answer: str, scope: str) -> None:
        self._services.link.call(
            "answer",
            lambda _done: self._settled(question),
            lambda error: self._failed(question, error),
            id=question.id,
            answer=answer,
            scope=scope,
        )

    def _settled(self, question: Question) -> None:
        self._watch.look()
        self._sent.discard(question.id)
        self.changed.emit()

    def _failed(self, question: Question, error: Exception) -> None:
        self._services.messages.error(error)
        self._settled(question)

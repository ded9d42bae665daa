"""One request to a server on behalf of a call: sent, waited for, and, when nobody waits any more, still listened for.

A change that a server made after all, although its call was taken back, must still reach the log.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import msgspec

from app.gateway.decision import Decision
from app.gateway.links import Link, Progress
from servers.runtime import wire

if TYPE_CHECKING:
    from app.core.journal.record import Outcome
    from app.gateway.calls import Call
    from app.gateway.upstream import Upstream

Kind = Literal["plan", "call"]
MAX_REASON = 600
"""Characters of a server's own reason that go into the log."""
LINGER_SECONDS = 2.0
"""How long the answer to a call that nobody waits for is still taken for the log."""

_read_facts = msgspec.json.Decoder(wire.CallFacts).decode


class Errand:
    """Waits for one answer. After `linger`, `forget` or `stop` its call hears no more of it."""

    __slots__ = ("_call", "_kind", "_link", "_number", "_outcome", "_stop_timer")

    def __init__(self, call: Call, link: Link | Upstream, kind: Kind) -> None:
        self._call = call
        self._link = link
        self._kind: Kind = kind
        self._number: wire.RequestId = 0
        self._outcome: Outcome | None = None
        self._stop_timer: Callable[[], None] | None = None

    def send(self, order: bytes, arguments: bytes) -> None:
        """Put the request on its way, once the tick's events are recorded. `order` and `arguments` are JSON. Raises DoorkeepError."""
        self._number = self._link.errand(self, self._call, self._kind, order, arguments)

    def answered(self, message: wire.Message) -> None:
        """The answer: for the call, or for the log alone."""
        if self._outcome is None:
            self._call.came_back(self._kind, message)
            return
        facts = read_facts(message)
        self._settle(facts.change_id or None, facts.paths or None)

    def progressed(self, progress: Progress) -> None:
        """The server tells how far it is."""
        if self._outcome is None:
            total = None if progress.total is msgspec.UNSET else progress.total
            text = "" if progress.message is msgspec.UNSET else progress.message
            self._call.tell(progress.progress, total, text)

    def interrupted(self, result: bytes) -> None:
        """The server has a question first: the client gets that, and its next try goes on with this errand."""
        call = self._call
        call.released(wire.result_line(call.request.id, result))

    def pass_to(self, call: Call) -> None:
        """The client's next try: what comes back is for that."""
        self._call = call

    def gone(self, words: str) -> None:
        """The server ended first."""
        if self._outcome is None:
            self._call.server_gone(words)
        else:
            self._settle()

    def linger(self, outcome: Outcome) -> None:
        """Nobody waits for the answer any more: tell the server, and close the row by what it still says."""
        self._outcome = outcome
        self._tell_server()
        self._stop_timer = self._call.core.loop.later(LINGER_SECONDS, self._waited_enough).cancel

    def stop(self) -> None:
        """Nobody wants the answer, the log neither: tell the server."""
        self.forget()
        self._tell_server()

    def forget(self) -> None:
        """Drop whatever the server may answer."""
        self._link.forget(self._number)

    def _tell_server(self) -> None:
        self._link.cancel(self._number)

    def _waited_enough(self) -> None:
        self.forget()
        self._settle()

    def _settle(self, change_id: str | None = None, paths: list[str] | None = None) -> None:
        if self._stop_timer is not None:
            self._stop_timer()
        if self._outcome is not None:
            self._call.closed(self._outcome, change_id=change_id, paths=paths)


def refusal(facts: wire.CallFacts) -> Decision | None:
    """The decision to record where a server of ours refused by the rules before it changed anything; else None."""
    refused = facts.refused
    if refused is None or facts.change_id:
        return None
    paths = list(dict.fromkeys((*([refused.path] if refused.path else ()), *facts.paths)))
    return Decision("deny", "policy", refused.reason[:MAX_REASON], refused.folder or None, paths)


def read_facts(message: wire.Message) -> wire.CallFacts:
    """What the server says that a call did; empty where it says nothing."""
    return _read_facts(message.doorkeep) if message.doorkeep else wire.CallFacts()

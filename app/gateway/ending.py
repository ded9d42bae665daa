"""How a gateway ends: bridges keep new requests, calls in flight finish or are cut in words, questions end, then servers.

A client sees none of it but an answer in words to what was cut or asked: its bridge has the connection, and seeks the next gateway.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from app.gateway import words
from app.gateway.asking import give_up_all
from app.gateway.calls import Call
from app.gateway.forwarding import Forward
from app.gateway.passage import Passage

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.gateway.channel import Channel
    from app.gateway.core import Core
    from app.gateway.doors import Reception
    from app.gateway.session import Session
    from app.gateway.supervisor import Supervisor
    from app.gateway.ticks import Ticks

DRAIN_SECONDS = 10.0
"""How long calls in flight may take to finish when the gateway is asked to end, and bridges to say that no new one comes."""
CHILDREN_SECONDS = 5.0
LAST_WORDS_SECONDS = 1.0
"""How long a client may take to read what was answered last."""
LOOK_SECONDS = 0.02


class Ending:
    """Once begun it is not taken back. `over` is called when everything has been given back that can be; `vault` closes the keychain."""

    def __init__(
        self,
        loop: Ticks,
        core: Core,
        supervisor: Supervisor,
        reception: Reception,
        *,
        vault: Callable[[], None],
        over: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._core = core
        self._supervisor = supervisor
        self._reception = reception
        self._close_vault = vault
        self._over = over
        self._reason = ""

    def begin(self, reason: str) -> None:
        """`reason`: why, as the beginning of a sentence for the clients whose calls are cut."""
        self._reason = reason
        self._reception.hold()
        self._drain(monotonic() + DRAIN_SECONDS)

    def _drain(self, until: float) -> None:
        give_up_all(self._core.approvals, words.unanswered(self._reason))
        at_work = any(session.at_work for session in self._core.sessions)
        if (at_work or not self._reception.held) and monotonic() < until:
            self._loop.later(LOOK_SECONDS, lambda: self._drain(until))
            return
        for session in list(self._core.sessions):
            cut(session, words.cut(self._reason, DRAIN_SECONDS))
        self._finish(self._reception.sessions, self._end_servers)

    def _end_servers(self) -> None:
        self._close_vault()
        self._supervisor.leave()
        self._await_servers(monotonic() + CHILDREN_SECONDS)

    def _await_servers(self, until: float) -> None:
        if self._supervisor.groups() and monotonic() < until:
            self._loop.later(LOOK_SECONDS, lambda: self._await_servers(until))
            return
        reception = self._reception
        self._finish({*reception.sessions, *reception.controls, *reception.strangers}, self._over)

    def _finish(self, channels: set[Channel], then: Callable[[], None]) -> None:
        """Close these once all that waits in them was read, or too long was waited for that."""
        self._await_readers(list(channels), monotonic() + LAST_WORDS_SECONDS, then)

    def _await_readers(self, channels: list[Channel], until: float, then: Callable[[], None]) -> None:
        kept = self._reception.kept()
        for channel in channels:
            if channel not in kept:
                channel.finish()
        if all(channel.closed for channel in channels) or monotonic() >= until:
            then()
        else:
            self._loop.later(LOOK_SECONDS, lambda: self._await_readers(channels, until, then))


def cut(session: Session, text: str) -> None:
    """Answer every request that still waits with these words; what is open for notifications' sake is opened anew elsewhere."""
    for request in session.at_work:
        if isinstance(request, Call):
            request.server_gone(text)
        elif isinstance(request, Forward | Passage):
            request.gone(text)

"""What a legacy client subscribed to, brought back when the server, or the gateway itself, was gone for a while.

The client knows nothing of either and will not subscribe again. It is told of a change of all that it may have missed. What the
next gateway needs to know lies with the bridge, in its memory, and in no file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from app.core.errors import DoorkeepError
from app.gateway.links import Progress
from app.gateway.streams import RESOURCES, UPDATED
from app.gateway.watching import AGAIN_SECONDS
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.session import Session
    from app.gateway.upstream import Upstream

MOST_KEPT = 8192
"""Bytes that a bridge is given to keep. A client with more is told, after the gateway was gone, that the list is another one."""


class Kept(msgspec.Struct, omit_defaults=True):
    """What one client wants to hear of."""

    uris: list[str] = []
    resources: bool = False
    """Changes of the list of resources."""
    prompts: bool = False
    level: str = ""
    """How much of the server's log."""
    more: bool = False
    """And resources that did not fit in here."""


def encoded(kept: Kept) -> bytes:
    """JSON of at most MOST_KEPT bytes."""
    text = wire.encode(kept)
    if len(text) > MOST_KEPT:
        text = wire.encode(msgspec.structs.replace(kept, uris=[], more=True))
    return text


def opened(text: bytes) -> Kept:
    """What an earlier gateway left; nothing where that makes no sense."""
    try:
        return _decode(text or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Kept()


_decode = msgspec.json.Decoder(Kept).decode


class Resuming:
    """Of one legacy client in front of a legacy server, to which its subscriptions go as they are."""

    def __init__(self, session: Session, upstream: Upstream) -> None:
        self.uris: set[str] = set()
        """What the server agreed to tell of."""
        self._session = session
        self._upstream = upstream
        self._failures = 0
        self._due = False
        self._holding = False
        self._over = False

    def subscribed(self, uri: str) -> None:
        """The server agreed to tell of this resource."""
        self.uris.add(uri)
        self._hold()

    def unsubscribed(self, uri: str) -> None:
        """The client wants to hear of it no more."""
        self.uris.discard(uri)
        if self._holding and not self.uris:
            self._holding = False
            self._upstream.hold(-1)
            self._upstream.on_lost = _nothing

    def resume(self, uris: Iterable[str]) -> None:
        """The client had subscribed to these when another gateway was here."""
        self.uris.update(uris)
        self._soon(0.0)

    def close(self) -> None:
        """The client is gone."""
        self._over = True
        self.uris.clear()

    def failed(self, uri: str) -> None:
        """The server, started afresh, would not have it again."""
        self.unsubscribed(uri)

    def told(self, uri: str) -> None:
        """It agreed again, or would not: either way the client had better look."""
        self._failures = 0
        self._session.send(wire.notification_line(UPDATED, wire.encode({"uri": uri})))

    # --

    def _hold(self) -> None:
        """A process that somebody hears of things from is not idle."""
        if not self._holding:
            self._holding = True
            self._upstream.on_lost = self._lost
            self._upstream.hold(1)

    def _lost(self) -> None:
        self._holding = False
        wait = AGAIN_SECONDS[min(self._failures, len(AGAIN_SECONDS) - 1)]
        self._failures += 1
        self._soon(wait)

    def _soon(self, wait: float) -> None:
        if self.uris and not self._due:
            self._due = True
            self._session.core.loop.later(wait, self._again)

    def _again(self) -> None:
        self._due = False
        core, upstream = self._session.core, self._upstream
        if self._over or not self.uris:
            return
        if core.paused or not core.view(self._session.server).enabled:
            self._lost()
            return
        try:
            upstream.start()
        except DoorkeepError:
            self._lost()
            return
        self._hold()
        for uri in sorted(self.uris):
            upstream.request(upstream.next_id(), "resources/subscribe", wire.encode({"uri": uri}), _Asked(self, uri))


class _Asked:
    """One subscription that is asked for again."""

    def __init__(self, resuming: Resuming, uri: str) -> None:
        self._resuming = resuming
        self._uri = uri

    def answered(self, message: wire.Message) -> None:
        """Agreed to, or not."""
        if message.error:
            self._resuming.failed(self._uri)
        self._resuming.told(self._uri)

    def progressed(self, progress: Progress) -> None:
        """There is none."""

    def gone(self, words: str) -> None:
        """The server ended once more: that is heard of elsewhere."""

    def interrupted(self, result: bytes) -> None:
        """It has no questions."""


def _nothing() -> None:
    """Nobody hears of this server any more."""


def list_changed() -> bytes:
    """What a client is told of whom not everything could be kept."""
    return wire.notification_line(RESOURCES, b"{}")

"""What a server is asked to tell of, as it knows it: one stream in the modern era, single subscriptions in the older one.

A stream is agreed to or refused within its bound; nothing that it tells is given to anybody here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from app.gateway import eras
from app.gateway.links import Link, Progress
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.upstream import Upstream
    from app.gateway.watching import Watching

ACKNOWLEDGE_SECONDS = 20.0
"""A server that does not acknowledge a stream by then has refused it."""

UPDATED = "notifications/resources/updated"
RESOURCES = "notifications/resources/list_changed"
PROMPTS = "notifications/prompts/list_changed"
TOOLS = "notifications/tools/list_changed"
ACKNOWLEDGED = "notifications/subscriptions/acknowledged"

_read_error = msgspec.json.Decoder(wire.ErrorObject).decode


class Filter(msgspec.Struct, frozen=True, omit_defaults=True):
    """Schema 2026-07-28, `SubscriptionFilter`."""

    uris: frozenset[str] = msgspec.field(name="resourceSubscriptions", default=frozenset())
    resources: bool = msgspec.field(name="resourcesListChanged", default=False)
    prompts: bool = msgspec.field(name="promptsListChanged", default=False)
    tools: bool = msgspec.field(name="toolsListChanged", default=False)

    def wants(self, method: str, uri: str) -> bool:
        """Whether a notification is of a kind that is asked for here."""
        if method == UPDATED:
            return uri in self.uris
        return (method == RESOURCES and self.resources) or (method == PROMPTS and self.prompts)

    def each(self) -> Iterator[tuple[str, str]]:
        """Every notification that is asked for: its method, and the resource where it is about one."""
        for uri in sorted(self.uris):
            yield UPDATED, uri
        for method, wanted in ((RESOURCES, self.resources), (PROMPTS, self.prompts)):
            if wanted:
                yield method, ""

    def holds(self, other: Filter) -> bool:
        """Whether all that `other` wants of a server is wanted here too; tools are the door's own affair."""
        return other.uris <= self.uris and self.resources >= other.resources and self.prompts >= other.prompts


NOTHING = Filter()


class Stream:
    """One `subscriptions/listen` that a modern server has, or is asked for."""

    def __init__(self, owner: Watching, link: Link | Upstream, wanted: Filter) -> None:
        self.filter = wanted
        self.number: Any = link.next_id()
        self._owner = owner
        self._link = link
        self._timer = owner.core.loop.later(ACKNOWLEDGE_SECONDS, self._late)
        asked: dict[str, Any] = {"resourceSubscriptions": sorted(wanted.uris)} if wanted.uris else {}
        if wanted.resources:
            asked["resourcesListChanged"] = True
        if wanted.prompts:
            asked["promptsListChanged"] = True
        params = b'{"notifications":%b,"_meta":%b}' % (wire.encode(asked), eras.child_meta(eras.ClientInfo("doorkeep")))
        link.request(self.number, "subscriptions/listen", params, self, lasting=True)

    def acknowledged(self) -> None:
        """The server agreed."""
        self._timer.cancel()
        self._owner.agreed(self)

    def stop(self) -> None:
        """Nobody wants it any more."""
        self._timer.cancel()
        if self._link.alive:
            self._link.cancel(self.number)
        self._link.forget(self.number)

    def answered(self, message: wire.Message) -> None:
        """An error is a refusal; a result is the end of the stream."""
        self._timer.cancel()
        if message.error:
            self._owner.refused(self, error_words(message))
        else:
            self._owner.lost(self)

    def progressed(self, progress: Progress) -> None:
        """There is none."""

    def interrupted(self, result: bytes) -> None:
        """It has no questions."""

    def gone(self, words: str) -> None:
        """The server ended."""
        del words
        self._timer.cancel()
        self._owner.lost(self)

    def _late(self) -> None:
        self.stop()
        self._owner.refused(self, f"The server did not agree within {ACKNOWLEDGE_SECONDS:.0f} s.")


class OlderStream:
    """The same of a legacy server: one `resources/subscribe` for each resource; of its lists it tells unasked."""

    number = None
    """Its notifications carry no id."""

    def __init__(self, owner: Watching, link: Upstream, wanted: Filter) -> None:
        self.filter = wanted
        self._owner = owner
        self._link = link
        self._timer = owner.core.loop.later(ACKNOWLEDGE_SECONDS, self._late)
        self._over = False
        link.on_lost = self.lost
        fresh = sorted(wanted.uris - link.subscribed)
        self._missing = len(fresh)
        link.hold(1)
        for uri in fresh:
            link.request(link.next_id(), "resources/subscribe", wire.encode({"uri": uri}), _Subscribing(self, uri))
        if not fresh:
            owner.core.loop.later(0.0, self._agree)

    def acknowledged(self) -> None:
        """Legacy servers answer instead."""

    def stop(self) -> None:
        """Another stream took its place, or nobody wants anything any more."""
        self._end()
        link = self._link
        for uri in sorted(link.subscribed - self._owner.wanted_now()):
            link.subscribed.discard(uri)
            if link.alive:
                link.request(
                    link.next_id(), "resources/unsubscribe", wire.encode({"uri": uri}), _Subscribing(None, uri)
                )

    def subscribed(self, uri: str, words: str) -> None:
        """One of them is settled: with nothing, or with words that say why not."""
        if self._over:
            return
        if words:
            self._end()
            self._owner.refused(self, words)
            return
        self._link.subscribed.add(uri)
        self._missing -= 1
        if not self._missing:
            self._agree()

    def lost(self) -> None:
        """The server ended."""
        self._end()
        self._owner.lost(self)

    def _agree(self) -> None:
        self._timer.cancel()
        if not self._over:
            self._owner.agreed(self)

    def _late(self) -> None:
        self._end()
        self._owner.refused(self, f"The server did not agree within {ACKNOWLEDGE_SECONDS:.0f} s.")

    def _end(self) -> None:
        self._timer.cancel()
        if not self._over:
            self._over = True
            self._link.hold(-1)


class _Subscribing:
    """Waits for one answer of a legacy server."""

    def __init__(self, stream: OlderStream | None, uri: str) -> None:
        self._stream = stream
        self._uri = uri

    def answered(self, message: wire.Message) -> None:
        """Settled."""
        if self._stream is not None:
            self._stream.subscribed(self._uri, error_words(message) if message.error else "")

    def progressed(self, progress: Progress) -> None:
        """There is none."""

    def interrupted(self, result: bytes) -> None:
        """It has no questions."""

    def gone(self, words: str) -> None:
        """The server ended first."""
        del words
        if self._stream is not None:
            self._stream.lost()


def error_words(message: wire.Message) -> str:
    """What an error says; never empty."""
    try:
        return _read_error(message.error).message or "The server refused."
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "The server refused the subscription."

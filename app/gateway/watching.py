"""What all listeners of one running server want together, asked of it as one stream, and brought back when the server was lost.

A change is given to the listeners that asked for it, and only where the folder behind it is open at that moment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from app.core.errors import DoorkeepError
from app.gateway import eras
from app.gateway.links import Link, Progress
from app.gateway.questions import path_of_uri
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.core import Core

ACKNOWLEDGE_SECONDS = 20.0
"""A server that does not acknowledge a stream by then has refused it."""
AGAIN_SECONDS = (0.0, 1.0, 2.0, 5.0, 15.0, 60.0)
"""Before a lost stream is asked for again; the last one counts from then on."""

UPDATED = "notifications/resources/updated"
RESOURCES = "notifications/resources/list_changed"
PROMPTS = "notifications/prompts/list_changed"
TOOLS = "notifications/tools/list_changed"
ACKNOWLEDGED = "notifications/subscriptions/acknowledged"

Ready = Callable[[str], None]
"""Told once: with nothing where the server agreed, else with words that say why not."""


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

    def holds(self, other: Filter) -> bool:
        """Whether all that `other` wants of a server is wanted here too; tools are the door's own affair."""
        return other.uris <= self.uris and self.resources >= other.resources and self.prompts >= other.prompts


NOTHING = Filter()


class Listener(Protocol):
    """Who wants to hear."""

    filter: Filter

    def tell(self, method: str, uri: str) -> None:
        """A change of what the filter names."""
        ...


class _About(msgspec.Struct):
    id: wire.RequestId | None = msgspec.field(name=wire.META_SUBSCRIPTION, default=None)


class _Notice(msgspec.Struct):
    uri: str = ""
    meta: _About = msgspec.field(name="_meta", default_factory=_About)


_read_notice = msgspec.json.Decoder(_Notice).decode
_read_facts = msgspec.json.Decoder(wire.CallFacts).decode
_read_error = msgspec.json.Decoder(wire.ErrorObject).decode


class Watching:
    """Of one server that speaks the modern era. `link` gives its running process, started if need be; raises DoorkeepError."""

    def __init__(self, core: Core, server: str, link: Callable[[], Link]) -> None:
        self.core = core
        self.server = server
        self.link = link
        self._listeners: dict[Listener, None] = {}
        self._waiting: list[tuple[Listener, Filter, Ready]] = []
        self._stream: _Stream | None = None
        """Agreed to."""
        self._asked: _Stream | None = None
        """Not yet agreed to."""
        self._failures = 0
        self._due = False

    def want(self, listener: Listener, wanted: Filter, ready: Ready) -> None:
        """From now on a listener wants this; its own `filter` is set to it when the server agreed."""
        self._waiting.append((listener, wanted, ready))
        self._soon()

    def leave(self, listener: Listener) -> None:
        """It wants nothing any more."""
        self._listeners.pop(listener, None)
        self._waiting = [entry for entry in self._waiting if entry[0] is not listener]
        self._soon()

    def tell_all(self) -> None:
        """Something may have been missed: whoever listens had better look."""
        for listener in list(self._listeners):
            self._tell_everything(listener)

    # -- the stream

    def _soon(self) -> None:
        """In a moment: many wishes of one tick become one stream."""
        if not self._due:
            self._due = True
            self.core.loop.later(0.0, self._renew)

    def _renew(self) -> None:
        self._due = False
        wanted = self._union()
        if self._asked is not None:
            return  # when that is settled, this is looked at again
        if wanted == NOTHING:
            self._settle_waiting(NOTHING)
            self._end()
        elif self._stream is not None and self._stream.filter == wanted:
            self._settle_waiting(wanted)
        else:
            self._ask(wanted)

    def _union(self) -> Filter:
        filters = {id(listener): listener.filter for listener in self._listeners}
        filters.update({id(listener): wanted for listener, wanted, _ready in self._waiting})
        parts = filters.values()
        return Filter(
            frozenset[str]().union(*(part.uris for part in parts)),
            any(part.resources for part in parts),
            any(part.prompts for part in parts),
        )

    def _ask(self, wanted: Filter) -> None:
        view = self.core.view(self.server)
        if self.core.paused or not view.enabled:
            self._refused("Doorkeep is paused." if self.core.paused else "The user switched this server off.")
            return
        try:
            link = self.link()
        except DoorkeepError as error:
            self._refused(str(error))
            return
        link.on_notice = self._noticed
        self._asked = _Stream(self, link, wanted)

    def agreed(self, stream: _Stream) -> None:
        """The server acknowledged it."""
        if stream is not self._asked:
            return
        before, self._stream, self._asked = self._stream, stream, None
        if before is not None:
            before.stop()
        missed, self._failures = self._failures > 0, 0
        known = list(self._listeners) if missed else []
        self._settle_waiting(stream.filter)
        for listener in known:
            self._tell_everything(listener)
        self._soon()

    def refused(self, stream: _Stream, words: str) -> None:
        """The server would not have it."""
        if stream is self._asked:
            self._asked = None
            self._refused(words)

    def lost(self, stream: _Stream) -> None:
        """The server, or this stream of it, ended."""
        if stream is self._asked:
            self._asked = None
        elif stream is self._stream:
            self._stream = None
        else:
            return
        self._again()

    def _refused(self, words: str) -> None:
        waiting, self._waiting = self._waiting, []
        for _listener, _wanted, ready in waiting:
            ready(words)
        if self._stream is None and self._listeners:
            self._again()

    def _again(self) -> None:
        wait = AGAIN_SECONDS[min(self._failures, len(AGAIN_SECONDS) - 1)]
        self._failures += 1
        self.core.loop.later(wait, self._soon)

    def _settle_waiting(self, agreed: Filter) -> None:
        settled = [entry for entry in self._waiting if agreed.holds(entry[1])]
        self._waiting = [entry for entry in self._waiting if not agreed.holds(entry[1])]
        for listener, wanted, ready in settled:
            self._listeners[listener] = None
            listener.filter = wanted
            ready("")

    def _end(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.stop()

    # -- what changed

    def _noticed(self, message: wire.Message) -> None:
        try:
            notice = _read_notice(message.params or b"{}")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        if message.method == ACKNOWLEDGED:
            if self._asked is not None and notice.meta.id == self._asked.number:
                self._asked.acknowledged()
            return
        stream = self._stream
        if stream is None or notice.meta.id != stream.number or not self._may_tell(notice.uri, message.doorkeep):
            return
        for listener in list(self._listeners):
            if listener.filter.wants(str(message.method), notice.uri):
                listener.tell(str(message.method), notice.uri)

    def _may_tell(self, uri: str, doorkeep: msgspec.Raw) -> bool:
        view = self.core.view(self.server)
        if self.core.paused or not view.enabled:
            return False
        try:
            paths = _read_facts(doorkeep).paths if doorkeep else []
        except (msgspec.DecodeError, UnicodeDecodeError):
            return False
        if not paths and uri.lower().startswith("file:"):
            paths = [path_of_uri(uri)]
        return all(view.grants.access(path) != "off" for path in paths)

    def _tell_everything(self, listener: Listener) -> None:
        for uri in listener.filter.uris:
            listener.tell(UPDATED, uri)
        for method, wanted in ((RESOURCES, listener.filter.resources), (PROMPTS, listener.filter.prompts)):
            if wanted:
                listener.tell(method, "")


class _Stream:
    """One `subscriptions/listen` that the server has, or is asked for."""

    def __init__(self, owner: Watching, link: Link, wanted: Filter) -> None:
        self.filter = wanted
        self.number = link.next_id()
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
        self._link.forget(self.number)
        if self._link.alive:
            self._link.notify("notifications/cancelled", b'{"requestId":%d}' % self.number)

    def answered(self, message: wire.Message) -> None:
        """An error is a refusal; a result is the end of the stream."""
        self._timer.cancel()
        if not message.error:
            self._owner.lost(self)
            return
        try:
            words = _read_error(message.error).message
        except (msgspec.DecodeError, UnicodeDecodeError):
            words = "The server refused the subscription."
        self._owner.refused(self, words)

    def progressed(self, progress: Progress) -> None:
        """There is none."""

    def gone(self, words: str) -> None:
        """The server ended."""
        del words
        self._timer.cancel()
        self._owner.lost(self)

    def _late(self) -> None:
        self.stop()
        self._owner.refused(self, f"The server did not agree within {ACKNOWLEDGE_SECONDS:.0f} s.")

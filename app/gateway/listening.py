"""What one session wants to hear of by itself, in either era, and the notifications that it gets.

A client hears only what it asked for, ten times a second of one thing at most, and nothing after its session or stream ended.
Schema 2026-07-28 `subscriptions/listen`; 2025-11-25 `resources/subscribe`, `resources/unsubscribe`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from app.gateway import resuming
from app.gateway.eras import Meta
from app.gateway.limits import Timer
from app.gateway.reading import RefusalError, read
from app.gateway.streams import NOTHING, TOOLS, Filter
from app.gateway.watching import AGAIN_SECONDS, Watching
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.session import Session

MOST_STREAMS = 64
"""`subscriptions/listen` that one session may hold open."""
MOST_URIS = 1024
"""Resources that one session may watch."""
MAX_URI = 8192
"""Characters of one of them."""
PAUSE_SECONDS = 0.1
"""Between two rounds of notifications to one listener: what changes more often within it is told once."""


class _Listen(msgspec.Struct):
    notifications: Filter = NOTHING


class _Uri(msgspec.Struct):
    uri: str


_decode_listen = msgspec.json.Decoder(_Listen).decode
_decode_uri = msgspec.json.Decoder(_Uri).decode


class Ear:
    """One listener: a stream of a modern client (`id`), or all that a legacy client wants (None)."""

    lasting = True
    """It stays open for notifications' sake."""

    def __init__(self, listening: Listening, id_: wire.RequestId | None) -> None:
        self.id = id_
        self.filter = NOTHING
        self._listening = listening
        self._news: dict[tuple[str, str], None] = {}
        self._timer: Timer | None = None

    def tell(self, method: str, uri: str) -> None:
        """At once, unless something was told just now."""
        self._news[method, uri] = None
        if self._timer is None:
            self._tell()

    def hush(self) -> None:
        """Say nothing any more."""
        self._news.clear()
        if self._timer is not None:
            self._timer.cancel()

    def cancel(self) -> None:
        """The client takes its stream back."""
        self._listening.close(self)

    def _tell(self) -> None:
        self._timer = None
        news, self._news = self._news, {}
        for method, uri in news:
            self._listening.session.send(self._line(method, uri))
        if news:
            self._timer = self._listening.session.core.loop.later(PAUSE_SECONDS, self._tell)

    def _line(self, method: str, uri: str) -> bytes:
        params: dict[str, Any] = {} if self.id is None else {"_meta": {wire.META_SUBSCRIPTION: self.id}}
        if uri:
            params["uri"] = uri
        return wire.notification_line(method, wire.encode(params))


class Listening:
    """All listeners of one session. `watching` gives what they want to the server."""

    def __init__(self, session: Session, watching: Callable[[], Watching]) -> None:
        self.session = session
        self._watching = watching
        self._streams: dict[wire.RequestId, Ear] = {}
        self._older = Ear(self, None)
        self._tools: dict[wire.RequestId, bool] = {}
        """Streams that a modern server of others serves: whether their client wants to hear of tools."""
        self._asked = NOTHING
        """What the legacy client wants once all that it asked for is agreed to."""

    @property
    def streams(self) -> int:
        """Requests that stay open for their notifications' sake."""
        return len(self._streams)

    def listen(self, id_: wire.RequestId, raw: msgspec.Raw, meta: Meta) -> None:
        """Open a modern client's stream; acknowledged once the server agrees. Raises RefusalError."""
        if meta.version is msgspec.UNSET:
            raise RefusalError(wire.METHOD_NOT_FOUND, "subscriptions/listen is of 2026-07-28")
        asked: Filter = read(_decode_listen, raw).notifications
        if len(self._streams) >= MOST_STREAMS:
            raise RefusalError(wire.INTERNAL_ERROR, f"More than {MOST_STREAMS} subscriptions at once")
        wanted = self._honoured(asked)
        self._check(wanted.uris, sum(len(ear.filter.uris) for ear in self._streams.values()))
        ear = self._streams[id_] = Ear(self, id_)
        self.session.open(id_, ear)
        if wanted.uris or wanted.resources or wanted.prompts:
            self._watching().want(ear, wanted, lambda words: self._settled(ear, words))
        else:
            ear.filter = wanted
            self._settled(ear, "")

    def subscribe(self, id_: wire.RequestId, raw: msgspec.Raw, meta: Meta) -> None:
        """A legacy client's; answered once the server agrees. Raises RefusalError."""
        self._need_subscriptions(meta)
        uri: str = read(_decode_uri, raw).uri
        self._check({uri}, len(self._asked.uris - {uri}))
        self._asked = msgspec.structs.replace(self._asked, uris=self._asked.uris | {uri})
        self.session.open(id_, _Settling(self.session, id_))
        self._watching().want(self._older, self._asked, lambda words: self._subscribed(id_, uri, words))

    def unsubscribe(self, id_: wire.RequestId, raw: msgspec.Raw, meta: Meta) -> None:
        """A legacy client's; what nobody subscribed to is no error. Raises RefusalError."""
        self._need_subscriptions(meta)
        uri: str = read(_decode_uri, raw).uri
        self._asked = msgspec.structs.replace(self._asked, uris=self._asked.uris - {uri})
        self._older.filter = msgspec.structs.replace(self._older.filter, uris=self._older.filter.uris - {uri})
        self._watching().want(self._older, self._asked, _heedless)
        self.remember()
        self.session.send(wire.result_line(id_, b"{}"))

    def note(self, id_: wire.RequestId, wanted: Filter) -> None:
        """A stream that the server itself serves, under the client's id; only changes of tools are told from here."""
        self._tools = {other: on for other, on in self._tools.items() if self.session.is_open(other)}
        self._tools[id_] = wanted.tools

    def asked_for_list(self, method: str) -> None:
        """A legacy client asked for a list: it hears when that changes, where the server tells."""
        kind = {"resources/list": "resources", "prompts/list": "prompts"}.get(method)
        if kind is None or getattr(self._asked, kind) or not self._tells(kind):
            return
        self._asked = msgspec.structs.replace(self._asked, **{kind: True})
        self._watching().want(self._older, self._asked, _heedless)
        self.remember()

    def remember(self) -> None:
        """Let the bridge keep what a legacy client wants to hear of, for the gateway after this one."""
        asked, foreign = self._asked, self.session.foreign
        kept = resuming.Kept(sorted(asked.uris), asked.resources, asked.prompts)
        if foreign is not None:
            kept.uris = sorted(asked.uris | foreign.resuming.uris)
            kept.level = foreign.upstream.log_level
        self.session.peer.keep(resuming.encoded(kept))

    def resume(self) -> None:
        """Go on telling a legacy client what it wanted to hear of when another gateway was here, and what it may have missed."""
        if self.session not in self.session.core.sessions:
            return  # the client has left meanwhile
        kept = resuming.opened(bytes(self.session.peer.kept))
        foreign = self.session.foreign
        if foreign is not None:
            foreign.upstream.log_level = kept.level
        uris: frozenset[str] = frozenset(uri for uri in kept.uris[:MOST_URIS] if len(uri) <= MAX_URI)
        if kept.more:
            self.session.send(resuming.list_changed())
        if foreign is not None and not foreign.upstream.modern:
            foreign.resuming.resume(uris)
            uris = frozenset()
        self._asked = Filter(uris, kept.resources and self._tells("resources"), kept.prompts and self._tells("prompts"))
        self._want_again()

    def _want_again(self) -> None:
        if self._asked != NOTHING and self.session in self.session.core.sessions:
            self._watching().want(self._older, self._asked, self._resumed)

    def _resumed(self, words: str) -> None:
        if words:  # paused, or the server cannot start just now
            self.session.core.loop.later(AGAIN_SECONDS[-1], self._want_again)
            return
        for method, uri in self._asked.each():
            self._older.tell(method, uri)

    def tools_changed(self) -> None:
        """The door shows other tools from now on."""
        if self.session.legacy:
            self._older.tell(TOOLS, "")
        for ear in self._streams.values():
            if ear.filter.tools:
                ear.tell(TOOLS, "")
        for id_, on in self._tools.items():
            if on and self.session.is_open(id_):
                said = wire.encode({"_meta": {wire.META_SUBSCRIPTION: id_}})
                self.session.send(wire.notification_line(TOOLS, said))

    def close(self, ear: Ear) -> None:
        """End one stream."""
        ear.hush()
        if ear.id is not None and self._streams.pop(ear.id, None) is not None:
            self.session.forget(ear.id)
        self._drop(ear)

    def close_all(self) -> None:
        """The client is gone."""
        for ear in (*self._streams.values(), self._older):
            ear.hush()
            self._drop(ear)
        self._streams.clear()

    def _drop(self, ear: Ear) -> None:
        if ear.id is not None or self._asked != NOTHING:
            self._watching().leave(ear)

    # --

    def _settled(self, ear: Ear, words: str) -> None:
        id_ = ear.id
        if id_ is None or id_ not in self._streams:
            return
        if words:
            self.close(ear)
            self.session.send(wire.error_line(id_, wire.INTERNAL_ERROR, words))
            return
        said = {"_meta": {wire.META_SUBSCRIPTION: id_}, "notifications": _shown(ear.filter)}
        self.session.send(wire.notification_line("notifications/subscriptions/acknowledged", wire.encode(said)))

    def _subscribed(self, id_: wire.RequestId, uri: str, words: str) -> None:
        if words:
            self._asked = msgspec.structs.replace(self._asked, uris=self._asked.uris - {uri})
        self.remember()
        line = wire.error_line(id_, wire.INTERNAL_ERROR, words) if words else wire.result_line(id_, b"{}")
        self.session.answer_late(id_, line)

    def _honoured(self, asked: Filter) -> Filter:
        """What of it the server declares that it can tell."""
        return Filter(
            asked.uris if self._tells("resources", "subscribe") else frozenset(),
            asked.resources and self._tells("resources"),
            asked.prompts and self._tells("prompts"),
            asked.tools and self.session.tools_may_change,
        )

    def _tells(self, kind: str, what: str = "listChanged") -> bool:
        return bool(self.session.capabilities.get(kind, {}).get(what))

    def _need_subscriptions(self, meta: Meta) -> None:
        if meta.version is not msgspec.UNSET:
            raise RefusalError(wire.METHOD_NOT_FOUND, "Revision 2026-07-28 has subscriptions/listen instead")
        if not self._tells("resources", "subscribe"):
            raise RefusalError(wire.METHOD_NOT_FOUND, "This server has no subscriptions to resources")

    def _check(self, uris: frozenset[str] | set[str], others: int) -> None:
        if others + len(uris) > MOST_URIS:
            raise RefusalError(wire.INTERNAL_ERROR, f"More than {MOST_URIS} resources are watched at once")
        if any(len(uri) > MAX_URI for uri in uris):
            raise RefusalError(wire.INVALID_PARAMS, f"A URI has more than {MAX_URI} characters")


class _Settling:
    """A request whose answer comes from elsewhere."""

    def __init__(self, session: Session, id_: wire.RequestId) -> None:
        self._session = session
        self._id = id_

    def cancel(self) -> None:
        """The client wants no answer any more."""
        self._session.forget(self._id)


def _shown(wanted: Filter) -> dict[str, Any]:
    kinds = {"resourcesListChanged": wanted.resources, "promptsListChanged": wanted.prompts}
    shown: dict[str, Any] = {name: True for name, on in {**kinds, "toolsListChanged": wanted.tools}.items() if on}
    if wanted.uris:
        shown["resourceSubscriptions"] = sorted(wanted.uris)
    return shown


def _heedless(_words: str) -> None:
    """Nobody waits for it."""

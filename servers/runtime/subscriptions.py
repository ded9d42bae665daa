"""Who wants to hear when a resource changes, in either era, and the notifications that tell them.

A client hears only what it asked for, never of a place that is closed to it, and of one resource ten times a second at most.
Schema 2026-07-28 `subscriptions/listen`; 2025-11-25 `resources/subscribe`, `resources/unsubscribe`.
"""

from __future__ import annotations

import _thread
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from servers.runtime import wire
from servers.runtime.call import Call
from servers.runtime.errors import ProtocolError, ToolError, log_bug

if TYPE_CHECKING:
    from servers.runtime.ground import Ground
    from servers.runtime.requests import ListenParams, ReadParams
    from servers.runtime.server import Server

MAX_LISTENING = 64
"""The most `subscriptions/listen` that a peer may hold open."""
MAX_URIS = 1024
"""The most resources that a peer may watch, over all its subscriptions."""
MAX_URI = 8192
"""Characters of one of them."""
PAUSE_SECONDS = 0.1
"""Between two rounds of notifications: what changes more often within it is told once."""

_ID = wire.META_SUBSCRIPTION.encode()
_UPDATED = "notifications/resources/updated"
_LISTED = "notifications/resources/list_changed"


class Wanted(msgspec.Struct, frozen=True):
    """What the clients of a server want to hear of: changes of these resources, and of the list of resources."""

    uris: frozenset[str] = frozenset()
    lists: bool = False


NOTHING = Wanted()
Watcher = Callable[[Call, Wanted], None]
"""A server's own function: sees to it that `Server.resource_updated` and `Server.resources_changed` are called for what is
wanted from now on; `NOTHING` ends it. It returns soon, is called by one thread at a time, and refuses with ToolError."""


class Subscriptions:
    """Of one peer. `send` takes whole lines from any thread and lets them go at once."""

    def __init__(self, server: Server, ground: Ground, send: Callable[[bytes], object]) -> None:
        self._server = server
        self._ground = ground
        self._send = send
        self._open: dict[wire.RequestId, Wanted] = {}
        self._older = NOTHING
        """What a peer of the older way wants: its subscriptions, and the list once it has asked for it."""
        self._told = NOTHING
        """What the server's own function was told last."""
        self._turn = _thread.allocate_lock()
        """Held while what is wanted changes."""
        self._state = _thread.allocate_lock()
        self._news: dict[str, str] = {}
        """Changed resources that nobody was told of yet, with the path behind each; "" for the list itself."""
        self._telling = False
        server.on_news = self.heard

    def __contains__(self, id_: wire.RequestId) -> bool:
        return id_ in self._open

    # -- what clients ask

    def listen(self, call: Call, params: ListenParams) -> None:
        """Open a stream and acknowledge it. Raises ProtocolError; then there is none."""
        asked = params.notifications
        able = self._server.watch is not None
        wanted = Wanted(frozenset(asked.uris) if able else frozenset(), able and asked.lists)
        with self._turn:
            if len(self._open) >= MAX_LISTENING:
                raise ProtocolError(wire.INTERNAL_ERROR, f"More than {MAX_LISTENING} subscriptions at once")
            self._want(call, {**self._open, call.id: wanted}, self._older)
            honoured: dict[str, Any] = {}
            if wanted.lists:
                honoured["resourcesListChanged"] = True
            if wanted.uris:
                honoured["resourceSubscriptions"] = list(dict.fromkeys(asked.uris))
            said = b'{"_meta":{"%b":%b},"notifications":%b}' % (_ID, wire.encode(call.id), wire.encode(honoured))
            self._send(wire.notification_line("notifications/subscriptions/acknowledged", said))

    def subscribe(self, call: Call, params: ReadParams) -> bytes:
        """The body of `resources/subscribe`. Raises ProtocolError."""
        return self._change(call, self._older.uris | {params.uri}, self._older.lists)

    def unsubscribe(self, call: Call, params: ReadParams) -> bytes:
        """The body of `resources/unsubscribe`; what nobody subscribed to is no error."""
        return self._change(call, self._older.uris - {params.uri}, self._older.lists)

    def listed(self, call: Call) -> None:
        """A peer of the older way asked for the list: from now on it hears when that changes."""
        if not call.modern and self._server.watch is not None and not self._older.lists:
            self._change(call, self._older.uris, True)

    def end(self, id_: wire.RequestId) -> None:
        """The client wants this stream no more."""
        with self._turn:
            left = {other: wanted for other, wanted in self._open.items() if other != id_}
            try:
                self._want(self._call(), left, self._older)
            except ProtocolError:
                self._open = left

    def folders_changed(self) -> None:
        """Another policy is in force: the server's function learns it where it watches anything."""
        if self._told == NOTHING:
            return
        with self._turn:
            self._told = NOTHING
            try:
                self._want(self._call(), self._open, self._older)
            except ProtocolError as error:
                log_bug(error)

    def _change(self, call: Call, uris: frozenset[str], lists: bool) -> bytes:
        if call.modern or self._server.watch is None:
            raise ProtocolError(wire.METHOD_NOT_FOUND, "This server has no such subscriptions; see its capabilities")
        with self._turn:
            self._want(call, self._open, Wanted(uris, lists))
        return b""

    def _want(self, call: Call, streams: dict[wire.RequestId, Wanted], older: Wanted) -> None:
        """Called with the turn held. Raises ProtocolError; then all stays as it was."""
        parts = (*streams.values(), older)
        union = Wanted(older.uris.union(*(part.uris for part in parts)), any(part.lists for part in parts))
        if sum(len(part.uris) for part in parts) > MAX_URIS:
            raise ProtocolError(wire.INTERNAL_ERROR, f"More than {MAX_URIS} resources are watched at once")
        if any(len(uri) > MAX_URI for uri in union.uris - self._told.uris):
            raise ProtocolError(wire.INVALID_PARAMS, f"A URI has more than {MAX_URI} characters")
        if union != self._told and self._server.watch is not None:
            try:
                self._server.watch(call, union)
            except ToolError as error:
                raise ProtocolError(wire.INVALID_PARAMS, error.text) from None
            self._told = union
        self._open, self._older = streams, older

    def _call(self) -> Call:
        """For what no request asked for."""
        call = Call(0)
        self._ground.equip(call)
        return call

    # -- what changed

    def heard(self, uri: str, path: str) -> None:
        """A resource changed, or, with an empty `uri`, the list of them. From any thread; does not wait."""
        wanted = self._told
        if not (uri in wanted.uris if uri else wanted.lists):
            return
        with self._state:
            self._news[uri] = path
            if self._telling:
                return
            self._telling = True
        try:
            _thread.start_new_thread(self._tell, ())
        except RuntimeError:  # no thread left: told with the next change
            self._telling = False

    def _tell(self) -> None:
        """A thread's life: it ends when nothing has changed for one pause."""
        while True:
            with self._state:
                news, self._news = self._news, {}
                if not news:
                    self._telling = False
                    return
            try:
                lines = b"".join(line for uri, path in news.items() for line in self._lines(uri, path))
                if lines:
                    self._send(lines)
            except Exception as error:
                log_bug(error)
            time.sleep(PAUSE_SECONDS)

    def _lines(self, uri: str, path: str) -> list[bytes]:
        if path and not self._ground.may_read(path):
            return []
        streams = self._open
        ids = [id_ for id_, wanted in streams.items() if (uri in wanted.uris if uri else wanted.lists)]
        said = b'"uri":%b' % wire.encode(uri) if uri else b""
        method = _UPDATED if uri else _LISTED
        comma = b"," if said else b""
        lines = [b'{"_meta":{"%b":%b}%b%b}' % (_ID, wire.encode(id_), comma, said) for id_ in ids]
        if uri in self._older.uris if uri else self._older.lists:
            lines.append(b"{%b}" % said)
        facts = wire.encode(wire.CallFacts([path])) if path and self._ground.trusted else b""
        return [wire.notification_line(method, params, facts) for params in lines]

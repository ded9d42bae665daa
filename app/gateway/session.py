"""One client's connection: what it says comes in here, what it may hear goes out here.

Nothing private reaches the client, and nothing that the client sends reaches a server as it came.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from app.gateway import eras, forwarding
from app.gateway.calls import Call
from app.gateway.foreign import Foreign
from app.gateway.forwarding import Forward
from app.gateway.limits import Rate
from app.gateway.listening import Listening
from app.gateway.peer import Peer
from app.gateway.pins import Pin
from app.gateway.questions import CALL, FOREIGN_READ_TOOL, READ, READ_TOOL, Request
from app.gateway.reading import RefusalError, batch
from app.gateway.reading import read as _read
from app.gateway.watching import Watching
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.channel import Channel
    from app.gateway.core import Core
    from app.gateway.links import Link
    from app.gateway.policy import ServerView
    from app.gateway.upstream import Upstream

_BATCHED = "2025-03-26"


class Open(Protocol):
    """A request of the client that has no answer yet."""

    def cancel(self) -> None: ...


Method = Callable[["Session", wire.RequestId, msgspec.Raw, eras.Meta], None]


class Session:
    """Serves one bridge connection. `send` only buffers; nothing leaves before the tick's events are recorded."""

    def __init__(self, core: Core, peer: Peer, send: Callable[[bytes], None]) -> None:
        self.core = core
        self.peer = peer
        self.server = peer.server
        self.send = send
        self.id = os.urandom(4).hex()
        known = core.pins.get(peer.server)
        self.pin: Pin = core.pin(peer.server)
        self.number = core.join(self)
        self.rate = Rate()
        self.client = eras.ClientInfo()
        self.client_capabilities: dict[str, Any] = {}
        """What a legacy client declared in its handshake."""
        self.outlet: Callable[[], Channel | None] = _nowhere
        """Where lines for the client wait."""
        self._version = ""
        self._open: dict[wire.RequestId, Open] = {}
        self.foreign = None if self.pin.builtin or known is None else Foreign(self)
        self.listening = Listening(self, self._watching)
        self._since = time.time()
        if peer.initialize:
            self._take_over(peer.initialize)

    @property
    def in_flight(self) -> int:
        """Requests without an answer yet; those that stay open for notifications do not count."""
        return len(self._open) - self.listening.streams

    @property
    def at_work(self) -> list[Open]:
        """Requests that an answer is to come to soon: all that is open, but for what stays open for notifications' sake."""
        return [request for request in self._open.values() if not getattr(request, "lasting", False)]

    @property
    def legacy(self) -> bool:
        """It was opened by a handshake."""
        return self._version not in ("", wire.MODERN)

    @property
    def version(self) -> str:
        """The revision that the session was opened in; empty before."""
        return self._version

    def link(self, view: ServerView) -> Link | Upstream:
        """The way to the server. Raises DoorkeepError."""
        return self.foreign.upstream if self.foreign is not None else self.core.link(view)

    def result(self, message: wire.Message, request: Request) -> bytes:
        """A result of a server of others as the client's era has it. Raises `msgspec.DecodeError` for what is none."""
        if self.foreign is None:
            return bytes(message.result)
        return self.foreign.upstream.result(message, request.method, request.modern)

    def backlog(self) -> Any:
        """The channel that lines for the server wait in, or None."""
        return self.core.servers.backlog(self.server, self.id if self.foreign is not None else "")

    def _watching(self) -> Watching:
        return self.foreign.watching if self.foreign is not None else self.core.watching(self.server)

    def renew_pin(self) -> None:
        """The server's pin is another one: the client is told where it sees other tools."""
        before = self.pin.tools_legacy
        self.pin = self.core.pin(self.server)
        if self.foreign is None and self.tools_may_change and self.pin.protocol:
            self.foreign = Foreign(self)
        if self.pin.tools_legacy != before:
            self.listening.tools_changed()

    def open(self, id_: wire.RequestId, request: Open) -> None:
        """A request without an answer yet."""
        self._open[id_] = request

    def is_open(self, id_: wire.RequestId) -> bool:
        """Whether a request has no answer yet."""
        return id_ in self._open

    @property
    def capabilities(self) -> dict[str, dict[str, Any]]:
        """What the server declares."""
        return self.pin.capabilities

    @property
    def tools_may_change(self) -> bool:
        """Others' tools change when the user accepts others; ours only with the release."""
        return not self.pin.builtin

    # -- lines --------------------------------------------------------------------------------------------------

    def receive(self, line: bytes) -> None:
        """Take one line from the client, without its newline."""
        if self._version == _BATCHED and line.lstrip()[:1] == b"[":
            self._take_apart(line)
            return
        try:
            message = wire.decode(line)
        except msgspec.ValidationError as error:
            self.send(wire.error_line(None, wire.INVALID_REQUEST, f"Not a JSON-RPC message: {error}"))
            return
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self.send(wire.error_line(None, wire.PARSE_ERROR, f"Not JSON: {error}"))
            return
        except RecursionError:
            self.send(wire.error_line(None, wire.PARSE_ERROR, "The JSON is nested too deeply"))
            return
        id_, method = message.id, message.method
        if method is msgspec.UNSET:
            if id_ is msgspec.UNSET or not (message.result or message.error):
                self.send(wire.error_line(None, wire.INVALID_REQUEST, "Neither a request nor an answer"))
            elif self.foreign is not None:
                self.foreign.upstream.back.client_answered(message, line)
        elif id_ is msgspec.UNSET:
            self._notified(method, message.params, line)
        elif id_ is None:
            self.send(wire.error_line(None, wire.INVALID_REQUEST, "A request's id must not be null"))
        elif id_ in self._open:
            # With the id in it, the client would take this for the answer to the request that is still open.
            words = f"The id {id_} is still in use by another request"
            self.send(wire.error_line(None, wire.INVALID_REQUEST, words))
        else:
            self._request(id_, method, message)

    def _notified(self, method: str, params: msgspec.Raw, line: bytes) -> None:
        if method == "notifications/cancelled":
            self._cancelled(params)
        elif self.foreign is not None:
            self.foreign.notified(method, line)

    def _take_apart(self, line: bytes) -> None:
        """Each request of a batch is answered by itself."""
        try:
            for one in batch(line):
                self.receive(one)
        except RefusalError as refusal:
            self.send(wire.error_line(None, refusal.code, refusal.message))

    def _request(self, id_: wire.RequestId, method: str, message: wire.Message) -> None:
        try:
            if message.jsonrpc != "2.0":
                raise RefusalError(wire.INVALID_REQUEST, 'A request needs "jsonrpc":"2.0"')
            if message.doorkeep:
                raise RefusalError(wire.INVALID_REQUEST, "The member `doorkeep` is Doorkeep's own")
            if method == CALL:
                self._call(id_, message.params)
                return
            meta = _read(eras.decode_params, message.params).meta
            self._check_era(meta, method)
            if self.foreign is not None and self.foreign.serve(id_, method, message.params, meta):
                return
            handler = _METHODS.get(method)
            if handler is None:
                raise RefusalError(wire.METHOD_NOT_FOUND, f"Unknown method: {method[:100]}")
            handler(self, id_, message.params, meta)
        except RefusalError as refusal:
            self.send(wire.error_line(id_, refusal.code, refusal.message, refusal.extra))

    def too_long(self, id_: wire.RequestId | None) -> None:
        """The client sent a line beyond the limit; it was thrown away."""
        known = None if id_ in self._open else id_
        self.send(wire.error_line(known, wire.INVALID_REQUEST, f"A message may have {wire.MAX_LINE} bytes at most"))

    def closed(self) -> None:
        """The client is gone: what it asked for is cancelled."""
        for request in list(self._open.values()):
            request.cancel()
        self._open.clear()
        self.listening.close_all()
        if self.foreign is not None:
            self.foreign.close()
        self.core.leave(self)

    def forget(self, id_: wire.RequestId) -> None:
        """The request has its answer, or wants none."""
        self._open.pop(id_, None)

    def status(self) -> dict[str, Any]:
        """What `doorkeep status` prints of this session."""
        return {
            "id": self.id,
            "server": self.server,
            "client": str(self.client),
            "protocol": self._version or None,
            "pid": self.peer.pid,
            "client_pid": self.peer.ppid,
            "seconds": round(time.time() - self._since),
            "in_flight": self.in_flight,
        }

    # -- eras ---------------------------------------------------------------------------------------------------

    def _take_over(self, initialize: msgspec.Raw) -> None:
        """A handshake made before the gateway came back."""
        try:
            params = eras.decode_initialize(initialize)
        except msgspec.DecodeError:
            return
        self._greet(params)
        if self.peer.kept:
            self.core.loop.later(0.0, self.listening.resume)

    def _greet(self, params: eras.InitializeParams) -> None:
        self.client = params.client_info
        self.client_capabilities = params.capabilities
        self._version = eras.spoken(params.protocol_version)

    def _check_era(self, meta: eras.Meta, method: str) -> None:
        if meta.version is not msgspec.UNSET and method != "initialize":
            found = eras.meta_error(meta)
            if found is not None:
                raise RefusalError(*found)
            if meta.client is not msgspec.UNSET:
                self.client = meta.client
            self._version = self._version or wire.MODERN
        elif method not in ("initialize", "ping") and self._version in ("", wire.MODERN):
            words = f"params._meta lacks {wire.META_VERSION}, and the session was not opened with initialize"
            raise RefusalError(wire.INVALID_PARAMS, words)

    def _cancelled(self, raw: msgspec.Raw) -> None:
        try:
            id_ = _decode_cancelled(raw).request_id
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        request = self._open.get(id_)
        if request is not None:
            request.cancel()

    def refusal(self, request: Request, words: str) -> bytes:
        """The answer to a call that was refused or failed: for the model where it can be, else a JSON-RPC error."""
        if request.method == CALL:
            return wire.result_line(request.id, wire.tool_error(words, request.modern))
        return wire.error_line(request.id, wire.INVALID_PARAMS, words)

    # -- methods ------------------------------------------------------------------------------------------------

    def _call(self, id_: wire.RequestId, raw: msgspec.Raw) -> None:
        params: eras.CallParams = _read(eras.decode_call, raw)
        meta = params.meta
        self._check_era(meta, CALL)
        tool = self.pin.tools.get(params.name)
        if tool is None:
            names = ", ".join(self.pin.tools) or "none"
            raise RefusalError(wire.INVALID_PARAMS, f"Unknown tool: {params.name[:100]}. There are: {names}")
        modern = meta.version is not msgspec.UNSET
        request = Request(id_, modern, tool, params.arguments or {}, meta, self.client, params=raw)
        if params.request_state is not msgspec.UNSET:
            request.state = params.request_state
            request.responses = {} if params.input_responses is msgspec.UNSET else params.input_responses
        self._start(request)

    def _read_resource(self, id_: wire.RequestId, raw: msgspec.Raw, meta: eras.Meta) -> None:
        if "resources" not in self.pin.capabilities:
            raise RefusalError(wire.METHOD_NOT_FOUND, "This server offers no resources")
        uri = _read(_decode_uri, raw).uri
        tool = READ_TOOL if self.pin.builtin else FOREIGN_READ_TOOL
        self._start(
            Request(id_, meta.version is not msgspec.UNSET, tool, {"uri": uri}, meta, self.client, READ, params=raw)
        )

    def _start(self, request: Request) -> None:
        call = Call(self, request)
        if self.foreign is not None:
            self.foreign.call(call)
        else:
            self._open[request.id] = call
            call.start()

    def _initialize(self, id_: wire.RequestId, raw: msgspec.Raw, meta: eras.Meta) -> None:
        del meta
        self._greet(_read(eras.decode_initialize, raw))
        self.send(wire.result_line(id_, self.pin.initialize(self._version)))

    def _discover(self, id_: wire.RequestId, raw: msgspec.Raw, meta: eras.Meta) -> None:
        del raw
        if meta.version is msgspec.UNSET:
            raise RefusalError(
                wire.METHOD_NOT_FOUND, "server/discover is of 2026-07-28; this session was opened by initialize"
            )
        self.send(wire.result_line(id_, wire.encode(self.pin.discover())))

    def _empty(self, id_: wire.RequestId, raw: msgspec.Raw, meta: eras.Meta) -> None:
        del raw
        self.send(wire.result_line(id_, b"{}" if meta.version is msgspec.UNSET else b'{"resultType":"complete"}'))

    def _list_tools(self, id_: wire.RequestId, raw: msgspec.Raw, meta: eras.Meta) -> None:
        if _read(_decode_page, raw).cursor is not msgspec.UNSET:
            raise RefusalError(wire.INVALID_PARAMS, "Unknown cursor: the list of tools has one page")
        if self.pin.behind:
            self.core.settings_now()
        legacy = meta.version is msgspec.UNSET
        self.send(wire.result_line(id_, self.pin.tools_legacy if legacy else self.pin.tools_modern))

    def answer_late(self, id_: wire.RequestId, line: bytes) -> None:
        """The answer to a request that waited, unless the client took it back."""
        if self._open.pop(id_, None) is not None:
            self.send(line)

    def forward(self, id_: wire.RequestId, raw: msgspec.Raw, meta: eras.Meta, method: str) -> None:
        """Pass a request on, or answer for a server that offers no such thing."""
        modern = meta.version is not msgspec.UNSET
        if forwarding.CAPABILITY[method] in self.pin.capabilities:
            request = Forward(self, id_, method, modern)
            self._open[id_] = request
            request.start(raw, self.client)
            if not modern:
                self.listening.asked_for_list(method)
        elif method in forwarding.EMPTY:
            self.send(wire.result_line(id_, forwarding.empty(method, modern)))
        else:
            raise RefusalError(wire.METHOD_NOT_FOUND, f"This server offers no {forwarding.CAPABILITY[method]}")


def _nowhere() -> None:
    """Nobody said where lines for the client wait."""


class _Cancelled(msgspec.Struct, rename="camel"):
    request_id: wire.RequestId


class _Uri(msgspec.Struct):
    uri: str


class _Page(msgspec.Struct):
    cursor: str | msgspec.UnsetType = msgspec.UNSET


_decode_cancelled = msgspec.json.Decoder(_Cancelled).decode
_decode_uri = msgspec.json.Decoder(_Uri).decode
_decode_page = msgspec.json.Decoder(_Page).decode


def _forwarding(method: str) -> Method:
    return lambda session, id_, raw, meta: session.forward(id_, raw, meta, method)


_METHODS: dict[str, Method] = {
    "initialize": Session._initialize,  # pyright: ignore[reportPrivateUsage]
    "server/discover": Session._discover,  # pyright: ignore[reportPrivateUsage]
    "ping": Session._empty,  # pyright: ignore[reportPrivateUsage]
    "logging/setLevel": Session._empty,  # pyright: ignore[reportPrivateUsage]
    "tools/list": Session._list_tools,  # pyright: ignore[reportPrivateUsage]
    "resources/read": Session._read_resource,  # pyright: ignore[reportPrivateUsage]
    "resources/subscribe": lambda session, id_, raw, meta: session.listening.subscribe(id_, raw, meta),
    "resources/unsubscribe": lambda session, id_, raw, meta: session.listening.unsubscribe(id_, raw, meta),
    "subscriptions/listen": lambda session, id_, raw, meta: session.listening.listen(id_, raw, meta),
    **{method: _forwarding(method) for method in forwarding.CAPABILITY},
}

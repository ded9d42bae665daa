"""One session's own process of a command server: started at first use, greeted, checked against the pin, then spoken to.

Requests keep the ids that the client gave them. Nothing is sent before the server's tools were compared with the accepted
ones, and nothing that is no protocol reaches the client: it goes to the server's log.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from app.gateway.backchannel import Backchannel
from app.gateway.greeting import Greeted, Greeting
from app.gateway.links import Awaiting, Child
from app.gateway.owing import Owed
from app.gateway.tasks import Tasks
from app.gateway.telling import told
from app.gateway.translation import Members, fitted, legacy_params, meta_of, modern_params, opened, token_of
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.calls import Call
    from app.gateway.errands import Errand
    from app.gateway.foreign import Foreign
    from app.gateway.session import Session

TASK_HEAD = 4096
"""Bytes of a result in which a task that it begins is named."""
MOST_WAITING = 1024
"""Requests of one session that a server may owe an answer."""

_NULL = msgspec.Raw(b"null")
_decode_batch = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Upstream:
    """Also what an errand and a stream of notifications need of a link."""

    def __init__(self, desk: Foreign, session: Session) -> None:
        self._desk = desk
        self.session = session
        self.core = session.core
        self.protocol = session.pin.protocol or wire.LEGACY[0]
        self.subscribed: set[str] = set()
        """Resources that a legacy server was asked to tell about, on a modern client's behalf."""
        self.on_notice: Callable[[wire.Message], None] = _unheard
        self.on_lost: Callable[[], None] = _nothing
        """Told once, when the process is gone."""
        self.back = Backchannel(self)
        self.tasks = Tasks(self)
        self.owed: dict[wire.RequestId, Owed] = {}
        self.log_level = ""
        self._again: dict[str, wire.RequestId] = {}
        self._child: Child | None = None
        self._greeting: Greeting | None = None
        self._ready = False
        self._changed_again = self._has_tasks = False
        self._queue: list[tuple[wire.RequestId, Owed | bytes]] = []
        self._capabilities: Members = {}
        self._count = 0

    @property
    def modern(self) -> bool:
        """The server speaks 2026-07-28."""
        return self.protocol == wire.MODERN

    @property
    def alive(self) -> bool:
        """Its process runs, or is about to."""
        return self._child is not None

    # -- to the server

    def next_id(self) -> str:
        """An id for a request of our own, which no client uses."""
        self._count += 1
        return f"doorkeep-{self.session.id}-{self._count}"

    def errand(self, errand: Errand, call: Call, kind: str, order: bytes, arguments: bytes) -> wire.RequestId:
        """Send a call, with all that its client put into it but what was for the door."""
        del kind, order  # a stranger's server has no business with our words
        request = call.request
        params = opened(request.params)
        if "arguments" in params:
            params["arguments"] = msgspec.Raw(arguments)  # in the form in which they were judged
        if call.answered_the_door:
            params.pop("inputResponses", None)
            params.pop("requestState", None)
        self.ask(request.id, request.method, params, errand, modern=request.modern, call=call)
        return request.id

    def request(
        self,
        number: wire.RequestId,
        method: str,
        params: bytes,
        awaiting: Awaiting,
        *,
        lasting: bool = False,
    ) -> None:
        """A request of our own, in the server's era."""
        owed = Owed(awaiting, method, opened(params), self.modern, lasting=lasting)
        self._put(number, owed)

    def ask(
        self,
        id_: wire.RequestId,
        method: str,
        params: Members,
        awaiting: Awaiting,
        *,
        modern: bool,
        call: Call | None = None,
        lasting: bool = False,
    ) -> None:
        """A client's request, in the client's era. Raises DoorkeepError where the server cannot be started."""
        self.start(params)
        self._put(id_, Owed(awaiting, method, params, modern, call, token_of(params), lasting))

    def notify(self, method: str, params: bytes) -> None:
        """A notification, where a process runs that could care."""
        if self._child is not None:
            self._queue_or_send(wire.notification_line(method, params))

    def client_line(self, line: bytes) -> None:
        """A line of the client's, as it is, where a process runs that could care."""
        if self._child is not None:
            self._queue_or_send(line + b"\n")

    def forget(self, number: wire.RequestId) -> None:
        """Nobody waits for this answer any more."""
        owed = self.owed.pop(number, None)
        if owed is not None:
            self.tasks.dropped(number)
            self._again.pop(owed.again, None)
            owed.count(self._child, -1)

    def cancel(self, number: wire.RequestId) -> None:
        """The client takes a request back."""
        owed = self.owed.get(number)
        if owed is not None:
            self.forget(number)
            self.notify("notifications/cancelled", wire.encode({"requestId": owed.again or number}))

    def send_again(self, id_: wire.RequestId, owed: Owed, method: str = "", params: bytes = b"") -> None:
        """A request once more, with answers to what the server wanted to know, or another one in its place, whose answer is
        the answer to both; under an id that the server has not seen."""
        self._again.pop(owed.again, None)
        owed.again = self.next_id()
        self._again[owed.again] = id_
        if method:
            self._send(wire.request_line(owed.again, method, params))
        else:
            self._send_request(owed.again, owed)

    def client_can(self, capability: str) -> bool:
        """Whether the client declared a capability."""
        return capability in self._capabilities

    def close(self, words: str = "The client is gone.") -> None:
        """The session needs no process any more."""
        self.back.close()
        self._lose(words)
        self.core.servers.end(self.session.server, self.session.id, words)

    # -- its life

    def start(self, params: Members | None = None) -> None:
        """Have a process. `params` of the first request tell what a modern client can do. Raises DoorkeepError."""
        child = self.core.servers.get(self.session.server, self.session.id)
        if child is self._child:
            return
        self._lose("The server was started afresh.")
        self._child = child
        self._ready = False
        self.subscribed = set()
        self._capabilities = self._client_capabilities(params or {})
        child.on_message(lambda line: self._heard(child, line))
        child.on_exit(lambda words: self._gone(child, words))
        version = self.session.version
        self._greeting = Greeting(
            lambda line: self.core.send_child(child, line),
            self.core.loop.later,
            lambda found: self._greeted(child, found),
            client=self.session.client,
            capabilities=self._capabilities,
            asked_version=version if version in wire.LEGACY else wire.LEGACY[0],
            protocol=self.session.pin.protocol,
        )

    def _client_capabilities(self, params: Members) -> Members:
        if self.session.legacy:
            return self.session.client_capabilities
        try:
            meta = opened(wire.encode(params.get("_meta", {})))
            return opened(wire.encode(meta.get(wire.META_CAPABILITIES, {})))
        except msgspec.DecodeError:
            return {}

    def _greeted(self, child: Child, found: Greeted | str) -> None:
        if child is not self._child:
            return
        self._greeting = None
        if isinstance(found, str):
            self._lose(f"The server {self.session.server} could not be used. {found}")
            self.core.servers.end(self.session.server, self.session.id, found)
            return
        self.protocol = found.protocol
        self.tasks.learn(found)
        self.core.found_tools(self.session.server, found)
        self._ready = True
        if self.log_level and not self.modern:
            self.set_log_level(self.log_level)
        queue, self._queue = self._queue, []
        for id_, waiting in queue:
            if isinstance(waiting, bytes):
                self._send(waiting)
            elif id_ in self.owed:
                self._send_request(id_, waiting)
        if self._changed_again:
            self.check_tools()

    def check_tools(self) -> None:
        """The server says that its tools are others now: look, before anybody may call one of them."""
        if self._child is None or self._greeting is not None:
            self._changed_again = True  # the list under way may be older than that
            return
        self._changed_again = False
        child = self._child
        self._greeting = Greeting(
            lambda line: self.core.send_child(child, line),
            self.core.loop.later,
            lambda found: self._looked(child, found),
            client=self.session.client,
            capabilities=self._capabilities,
            protocol=self.protocol,
            only_tools=True,
        )

    def _looked(self, child: Child, found: Greeted | str) -> None:
        self._greeting = None
        if child is self._child and isinstance(found, Greeted):
            self.core.found_tools(self.session.server, found, tools_only=True)
        if self._changed_again:
            self.check_tools()

    def _gone(self, child: Child, words: str) -> None:
        if child is self._child:
            self._lose(words)

    def _lose(self, words: str) -> None:
        """There is no process any more: whoever waits is told in `words`."""
        self._child = None
        self._ready = self._changed_again = self._has_tasks = False
        if self._greeting is not None:
            self._greeting.end()
            self._greeting = None
        self._queue.clear()
        owed, self.owed = self.owed, {}
        self._again.clear()
        self.back.server_gone()
        self.tasks.server_gone()
        for one in owed.values():
            one.awaiting.gone(words)
        on_lost, self.on_lost = self.on_lost, _nothing
        on_lost()

    # -- lines out

    def _put(self, id_: wire.RequestId, owed: Owed) -> None:
        if len(self.owed) >= MOST_WAITING:
            owed.awaiting.gone(f"More than {MOST_WAITING} requests wait for the server {self.session.server}.")
            return
        self.owed[id_] = owed
        owed.count(self._child, 1)
        if self._ready:
            self._send_request(id_, owed)
        else:
            self._queue.append((id_, owed))

    def _send_request(self, id_: wire.RequestId, owed: Owed) -> None:
        hidden = owed.method == "tools/call" and self._desk.hidden_tool(owed.params.get("name"))
        if hidden:
            self.forget(id_)
            owed.awaiting.gone(hidden)
            return
        params = owed.params
        if owed.modern and not self.modern:
            self._follow_log_level(params)
            params = self.tasks.augmented(legacy_params(params), owed.method)
        elif self.modern and not owed.modern:
            params = self.in_modern_words(params)
        self._send(wire.request_line(id_, owed.method, wire.encode(params) if params else b""), owed.call)

    def in_modern_words(self, params: Members) -> Members:
        """Parameters of a legacy client's, or of ours on its behalf, for a modern server."""
        able = self.tasks.offered(self._capabilities)
        return modern_params(params, self.session.client, able, self.log_level)

    def set_log_level(self, level: str) -> None:
        """How much the client wants to hear of the server's log."""
        self.log_level = level
        if self._ready and not self.modern and "logging" in self.session.capabilities:
            params = wire.encode({"level": level})
            self._send(wire.request_line(self.next_id(), "logging/setLevel", params))

    def _follow_log_level(self, params: Members) -> None:
        """A modern client says with each request how much it wants to hear (schema 2026-07-28, `RequestMetaObject`)."""
        if "logging" in self.session.capabilities:
            level = meta_of(params).get("io.modelcontextprotocol/logLevel")
            if isinstance(level, str) and level != self.log_level:
                self.set_log_level(level)

    def _queue_or_send(self, line: bytes) -> None:
        if self._ready:
            self._send(line)
        else:
            self._queue.append(("", line))

    def _send(self, line: bytes, call: Call | None = None) -> None:
        if self._child is not None:
            self.core.send_child(self._child, line, call)

    def answer_server(self, line: bytes) -> None:
        """An answer to a request of the server's."""
        self._send(line)

    def hold(self, more: int) -> None:
        """The process is needed for something beside requests, or no more."""
        if self._child is not None:
            self._child.held += more

    # -- lines in

    def _heard(self, child: Child, line: bytes) -> None:
        if child is not self._child:
            return
        try:
            if line.lstrip()[:1] == b"[":
                for one in _decode_batch(line):
                    self._take(child, bytes(one))
            else:
                self._take(child, line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            child.stray(line)
        self._desk.hold_back(child)

    def _take(self, child: Child, line: bytes) -> None:
        message = wire.decode(line)
        if message.error == _NULL:
            message.error = wire.NO_RAW  # some write both members, one of them null
        if message.method is msgspec.UNSET:
            if message.id is msgspec.UNSET or message.id is None or not (message.result or message.error):
                child.stray(line)
            elif self._greeting is None or not self._greeting.answered(message):
                self._answered(message.id, message)
        elif message.id is not msgspec.UNSET and message.id is not None:
            self.back.asked(message.id, str(message.method), message, line)
        else:
            told(self, message, line)

    def _answered(self, id_: wire.RequestId, message: wire.Message) -> None:
        id_ = self._again.get(id_, id_) if isinstance(id_, str) else id_
        owed = self.owed.get(id_)
        if owed is None:
            return
        if self.modern != owed.modern and message.result:
            if self.modern and self.back.relay(id_, owed, message):
                return
            if self.tasks.began(id_, owed, message):
                return
        self.tasks.ended(id_)
        self.forget(id_)
        if not self._has_tasks and b'"taskId"' in bytes(message.result)[:TASK_HEAD]:
            self._has_tasks = True  # who knows when its client will ask what became of it
            self.hold(1)
        owed.awaiting.answered(message)

    def result(self, message: wire.Message, method: str, modern: bool) -> bytes:
        """A result as the client's era has it. Raises `msgspec.DecodeError` for what is none."""
        return fitted(bytes(message.result), method, from_modern=self.modern, to_modern=modern)


def _nothing() -> None:
    """Nobody wants to know."""


def _unheard(_message: wire.Message) -> None:
    """Nobody subscribed to anything."""

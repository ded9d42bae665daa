"""The pipe to one running server: our own request ids out, answers and progress back to whoever waits.

Nothing that a server says reaches a client from here; a call takes it apart first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import msgspec

from app.gateway import eras
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.calls import Call
    from app.gateway.errands import Errand


class Child(Protocol):
    """A running server process, as the supervisor gives it."""

    server: str
    in_flight: int
    """Requests without an answer yet; kept by the link, read by the supervisor (idle stop, leaving)."""
    held: int
    channel: Any
    """What its lines come by; None while it does not run."""
    """What else the server is needed for, such as subscriptions: it does not stop for idleness, nor is it waited for."""

    def send(self, line: bytes, /) -> None: ...

    def on_message(self, callback: Callable[[bytes], None], /) -> None: ...

    def on_exit(self, callback: Callable[[str], None], /) -> None: ...

    def stray(self, line: bytes, /) -> None: ...


class Awaiting(Protocol):
    """Whoever sent a request to a server."""

    def answered(self, message: wire.Message) -> None:
        """The one answer: `message.result` or `message.error` is set."""
        ...

    def progressed(self, progress: Progress) -> None:
        """A progress notification for the request."""
        ...

    def gone(self, words: str) -> None:
        """The server ended first."""
        ...

    def interrupted(self, result: bytes) -> None:
        """The server, one of others, has a question first; `result` says which, and the client's next try brings the answer."""
        ...


class Progress(msgspec.Struct, rename="camel"):
    """Parameters of `notifications/progress`; every revision has them (schema `ProgressNotificationParams`)."""

    progress_token: int | str
    progress: float
    total: float | msgspec.UnsetType = msgspec.UNSET
    message: str | msgspec.UnsetType = msgspec.UNSET


Send = Callable[[Child, bytes, "Call | None"], None]
_progress = msgspec.json.Decoder(Progress).decode


class Link:
    """To a built-in server, shared by all sessions. Ids are numbered anew for each child, so that no client can name another's request."""

    modern = True
    """Servers of ours speak 2026-07-28."""
    subscribed: ClassVar[set[str]] = set()

    __slots__ = ("_lasting", "_next", "_send", "_waiting", "alive", "child", "on_notice")

    def __init__(self, child: Child, send: Send) -> None:
        self.child = child
        self.alive = True
        self._send = send
        self._next = 0
        self._waiting: dict[wire.RequestId, Awaiting] = {}
        self._lasting: set[wire.RequestId] = set()
        self.on_notice: Callable[[wire.Message], None] = _unheard
        """Who hears notifications other than progress."""

    def next_id(self) -> int:
        """A fresh request id, which is the request's progress token too."""
        self._next += 1
        return self._next

    def request(
        self,
        number: wire.RequestId,
        method: str,
        params: bytes,
        awaiting: Awaiting,
        order: bytes = b"",
        call: Call | None = None,
        *,
        lasting: bool = False,
    ) -> None:
        """Send a request; `number` comes from `next_id`. `lasting`: it stays open for as long as it is wanted."""
        self._waiting[number] = awaiting
        if lasting:
            self._lasting.add(number)
        self._count(number, 1)
        self._send(self.child, wire.request_line(number, method, params, order), call)

    def errand(self, errand: Errand, call: Call, kind: str, order: bytes, arguments: bytes) -> int:
        """Send a call (`kind` `call`), or ask for its plan (`plan`); gives the request's number."""
        self._next += 1
        number = self._next
        request = call.request
        wants_progress = kind == "call" and request.meta.token is not msgspec.UNSET
        meta = eras.child_meta(request.client, number if wants_progress else 0)
        if request.method == "tools/call":
            params = b'{"name":%b,"arguments":%b,"_meta":%b}' % (wire.encode(request.tool.name), arguments, meta)
        else:
            params = b'%b,"_meta":%b}' % (arguments[:-1], meta)
        self.request(number, "doorkeep/plan" if kind == "plan" else request.method, params, errand, order, call)
        return number

    def hold(self, more: int) -> None:
        """The process is needed for something beside requests, or no more."""
        self.child.held += more

    def notify(self, method: str, params: bytes) -> None:
        """Send a notification."""
        self._send(self.child, wire.notification_line(method, params), None)

    def cancel(self, number: wire.RequestId) -> None:
        """Tell the server that a request is taken back; its answer is still heard."""
        self.notify("notifications/cancelled", b'{"requestId":%b}' % wire.encode(number))

    def forget(self, number: wire.RequestId) -> None:
        """Nobody waits for this answer any more."""
        if self._waiting.pop(number, None) is not None:
            self._count(number, -1)

    def receive(self, line: bytes) -> None:
        """Take a line that the server wrote. What is no answer to a request of ours is dropped."""
        try:
            message = wire.decode(line)
        except msgspec.DecodeError:
            return
        if message.method is msgspec.UNSET:
            if isinstance(message.id, int):
                self._answered(message.id, message)
        elif message.id is not msgspec.UNSET:
            refusal = wire.error_line(message.id, wire.METHOD_NOT_FOUND, f"{message.method}: no client answers this.")
            self._send(self.child, refusal, None)
        elif message.method == "notifications/progress":
            self._progressed(message.params)
        else:
            self.on_notice(message)

    def too_long(self, number: wire.RequestId | None) -> None:
        """The server wrote a line beyond the limit; `number` is its id where that could be told."""
        if isinstance(number, int):
            error = b'{"code":%d,"message":"The answer is longer than a line may be."}' % wire.INTERNAL_ERROR
            self._answered(number, wire.Message(id=number, error=msgspec.Raw(error)))

    def gone(self, words: str) -> None:
        """The server ended."""
        self.alive = False
        waiting, self._waiting = self._waiting, {}
        for number in waiting:
            self._count(number, -1)
        for awaiting in waiting.values():
            awaiting.gone(words)

    def _count(self, number: wire.RequestId, more: int) -> None:
        if number in self._lasting:
            self.child.held += more
            if more < 0:
                self._lasting.discard(number)
        else:
            self.child.in_flight += more

    def _answered(self, number: int, message: wire.Message) -> None:
        awaiting = self._waiting.pop(number, None)
        if awaiting is not None:
            self._count(number, -1)
            awaiting.answered(message)

    def _progressed(self, params: msgspec.Raw) -> None:
        try:
            progress = _progress(params)
        except msgspec.DecodeError:
            return
        awaiting = self._waiting.get(progress.progress_token) if isinstance(progress.progress_token, int) else None
        if awaiting is not None:
            awaiting.progressed(progress)


def _unheard(_message: wire.Message) -> None:
    """Nobody subscribed to anything."""

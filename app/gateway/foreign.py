"""What a session does with what its client says to a server of others, beside calls: from the pin, by the door, or passed on.

Whatever both sides' eras have in common goes through untouched, unknown methods too; what cannot be said in the server's era is
refused in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from app.gateway import eras, forwarding
from app.gateway.backchannel import STATE
from app.gateway.passage import Passage
from app.gateway.reading import RefusalError, read
from app.gateway.resuming import Resuming
from app.gateway.streams import Filter
from app.gateway.translation import CARRIERS, asks_for_input, opened, read_input_required, token_of
from app.gateway.upstream import Upstream
from app.gateway.watching import Watching
from servers.runtime import wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.gateway.approvals import Key
    from app.gateway.backchannel import Parked
    from app.gateway.calls import Call
    from app.gateway.links import Child
    from app.gateway.session import Session

_LISTEN = "subscriptions/listen"
_UNTIL_IT_IS_OVER = (_LISTEN, "tasks/result")
"""Answered when a stream or a task ends, which no clock knows."""
_OLDER_SUBSCRIPTIONS = ("resources/subscribe", "resources/unsubscribe")
MOST_ALLOWED = 256
_LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")
"""Schema `LoggingLevel` of every revision."""
_BOTH_ERAS = (*CARRIERS, *forwarding.CAPABILITY)
_BY_THE_DOOR = ("initialize", "server/discover", "tools/list", "ping", "resources/read")
"""Answered from the pin or by the door itself, or decided on as calls are."""


class _Level(msgspec.Struct):
    level: str


class _Listen(msgspec.Struct):
    notifications: Filter = Filter()


class _Retry(msgspec.Struct, rename="camel"):
    request_state: str = ""
    input_responses: dict[str, Any] = {}


class _Uri(msgspec.Struct):
    uri: str


_decode_uri = msgspec.json.Decoder(_Uri).decode
_decode_level = msgspec.json.Decoder(_Level).decode
_decode_listen = msgspec.json.Decoder(_Listen).decode
_decode_retry = msgspec.json.Decoder(_Retry).decode


class Foreign:
    """Of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.upstream = Upstream(self, session)
        self.resuming = Resuming(session, self.upstream)
        self._watching: Watching | None = None
        self._allowed: dict[str, Key] = {}
        """By the state that a modern server gave with its question: the call that the user had said yes to."""

    @property
    def watching(self) -> Watching:
        """What the session listens to by its own means, since the server speaks another era."""
        if self._watching is None:
            self._watching = Watching(self.session.core, self.session.server, self._started, judged=False)
        return self._watching

    def _started(self) -> Upstream:
        self.upstream.start()
        return self.upstream

    def hold_back(self, child: Child) -> None:
        """Read no more from the server than the client takes."""
        outlet = self.session.outlet()
        if outlet is not None and child.channel is not None:
            child.channel.wait_behind(outlet)

    def hidden_tool(self, name: object) -> str:
        """Why a tool that the user accepted must not be called now; empty where it may."""
        known = msgspec.json.decode(name) if isinstance(name, msgspec.Raw) else name
        if known in self.session.pin.tools:
            return ""
        return (
            f"Nothing was done: what {known} says of itself has changed since the user accepted it. "
            f"Ask the user to look at it: `doorkeep servers review {self.session.server}`."
        )

    def notified(self, method: str, line: bytes) -> None:
        """A notification of the client's that is for the server."""
        theirs = method != "notifications/initialized" and not method.startswith("doorkeep/")
        if theirs and self.upstream.modern != self.session.legacy:
            self.upstream.client_line(line)

    def serve(self, id_: wire.RequestId, method: str, raw: msgspec.Raw, meta: eras.Meta) -> bool:
        """Take a request that is no call. False: the session's own ways are right. Raises RefusalError."""
        modern = meta.version is not msgspec.UNSET
        upstream = self.upstream
        if method in _BY_THE_DOOR or method.startswith("doorkeep/") or self._lacks(method):
            return False
        if method == "logging/setLevel" and not modern:
            level = read(_decode_level, raw).level
            if level not in _LEVELS:
                raise RefusalError(wire.INVALID_PARAMS, f"There is no log level {level[:100]}: {', '.join(_LEVELS)}")
            upstream.set_log_level(level)
            self.session.listening.remember()
            return False
        if method == _LISTEN or method in _OLDER_SUBSCRIPTIONS:
            if modern != upstream.modern or (method == _LISTEN) != modern:
                return False  # the session listens by its own means, and the server is asked in its own way
        elif modern != upstream.modern and method not in _BOTH_ERAS:
            era = wire.MODERN if upstream.modern else "the older revisions"
            words = f"The server {self.session.server} speaks {era}, in which {method[:100]} cannot be said"
            raise RefusalError(wire.METHOD_NOT_FOUND, words)
        if method == _LISTEN:
            self.session.listening.note(id_, read(_decode_listen, raw).notifications)
        elif not modern and upstream.modern:
            self.session.listening.asked_for_list(method)
        lasting, then = method in _UNTIL_IT_IS_OVER, self._agreed(method, raw)
        passage = Passage(self.session, upstream, id_, method, modern, lasting, then)
        going_on = self.going_on(raw, method)
        self.session.open(id_, passage)
        if going_on is not None and isinstance(going_on[0].owed.awaiting, Passage):
            passage.take_over(going_on[0].owed.awaiting)
            upstream.back.give(*going_on)
        else:
            passage.start(opened(raw))
        return True

    def _agreed(self, method: str, raw: msgspec.Raw) -> Callable[[], None] | None:
        """What to note once a legacy server has agreed to a legacy client's subscription, or to its end. Raises RefusalError."""
        if method not in _OLDER_SUBSCRIPTIONS:
            return None
        uri: str = read(_decode_uri, raw).uri
        note = self.resuming.subscribed if method == _OLDER_SUBSCRIPTIONS[0] else self.resuming.unsubscribed

        def agreed() -> None:
            note(uri)
            self.session.listening.remember()

        return agreed

    def call(self, call: Call) -> None:
        """Begin a call, or go on with one that the server had a question about. Raises RefusalError."""
        going_on = self.going_on(call.request.params, call.request.method)
        self.session.open(call.request.id, call)
        if going_on is not None and going_on[0].owed.call is not None:
            call.take_over(going_on[0].owed.call)
            going_on[0].owed.call = call
            self.upstream.back.give(*going_on)
        else:
            call.start()

    def going_on(self, raw: msgspec.Raw, method: str) -> tuple[Parked, dict[str, Any]] | None:
        """The request that a modern client's next try goes on with, and its answers; None where it is no such try.

        Raises RefusalError where it was one once.
        """
        if b'"requestState"' not in bytes(raw):
            return None
        retry: _Retry = read(_decode_retry, raw)
        if not retry.request_state.startswith(STATE):
            return None
        parked = self.upstream.back.resume(retry.request_state, method)
        if parked is None:
            words = "This request is over: the server waits for its answer no more. Make it anew"
            raise RefusalError(wire.INVALID_PARAMS, words)
        parked.owed.shown_token = token_of(opened(raw))
        return parked, retry.input_responses

    def asked_by(self, result: bytes, key: Key) -> None:
        """A call that the user said yes to was answered with a question: its next try needs no other yes."""
        try:
            if asks_for_input(result):
                state = read_input_required(result).request_state
                if isinstance(state, str):
                    self._allowed[state] = key
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        while len(self._allowed) > MOST_ALLOWED:
            del self._allowed[next(iter(self._allowed))]

    def goes_on(self, call: Call) -> bool:
        """Whether this is the next try of a call that the user said yes to; that is true once."""
        state = call.request.state
        return bool(state) and self._allowed.get(state) == call.key and bool(self._allowed.pop(state))

    def close(self) -> None:
        """The client is gone."""
        self.resuming.close()
        self.upstream.close()

    def _lacks(self, method: str) -> bool:
        """Whether a method is of a feature that the server does not declare: clients ask all the same."""
        capability = forwarding.CAPABILITY.get(method)
        return capability is not None and capability not in self.session.capabilities

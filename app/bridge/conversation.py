"""One client's session as bytes in and bytes out: what waits for an answer, and what becomes of it when the gateway goes.

No input or output happens here; a pump moves the bytes. A call is never sent twice, and no request stays without an answer.
"""

from __future__ import annotations

from app.bridge.framing import (
    HELD,
    HOLD,
    KEEP,
    LAYOUT,
    META_VERSION,
    WORD,
    LineBuffer,
    Overlong,
    Request,
    answered,
    hello,
    open_ends,
    open_request,
    without_words,
)
from app.bridge.jsontext import parse
from app.bridge.offline import (
    INVALID_REQUEST,
    LOST,
    LOST_STOPPED,
    NO_JSON,
    PARSE_ERROR,
    TOO_LONG,
    TOOLS_CHANGED,
    UNANSWERED,
    UNREACHABLE,
    Offline,
    error_line,
    failure,
)
from app.bridge.releases import is_older
from app.bridge.seeking import Seeking
from app.version import VERSION

TYPE_CHECKING = False  # `typing` itself costs 7 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

HIGH_WATER = 1024 * 1024
"""Bytes waiting in one direction above which the other end is not read: memory stays bounded by this plus one line."""
MAX_REPLAYS = 2


class Conversation:
    """Pumps append nothing themselves: they take from `to_client` and `to_door`.

    Until the gateway has greeted, it gets nothing but the hello: what a dying one took with its hello could have run unseen.
    """

    def __init__(self, home: str, server: str, ppid: int) -> None:
        self.to_client = bytearray()
        self.to_door = bytearray()
        self.open = False  # a connection stands; the gateway may not have greeted yet
        self.ended = False  # the client closed its side
        self.hands = False  # the gateway that greeted takes over streams
        self.older = False  # ... and is of an earlier release than this bridge
        self.on_word: Callable[[bytes], None] | None = (
            None  # hears what the gateway says about the streams it was handed
        )
        self.seeking = Seeking(home)
        self.waiting: dict[Any, Request] = {}
        self._server = server
        self._ppid = ppid
        self._offline = Offline(home, server)
        self._from_client = LineBuffer()
        self._from_door = LineBuffer()
        self._initialize: Any = None  # parameters of the latest handshake
        self._handshaken = False  # ... and whether it was answered
        self._greeted = False
        self._refusal = ""
        self._held = bytearray()  # whole lines for the gateway, until one has greeted
        self._cut = False  # `to_door` begins in the middle of a line
        self._holding = False  # the gateway is about to leave
        self._later: set[Any] = set()  # requests that go to the next one
        self._kept = b""  # what a gateway gave us for the next one

    # --- the client's side

    @property
    def backlog(self) -> int:
        """Bytes that wait for the gateway."""
        return len(self.to_door) + len(self._held)

    @property
    def refused(self) -> bool:
        """The gateway answered and would not have us: the pump closes the connection."""
        return bool(self._refusal)

    @property
    def quiet(self) -> bool:
        """Nobody waits and nothing is under way in either direction, with a gateway that takes over streams."""
        return (
            self.hands
            and not (self.waiting or self._holding)
            and not (self.to_client or self.to_door or self._held)
            and self._from_client.empty
            and self._from_door.empty
            and not self.ended
        )

    def take_back(self, handshake: bytes, answered: bool, in_flight: list[bytes]) -> None:
        """What a gateway that had our streams still owed: the latest handshake, if there was one, and requests without an answer."""
        opening = open_request(handshake) if handshake else None
        if opening is not None:
            self._initialize, self._handshaken = opening.get("params"), answered
        for line in in_flight:
            message = open_request(line)
            if message is not None and "id" in message:
                request = _request_of(message, line + b"\n")
                self.waiting[_key(request.id)] = request

    def client_sent(self, chunk: bytes) -> None:
        """Bytes from the client."""
        for line in self._from_client.feed(chunk):
            if isinstance(line, Overlong):
                self._refuse_overlong(line)
            else:
                self._take(line)

    def client_ended(self) -> None:
        """The client closed its side: what is in flight may still be answered, nothing new comes."""
        self.ended = True

    def leave(self) -> None:
        """The bridge leaves: whoever still waits is told."""
        for request in list(self.waiting.values()):
            self._answer(request, failure(request, UNANSWERED))

    def _take(self, line: bytes) -> None:
        message = open_request(line)
        method = message.get("method") if message else None
        if message is None or not isinstance(method, str):
            if message is None and not (self.open or self.seeking.on):
                self.to_client += error_line(None, PARSE_ERROR, NO_JSON)
            self._forward(line)  # no JSON: the gateway says so; or the client's answer to a question of the gateway's
            return
        params = message.get("params")
        params = params if isinstance(params, dict) else {}
        if "id" not in message:
            cancelled = _key(params.get("requestId")) if method == "notifications/cancelled" else None
            self.waiting.pop(cancelled, None)
            self._forward(line, later=cancelled in self._later)
            return
        request = _request_of(message, line)
        if method == "initialize":
            self._initialize, self._handshaken = params, False
        self.waiting[_key(request.id)] = request
        if not self.open:
            self.seeking.begin(launch=True)
        if self._holding:
            self._later.add(_key(request.id))
        self._put(line, later=self._holding)

    def _put(self, line: bytes, later: bool) -> None:
        waiting = self.to_door if self._greeted and not later else self._held
        waiting += line

    def _forward(self, line: bytes, later: bool = False) -> None:
        """A line that expects no answer. Without a gateway, and none being sought, nobody could use it."""
        if self.open or self.seeking.on:
            self._put(line, later)

    def _refuse_overlong(self, line: Overlong) -> None:
        message = open_ends(line.head, line.tail)
        if message is None:
            self.to_client += error_line(None, INVALID_REQUEST, TOO_LONG)
            return
        params: dict[str, Any] = message.get("params") or {}
        version = params.get("_meta", {}).get(META_VERSION, "")
        self.to_client += failure(Request(message["id"], message["method"], version, b""), TOO_LONG)

    # --- the gateway's side

    def door_opened(self) -> None:
        """A connection to the gateway stands: it is told who comes."""
        self.open = True
        self.hands = False
        self._greeted, self._refusal, self._cut, self._holding = False, "", False, False
        self._later = set()
        self._from_door = LineBuffer()
        opening = self._initialize if self._handshaken else None
        self.to_door = bytearray(hello(self._server, self._ppid, opening, self._kept))

    def door_took(self, count: int) -> None:
        """The first `count` bytes of `to_door`, at least one, were sent, or may have been."""
        self._cut = self.to_door[count - 1] != 10
        del self.to_door[:count]

    def door_sent(self, chunk: bytes) -> None:
        """Bytes from the gateway."""
        lines = self._from_door.feed(chunk)
        if not self._greeted and lines:
            self._greet(lines.pop(0))
            if self.refused:
                return
        for line in lines:
            if not isinstance(line, Overlong) and line.startswith(WORD):
                self._told(line)
                continue
            if isinstance(line, Overlong):
                request = self.waiting.get(_key(answered(line.head)))
                if request is not None:
                    self._answer(request, failure(request, TOO_LONG))
                continue
            if self.waiting:
                done = answered(line)
                if done is not None:
                    request = self.waiting.pop(_key(done), None)
                    if request is not None and request.method == "initialize":
                        self._handshaken = True
            self.to_client += line

    def _told(self, word: bytes) -> None:
        """The gateway means us, not the client."""
        if word == HOLD:
            self._hold()
        elif word.startswith(KEEP):
            self._kept = word[len(KEEP) : -2]
        elif self.on_word is not None:
            self.on_word(word)

    def _hold(self) -> None:
        """Keep what the gateway has not begun to read, and all requests to come, for the next one."""
        if self._holding:
            return
        self._holding = True
        rest = self._unsent()
        del self.to_door[len(self.to_door) - len(rest) :]
        self.to_door += HELD
        self._held = bytearray(rest) + self._held
        self._later = _requests_in(rest)
        for request in self.waiting.values():
            request.sent = 0  # a gateway that leaves in good order did not end of what it was sent

    def _greet(self, line: bytes | Overlong) -> None:
        greeting = None if isinstance(line, Overlong) else parse(line)
        if not isinstance(greeting, dict) or greeting.get("doorkeep") != 1:
            self._refusal = UNREACHABLE
            return
        refused = greeting.get("error")
        if isinstance(refused, dict):
            words = [refused.get(part) for part in ("title", "detail", "fix")]
            self._refusal = " ".join(str(word) for word in words if word) or UNREACHABLE
            return
        self._greeted = True
        self.hands = greeting.get("hands") == LAYOUT
        self.older = is_older(greeting.get("version"), VERSION)
        self.to_door += self._held
        self._held = bytearray()
        self.seeking.found()
        if self._offline.made_up and self._handshaken:
            self.to_client += TOOLS_CHANGED
        self._offline.made_up = False

    def door_lost(self) -> None:
        """The connection ended. Calls in flight get their one error; what changes nothing, or never left, waits for the next."""
        self.open = False
        if self._refusal:
            self._give_up(self._refusal)
            return
        self.seeking.interrupted()
        whole = without_words(self._unsent() + bytes(self._held))
        kept = _requests_in(whole)
        again = b""
        words = LOST_STOPPED if self.seeking.stopped() else LOST
        for key, request in list(self.waiting.items()):
            if key in kept:
                continue
            if request.line and request.sent < MAX_REPLAYS:
                request.sent += 1
                again += request.line
            else:
                self._answer(request, failure(request, words))
        self.to_door = bytearray()
        self._held = bytearray(again + whole)
        self._greeted = False
        self.seeking.begin(launch=bool(self.waiting))
        if self.ended and not self.waiting:
            self.seeking.stop()

    def _unsent(self) -> bytes:
        """Whole lines that the lost gateway got no byte of; before its greeting it got the hello alone."""
        if not self._greeted:
            return b""
        rest = bytes(self.to_door)
        return rest[rest.find(b"\n") + 1 :] if self._cut else rest

    def give_up(self) -> None:
        """No gateway was found in time: everything that waits is answered without one."""
        self._give_up(self.seeking.words)

    def _give_up(self, words: str) -> None:
        self.seeking.stop()
        self.to_door, self._held = bytearray(), bytearray()
        self._greeted = False
        for request in list(self.waiting.values()):
            self._answer(request, self._offline.answer(request, words, self._initialize))
            if request.method == "initialize":
                self._handshaken = True

    def _answer(self, request: Request, line: bytes) -> None:
        self.waiting.pop(_key(request.id), None)
        self.to_client += line


def _request_of(message: dict[str, Any], line: bytes) -> Request:
    params = message.get("params")
    meta = params.get("_meta") if isinstance(params, dict) else None
    version = meta.get(META_VERSION) if isinstance(meta, dict) else None
    return Request(message["id"], str(message.get("method")), version if isinstance(version, str) else "", line)


def _requests_in(lines: bytes) -> set[Any]:
    """The ids of the requests among whole lines."""
    messages = map(open_request, lines.split(b"\n"))
    return {_key(found["id"]) for found in messages if found is not None and "id" in found and "method" in found}


def _key(id_: Any) -> Any:
    """An id as a dictionary key: what a client sends may be a list, and 1 is not "1"."""
    return id_ if isinstance(id_, str | int | float) else str(type(id_))

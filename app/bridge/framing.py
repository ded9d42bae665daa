"""Lines: where one ends, what a request asks, which request an answer belongs to, and the first line of a connection.

Pure functions over bytes. Nothing is parsed further than the bridge needs, and no line is ever changed.
"""

from __future__ import annotations

from app.bridge.jsontext import dump, parse
from app.version import VERSION

TYPE_CHECKING = False  # `typing` itself costs 7 ms
if TYPE_CHECKING:
    from typing import Any

MAX_LINE = 64 * 1024 * 1024
"""Bytes, newline included: the longest line that passes. The gateway keeps the same bound."""
LONG_LINE = 256 * 1024
"""Bytes: a longer request is read at its ends only, since a parse would hold it in memory three times."""
EDGE = 4096
MODERN = "2026-07-28"
META_VERSION = "io.modelcontextprotocol/protocolVersion"

LAYOUT = 1
"""Of the ledger (`app.bridge.ledger`): a gateway of another version that reads it otherwise gets no streams."""

HAND = b'{"doorkeep":1,"hand":true}\n'
"""Comes with the descriptors of the client's stream, of the one to it, and of the ledger. After it the bridge reads nothing more."""
TAKEN = b'{"doorkeep":1,"taken":true}\n'
"""The gateway owes nothing; whatever it still had to say came before this line."""
GO = b'{"doorkeep":1,"go":true}\n'
"""All that came before TAKEN was written: from now on only the gateway touches the streams."""
BACK = b'{"doorkeep":1,"back":true}\n'
"""The gateway lets go of both, or would not have them: what it wrote is whole, and the ledger says what it still owes."""

WORDS = 1
"""In a hello: the bridge understands the words below. One that says nothing of them hears none of them."""
WORD = b'{"doorkeep":'
"""How every word between bridge and gateway begins; no line of a client's or a server's is written so by either."""
HOLD = b'{"doorkeep":1,"hold":true}\n'
"""The gateway is about to leave: no new request shall come. What waits in the bridge goes to the next gateway."""
HELD = b'{"doorkeep":1,"held":true}\n'
"""No request follows this line; notifications and answers may."""
KEEP = b'{"doorkeep":1,"keep":'
"""The rest of such a line, but for its last brace, is JSON that the bridge brings to the next gateway in its hello (`kept`)."""

REPLAYABLE = frozenset(
    (
        "initialize",
        "server/discover",
        "ping",
        "tools/list",
        "prompts/list",
        "resources/list",
        "resources/templates/list",
        "logging/setLevel",
        "subscriptions/listen",
    )
)
"""Requests that change nothing, or that stay open, and may be sent again to the next gateway. A call never is: it may have run."""


class Request:
    """A request of the client that waits for its answer. `line` is kept only where it may be sent again."""

    __slots__ = ("id", "line", "method", "sent", "version")

    def __init__(self, id_: Any, method: str, version: str, line: bytes) -> None:
        self.id = id_
        self.method = method
        self.version = version  # of `_meta`; empty in a legacy session
        self.line = line if method in REPLAYABLE and len(line) <= EDGE else b""
        self.sent = 0


class Overlong:
    """Stands for a line of more than `MAX_LINE` bytes that was dropped as it came: its first and last bytes."""

    __slots__ = ("head", "tail")

    def __init__(self, head: bytes, tail: bytes) -> None:
        self.head = head
        self.tail = tail


class LineBuffer:
    """Cuts a stream into whole lines. Holds at most one unfinished line and never more than `limit` bytes of it."""

    __slots__ = ("_head", "_part", "_tail", "limit")

    def __init__(self, limit: int = MAX_LINE) -> None:
        self.limit = limit
        self._part = bytearray()
        self._head: bytes | None = None  # set while the rest of an overlong line is dropped
        self._tail = b""

    @property
    def empty(self) -> bool:
        """No line has begun."""
        return not self._part and self._head is None

    def feed(self, chunk: bytes) -> list[bytes | Overlong]:
        """The lines that `chunk` completes, newline included, in order; blank ones are left out."""
        if (
            self._head is None
            and not self._part
            and chunk.find(b"\n") == len(chunk) - 1
            and 1 < len(chunk) <= self.limit
        ):
            return [chunk]
        found: list[bytes | Overlong] = []
        start = 0
        while start < len(chunk):
            end = chunk.find(b"\n", start) + 1
            self._grow(chunk[start:end] if end else chunk[start:])
            if not end:
                break
            line = self._finish()
            if isinstance(line, Overlong) or not line.isspace():
                found.append(line)
            start = end
        return found

    def _grow(self, piece: bytes) -> None:
        if self._head is not None:
            self._tail = (self._tail + piece)[-EDGE:]
            return
        self._part += piece
        if len(self._part) > self.limit:
            self._head = bytes(self._part[:EDGE])
            self._tail = bytes(self._part[-EDGE:])
            self._part = bytearray()

    def _finish(self) -> bytes | Overlong:
        if self._head is not None:
            line = Overlong(self._head, self._tail)
            self._head, self._tail = None, b""
            return line
        whole = bytes(self._part)
        self._part = bytearray()
        return whole


def hello(server: str, ppid: int, initialize: Any = None, kept: bytes = b"") -> bytes:
    """The first line of a session (frames version 1). `initialize`: parameters of the handshake that was already answered;
    `kept`: JSON that an earlier gateway gave the bridge to keep."""
    opening: dict[str, Any] = {"doorkeep": 1, "as": "session", "server": server, "ppid": ppid}
    opening["version"] = VERSION
    opening["words"] = WORDS
    if initialize is not None:
        opening["initialize"] = initialize
    line = dump(opening).encode()
    return b'%b,"kept":%b}\n' % (line[:-1], kept) if kept else line + b"\n"


def without_words(lines: bytes) -> bytes:
    """Whole lines, but for those between bridge and gateway alone."""
    if WORD not in lines:
        return lines
    return b"".join([line for line in lines.splitlines(keepends=True) if not line.startswith(WORD)])


def open_request(line: bytes) -> dict[str, Any] | None:
    """A client's line as far as it matters here: `id`, `method`, `params`; None where it is no JSON object."""
    if len(line) > LONG_LINE:
        found = open_ends(line[:EDGE], line[-EDGE:])
        if found is not None:
            return found
    value = parse(line)
    return value if isinstance(value, dict) else None


def open_ends(head: bytes, tail: bytes) -> dict[str, Any] | None:
    """`id` and `method` of a request too long to parse, found at its ends: that is where every client writes them.

    A quote inside a string is escaped, so `,"id":` with bare quotes right before the closing brace is the object's own member.
    """
    found: dict[str, Any] = {}
    start = head.find(b'"params"')
    opening = parse(head[:start].rstrip().rstrip(b",") + b"}") if start > 0 else None
    if isinstance(opening, dict):
        found.update(opening)
    at = tail.rfind(b'"jsonrpc"')
    if "id" not in found and at > 0:
        closing = parse(b"{" + tail[at:])
        if isinstance(closing, dict):
            found.update(closing)
    if "id" not in found or "method" not in found:
        return None
    if b'"' + META_VERSION.encode() + b'":"' + MODERN.encode() + b'"' in head + tail:
        found["params"] = {"_meta": {META_VERSION: MODERN}}
    return found


_ANSWER = b'{"jsonrpc":"2.0","id":'


def answered(line: bytes) -> Any:
    """The id of the request that `line` answers, read from its fixed beginning; None for every other line."""
    if not line.startswith(_ANSWER):
        return None
    start = len(_ANSWER)
    end = line.find(b",", start)
    if line[start : start + 1] == b'"':
        closing = line.find(b'"', start + 1)
        while closing > 0 and _escaped(line, closing):
            closing = line.find(b'"', closing + 1)
        end = closing + 1
    if end <= start or line.startswith(b',"method"', end):
        return None
    return parse(line[start:end])


def _escaped(line: bytes, quote: int) -> bool:
    """Whether the quote at this index follows an odd number of backslashes."""
    first = quote
    while line[first - 1 : first] == b"\\":
        first -= 1
    return (quote - first) % 2 == 1

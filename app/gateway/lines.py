"""Bytes to lines, for sessions, control connections and servers alike.

A line is never buffered beyond its limit: what is longer is thrown away as it comes, and reported once with the id that
it carried, so that whoever waits for the answer gets a clear error.
"""

from __future__ import annotations

from collections.abc import Callable

from servers.runtime import wire

_KEEP = 4096


class Lines:
    """Feed it chunks; it gives lines without their newline. Empty lines are dropped.

    `on_long(id)` is called when a line longer than `limit` bytes has passed; `id` is None where it could not be told.
    """

    __slots__ = ("_head", "_kept", "_length", "_limit", "_on_line", "_on_long", "_tail")

    def __init__(
        self,
        on_line: Callable[[bytes], None],
        on_long: Callable[[wire.RequestId | None], None],
        limit: int = wire.MAX_LINE,
    ) -> None:
        self._on_line = on_line
        self._on_long = on_long
        self._limit = limit
        self._kept: list[bytes] = []
        self._length = 0
        self._head = b""
        self._tail = b""

    def pass_to(
        self,
        on_line: Callable[[bytes], None],
        on_long: Callable[[wire.RequestId | None], None],
        limit: int,
    ) -> None:
        """From the next line on, somebody else listens."""
        self._on_line = on_line
        self._on_long = on_long
        self._limit = limit

    def feed(self, chunk: bytes) -> None:
        """Take what was read and call back for every line that is now complete."""
        if not self._length and chunk.find(b"\n") == len(chunk) - 1 and len(chunk) <= self._limit:
            if len(chunk) > 1:
                self._on_line(chunk[:-1])
            return
        pieces = chunk.split(b"\n")
        last = pieces.pop()
        for piece in pieces:
            self._add(piece)
            self._end()
        self._add(last)

    def _add(self, piece: bytes) -> None:
        if not piece:
            return
        self._length += len(piece)
        if self._length <= self._limit:
            self._kept.append(piece)
            return
        if self._kept:
            self._head = b"".join(self._kept)[:_KEEP]
            self._tail = b"".join(self._kept[-8:])[-_KEEP:]
            self._kept.clear()
        elif not self._head:
            self._head = piece[:_KEEP]
        self._tail = (self._tail + piece[-_KEEP:])[-_KEEP:]

    def _end(self) -> None:
        length, self._length = self._length, 0
        if length > self._limit:
            head, tail, self._head, self._tail = self._head, self._tail, b"", b""
            self._on_long(sniffed_id(head, tail))
        elif self._kept:
            line = self._kept[0] if len(self._kept) == 1 else b"".join(self._kept)
            self._kept.clear()
            self._on_line(line)


def sniffed_id(head: bytes, tail: bytes) -> wire.RequestId | None:
    """The id of a JSON-RPC object of which only the first and last bytes are known, or None.

    Only two places are sure to be the top level: right after `"jsonrpc":"2.0"` at the very start, and right before the
    very last brace.
    """
    import re

    scalar = rb'(-?\d{1,18}|"[^"\\]{0,512}")'
    first = re.match(rb'\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*' + scalar + rb"\s*,", head)
    found = first or re.search(rb',\s*"id"\s*:\s*' + scalar + rb"\s*\}\s*\Z", tail)
    if found is None:
        return None
    import msgspec

    try:
        return msgspec.json.decode(found.group(1), type=int | str)
    except msgspec.MsgspecError:
        return None

"""Bytes to lines: JSON-RPC messages end with a newline, and no line may grow past its bound, whatever the peer sends.

A line that is too long is dropped as it comes; of it only the two ends are kept, since the request's id may stand there.
"""

from __future__ import annotations

import re

from servers.runtime import wire

END_BYTES = 256
"""How much of either end of a dropped line is kept."""


class TooLong:
    """A line that was longer than the bound: its first and last bytes and its size."""

    __slots__ = ("head", "size", "tail")

    def __init__(self, head: bytes, tail: bytes, size: int) -> None:
        self.head = head
        self.tail = tail
        self.size = size


class Lines:
    """Cuts a stream into lines, newline excluded. `max_line` is in bytes."""

    def __init__(self, max_line: int = wire.MAX_LINE) -> None:
        self._max = max_line
        self._parts: list[bytes] = []
        self._size = 0
        self._dropping: TooLong | None = None

    def feed(self, chunk: bytes) -> list[bytes | TooLong]:
        """The lines that `chunk` completes, in order."""
        end = chunk.rfind(b"\n")
        if end < 0:
            self._keep(chunk)
            return []
        lines: list[bytes | TooLong] = [*chunk[:end].split(b"\n")]
        if self._size:
            self._keep(lines[0])  # pyright: ignore[reportArgumentType]
            lines[0] = self._finish()
        if len(chunk) > self._max:
            lines = [self._bounded(line) for line in lines]
        if end + 1 < len(chunk):
            self._keep(chunk[end + 1 :])
        return lines

    def _bounded(self, line: bytes | TooLong) -> bytes | TooLong:
        if isinstance(line, TooLong) or len(line) <= self._max:
            return line
        return TooLong(line[:END_BYTES], line[-END_BYTES:], len(line))

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._dropping is not None:
            self._dropping.tail = (self._dropping.tail + part)[-END_BYTES:]
        else:
            self._parts.append(part)
            if self._size > self._max:
                kept = b"".join(self._parts)
                self._dropping = TooLong(kept[:END_BYTES], kept[-END_BYTES:], 0)
                self._parts = []

    def _finish(self) -> bytes | TooLong:
        dropped = self._dropping
        if dropped is not None:
            dropped.size = self._size
            found: bytes | TooLong = dropped
        else:
            found = b"".join(self._parts)
        self._parts = []
        self._size = 0
        self._dropping = None
        return found


_ID = rb'"id"\s*:\s*(-?[0-9]{1,20}|"(?:[^"\\\x00-\x1f]){0,200}")\s*'
_AT_HEAD = rb'\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?' + _ID + rb","
_AT_TAIL = rb',\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?' + _ID + rb"\}\s*\Z"


def stated_id(head: bytes, tail: bytes) -> int | str | None:
    """The id that a message which cannot be read states as its very first or very last member, or None.

    Between them it could be any nested object's. A `}` that ends the line ends the message itself, and quotes inside a string
    are escaped, so that what is found here is the message's own.
    """
    found = re.match(_AT_HEAD, head) or re.search(_AT_TAIL, tail)
    if found is None:
        return None
    text = found[1]
    return text[1:-1].decode("utf-8", "replace") if text.startswith(b'"') else int(text)

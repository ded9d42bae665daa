"""Reading what a client sent, and the JSON-RPC error it gets where that makes no sense. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from servers.runtime import wire

MOST_IN_BATCH = 1000
_decode_batch = msgspec.json.Decoder(list[msgspec.Raw]).decode


class RefusalError(Exception):
    """A JSON-RPC error for the request at hand; `extra` is JSON text or empty."""

    def __init__(self, code: int, message: str, extra: bytes = b"") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.extra = extra


def read(decode: Callable[[Any], Any], raw: msgspec.Raw) -> Any:
    """Parameters as their struct. Raises RefusalError naming what is wrong."""
    try:
        return decode(raw or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RefusalError(wire.INVALID_PARAMS, f"The parameters cannot be read: {error}") from None
    except RecursionError:
        raise RefusalError(wire.INVALID_PARAMS, "The parameters are nested too deeply") from None


def batch(line: bytes) -> Iterator[bytes]:
    """The messages of a batch, which only 2025-03-26 has (basic/index, Batching). Raises RefusalError, also in between."""
    try:
        found = _decode_batch(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusalError(wire.PARSE_ERROR, f"Not JSON: {error}") from None
    if not 0 < len(found) <= MOST_IN_BATCH:
        raise RefusalError(wire.INVALID_REQUEST, f"A batch has between 1 and {MOST_IN_BATCH} messages")
    if any(bytes(one).startswith(b"[") for one in found):
        raise RefusalError(wire.INVALID_REQUEST, "A batch holds no batches")
    for one in found:
        yield bytes(one)

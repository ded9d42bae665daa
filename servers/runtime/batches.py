"""Batches: several messages in one array, which revision 2025-03-26 alone knows (basic §Batching). Answered with one array."""

from __future__ import annotations

import msgspec

from servers.runtime import wire
from servers.runtime.errors import ProtocolError
from servers.runtime.requests import UNREADABLE

REVISION = "2025-03-26"
MAX_MESSAGES = 1000


def split(line: bytes, revision: str) -> list[bytes]:
    """The messages of a batch. Raises ProtocolError where the peer may not send one."""
    if revision != REVISION:
        raise ProtocolError(
            wire.INVALID_REQUEST, f"Arrays of messages are of revision {REVISION} alone; send them one by one"
        )
    try:
        messages = msgspec.json.decode(line, type=list[msgspec.Raw])
    except UNREADABLE as error:
        raise ProtocolError(wire.PARSE_ERROR, f"Not JSON: {error}") from None
    if not 0 < len(messages) <= MAX_MESSAGES:
        raise ProtocolError(wire.INVALID_REQUEST, f"An array needs 1 to {MAX_MESSAGES:,} messages")
    return [bytes(message) for message in messages]


def join(answers: list[bytes]) -> bytes:
    """The array of answer lines, as a line; nothing where there were only notifications."""
    found = [answer.rstrip(b"\n") for answer in answers if answer]
    return b"[%b]\n" % b",".join(found) if found else b""

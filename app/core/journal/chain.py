"""The chain over the events: each carries the hash of the one before it, so that none can be changed, removed or added
unnoticed. Pure functions; the form hashed here is version 1 and never changes.
"""

from __future__ import annotations

from hashlib import sha256

GENESIS = bytes(32)
"""What the first event of a new log names as the hash before it."""


def link(prev: bytes, seq: int, call: int, kind: str, at_ms: int, body: bytes) -> bytes:
    """The SHA-256 (32 bytes) of an event: the hash before it, its numbers and kind in ASCII, then its body."""
    return sha256(b"%b%d %d %b %d %b" % (prev, seq, call, kind.encode(), at_ms, body)).digest()

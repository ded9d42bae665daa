"""Who opened the door, as far as its first line and the socket tell. Nothing here decides what it may."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from servers.runtime import wire


def _unkept(_fact: bytes) -> None:
    """A bridge that keeps nothing."""


class Peer(msgspec.Struct):
    """Who opened the door: from the first line of the bridge, and from the socket."""

    server: str
    pid: int = 0
    """The bridge's process, 0 where the system does not tell."""
    ppid: int = 0
    """What started the bridge, for display only."""
    initialize: msgspec.Raw = wire.NO_RAW
    """Parameters of the handshake that the client had made before the gateway came back, if any."""
    kept: msgspec.Raw = wire.NO_RAW
    """What an earlier gateway had this bridge keep, if anything: never to be believed more than the client itself."""
    keep: Callable[[bytes], None] = _unkept
    """Has the bridge keep this JSON, at most a few KiB, for the gateway after this one; what it kept before is forgotten."""

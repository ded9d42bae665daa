"""One client's connection: what it says comes in here, what it may hear goes out here.

Nothing private reaches the client, and nothing that the client sends reaches a server as it came.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.core import Core


class Peer(msgspec.Struct):
    """Who opened the door: from the first line of the bridge, and from the socket."""

    server: str
    pid: int = 0
    """The bridge's process, 0 where the system does not tell."""
    ppid: int = 0
    initialize: msgspec.Raw = wire.NO_RAW
    """Parameters of the handshake that the client had made before the gateway came back, if any."""


class Session:
    """Serves one bridge connection. `send` only buffers; nothing leaves before the tick's events are recorded."""

    number = 0

    def __init__(self, core: Core, peer: Peer, send: Callable[[bytes], None]) -> None:
        self.core = core
        self.peer = peer
        self.send = send

    def receive(self, line: bytes) -> None:
        """Take one line from the client, without its newline."""
        raise NotImplementedError

    def too_long(self, id_: wire.RequestId | None) -> None:
        """The client sent a line beyond the limit; it was thrown away."""
        raise NotImplementedError

    def closed(self) -> None:
        """The client is gone: what it asked for is cancelled."""
        raise NotImplementedError

    def status(self) -> dict[str, Any]:
        """What `doorkeep status` prints of this session."""
        raise NotImplementedError

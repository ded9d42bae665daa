"""Asks a built-in server whether it is there: `server/discover` to the running process, started if need be.

Says nothing to clients, opens no row, and always answers within its bound.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec

from app.core.errors import DoorkeepError
from app.gateway.core import Core
from app.gateway.links import Progress
from app.version import VERSION
from servers.runtime import wire

PROBE_SECONDS = 20.0

_PARAMS = msgspec.json.encode(
    {
        "_meta": {
            wire.META_VERSION: wire.MODERN,
            wire.META_CAPABILITIES: {},
            wire.META_CLIENT: {"name": "doorkeep", "version": VERSION},
        }
    }
)


class Probe:
    """One question. `done` is called once: with what was found out, or with an error in words."""

    def __init__(self, core: Core, server: str, done: Callable[[dict[str, Any] | DoorkeepError], None]) -> None:
        self._server = server
        self._done: Callable[[dict[str, Any] | DoorkeepError], None] | None = done
        self._started = time.monotonic()
        self._timer = core.loop.later(PROBE_SECONDS, self._late)
        link = core.link(core.view(server))
        self._forget = link.forget
        self._number = link.next_id()
        link.request(self._number, "server/discover", _PARAMS, self)

    def answered(self, message: wire.Message) -> None:
        """Any answer to it proves that the server is alive, an error too."""
        discovered = message.result and msgspec.json.decode(message.result, type=dict[str, Any])
        self._end(
            {
                "name": self._server,
                "duration_ms": round((time.monotonic() - self._started) * 1000, 1),
                "modern": bool(discovered),
            }
        )

    def progressed(self, progress: Progress) -> None:
        """Not asked for."""

    def interrupted(self, result: bytes) -> None:
        """It has no questions."""

    def gone(self, words: str) -> None:
        """The server ended instead."""
        self._end(DoorkeepError(words, "", f"`doorkeep servers restart {self._server}` forgets earlier failures."))

    def _late(self) -> None:
        self._forget(self._number)
        words = f"The server {self._server} did not answer within {PROBE_SECONDS:.0f} s."
        self._end(DoorkeepError(words, "", f"Its own messages are in logs/{self._server}.log of Doorkeep's home."))

    def _end(self, found: dict[str, Any] | DoorkeepError) -> None:
        self._timer.cancel()
        done, self._done = self._done, None
        if done is not None:
            done(found)

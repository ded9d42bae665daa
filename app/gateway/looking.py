"""Starts a server of others once, hears what it says of itself, and ends it: before it is accepted, and when it is reviewed.

No client hears anything of it, and nothing of it is accepted here.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from app.core.errors import DoorkeepError
from app.core.settings import ServerSetting
from app.gateway.eras import ClientInfo
from app.gateway.greeting import Greeted, Greeting
from app.gateway.links import Child
from app.gateway.streams import TOOLS
from app.version import VERSION
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.limits import Clock

SETTLE_SECONDS = 0.5
"""After its list: many servers add tools once they have heard what the client can do, and tell so."""
MOST_LISTS = 10
CAPABILITIES: dict[str, Any] = {
    "roots": {"listChanged": True},
    "sampling": {"context": {}, "tools": {}},
    "elicitation": {"form": {}, "url": {}},
}
"""Everything that a client may be able to do, so that the tools that need it are seen too."""
_ANSWERS = {"ping": b"{}", "roots/list": b'{"roots":[]}'}
_numbers = count(1)


class Starter(Protocol):
    """The supervisor, as this room needs it."""

    def get(self, server: str, owner: str = "", setting: ServerSetting | None = None) -> Child: ...

    def end(self, server: str, owner: str, words: str) -> None: ...


class Look:
    """One look. `done` is called once, with what was found and how many seconds it took, or with an error in words."""

    def __init__(
        self,
        servers: Starter,
        loop: Clock,
        server: str,
        done: Callable[[Greeted | DoorkeepError, float], None],
        setting: ServerSetting | None = None,
    ) -> None:
        """`setting`: how to run it, where the settings do not say so yet. Raises DoorkeepError."""
        self._servers = servers
        self._server = server
        self._owner = f"look-{next(_numbers)}"
        self._done: Callable[[Greeted | DoorkeepError, float], None] | None = done
        self._started = monotonic()
        child = self._child = servers.get(server, self._owner, setting)
        self._loop = loop
        self._lists = 0
        self._stale = False
        """It said that its tools are others now."""
        self._settling: Greeted | None = None
        self._greeting = self._greet(self._greeted)
        child.on_message(self._heard)
        child.on_exit(self._gone)

    @property
    def under_way(self) -> bool:
        """It has not ended yet."""
        return self._done is not None

    def stop(self) -> None:
        """Nobody waits for it any more: end the process, and say so."""
        self._greeting.end()
        self._end(DoorkeepError(f"{self._server} is no longer looked at.", "Nothing was accepted."))

    def _greet(self, done: Callable[[Greeted | str], None], protocol: str = "") -> Greeting:
        return Greeting(
            self._child.send,
            self._loop.later,
            done,
            client=ClientInfo("doorkeep", VERSION),
            capabilities=CAPABILITIES,
            protocol=protocol,
            only_tools=bool(protocol),
        )

    def _heard(self, line: bytes) -> None:
        try:
            message = wire.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._child.stray(line)
            return
        if message.method is msgspec.UNSET:
            self._greeting.answered(message)
        elif message.id is not msgspec.UNSET and message.id is not None:
            answer = _ANSWERS.get(str(message.method))
            refusal = wire.error_line(message.id, wire.METHOD_NOT_FOUND, "Nobody is there to answer this yet")
            self._child.send(wire.result_line(message.id, answer) if answer else refusal)
        elif message.method == TOOLS:
            self._stale = True

    def _greeted(self, found: Greeted | str) -> None:
        if isinstance(found, str):
            words = f"The server {self._server} could not be looked at. {found}"
            self._end(DoorkeepError(words, "", self._where_to_look))
            return
        self._settling = found
        self._loop.later(SETTLE_SECONDS, self._settled)

    def _settled(self) -> None:
        found = self._settling
        if self._done is None or found is None:
            return
        if not self._stale or self._lists >= MOST_LISTS:
            self._end(found)
            return
        self._stale = False
        self._lists += 1
        self._greeting = self._greet(self._listed, found.protocol)

    def _listed(self, again: Greeted | str) -> None:
        if self._settling is not None and isinstance(again, Greeted):
            self._settling.tools = again.tools
        self._loop.later(SETTLE_SECONDS, self._settled)

    def _gone(self, words: str) -> None:
        self._greeting.end()
        self._end(DoorkeepError(words, "", self._where_to_look))

    @property
    def _where_to_look(self) -> str:
        return f"Its own messages are in logs/{self._server}.log of Doorkeep's home."

    def _end(self, found: Greeted | DoorkeepError) -> None:
        done, self._done = self._done, None
        if done is not None:
            self._servers.end(self._server, self._owner, "It was only looked at.")
            done(found, monotonic() - self._started)

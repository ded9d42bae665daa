"""Starts a server of others once, hears what it says of itself, and ends it: before it is accepted, and when it is reviewed.

No client hears anything of it, and nothing of it is accepted here.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Protocol

import msgspec

from app.core.errors import DoorkeepError
from app.core.settings import ServerSetting
from app.gateway.eras import ClientInfo
from app.gateway.greeting import Greeted, Greeting
from app.gateway.links import Child
from app.version import VERSION
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.limits import Clock

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
        self._greeting = Greeting(
            child.send,
            loop.later,
            self._greeted,
            client=ClientInfo("doorkeep", VERSION),
            capabilities={},
        )
        child.on_message(self._heard)
        child.on_exit(self._gone)

    def _heard(self, line: bytes) -> None:
        try:
            message = wire.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._child.stray(line)
            return
        if message.method is msgspec.UNSET:
            self._greeting.answered(message)
        elif message.id is not msgspec.UNSET and message.id is not None:
            words = "Nobody is there to answer this yet"
            answer = wire.result_line(message.id, b"{}")
            refusal = wire.error_line(message.id, wire.METHOD_NOT_FOUND, words)
            self._child.send(answer if message.method == "ping" else refusal)

    def _greeted(self, found: Greeted | str) -> None:
        if isinstance(found, str):
            found_words = f"The server {self._server} could not be looked at. {found}"
            self._end(DoorkeepError(found_words, "", self._where_to_look))
        else:
            self._end(found)

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

"""The controls over what servers of others say of themselves: look, show the difference, accept, forget.

What is accepted is exactly what was shown: the answer names it by its digest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from app.control import messages
from app.core.errors import DoorkeepError
from app.core.settings import ServerSetting
from app.gateway.core import Core
from app.gateway.greeting import Greeted
from app.gateway.looking import Look
from app.gateway.pins import PinFile, pin_file
from app.gateway.review import Seen, digest, seen
from app.gateway.supervisor import Supervisor

MOST_SEEN = 32
"""Servers that may have been looked at and not yet been accepted."""

Later = Callable[[Callable[[Any], None]], None]


class Reviewing:
    """One per gateway; `calls` are its part of the controls."""

    def __init__(self, core: Core, supervisor: Supervisor) -> None:
        self._core = core
        self._supervisor = supervisor
        self._seen: dict[str, PinFile] = {}
        """What was looked at last, by server."""
        self.calls: dict[str, tuple[Any, Callable[[Any], Any]]] = {
            "look_server": (messages.Looking, self._look),
            "accept_server": (messages.Accepting, self._accept),
            "forget_server": (messages.Named, self._forget),
            "reviews": (messages.NoArguments, self._reviews),
        }

    def test(self, server: str) -> Later:
        """Whether a server of others can be started and used."""

        def start(deliver: Callable[[Any], None]) -> None:
            def looked(found: Greeted | DoorkeepError, seconds: float) -> None:
                if isinstance(found, Greeted):
                    self._note(server, found)
                    fact = {"name": server, "duration_ms": round(seconds * 1000, 1), "modern": found.modern}
                    deliver({**fact, "tools": len(found.tools)})
                else:
                    deliver(found)

            Look(self._supervisor, self._core.loop, server, looked)

        return start

    def _look(self, asked: messages.Looking) -> Later:
        setting = None
        if asked.command or asked.url:
            setting = ServerSetting(
                command=asked.command, args=tuple(asked.args), env=asked.env, url=asked.url, auth=asked.auth
            )
            if self._core.pins.is_builtin(asked.name):
                raise DoorkeepError(f"{asked.name} is a server of Doorkeep's own.", "", "Choose another name.")

        def start(deliver: Callable[[Any], None]) -> None:
            def looked(found: Greeted | DoorkeepError, _seconds: float) -> None:
                if isinstance(found, DoorkeepError):
                    deliver(found)
                    return
                file = self._seen[asked.name] = pin_file(found)
                while len(self._seen) > MOST_SEEN:
                    del self._seen[next(iter(self._seen))]
                if setting is None:
                    self._note(asked.name, found)
                deliver(self._shown(asked.name, file))

            Look(self._supervisor, self._core.loop, asked.name, looked, setting)

        return start

    def _note(self, server: str, found: Greeted) -> None:
        self._core.found_tools(server, found)

    def _accept(self, asked: messages.Accepting) -> dict[str, Any]:
        file = self._seen.get(asked.name) or self._core.pins.differing(asked.name)
        if file is None or digest(file) != asked.digest:
            raise DoorkeepError(
                f"What {asked.name} says of itself is not what you were shown.",
                "Nothing was accepted.",
                f"Look again: `doorkeep servers review {asked.name}`.",
            )
        self._seen.pop(asked.name, None)
        self._core.pins.accept(asked.name, file)
        self._core.pin_changed(asked.name)
        return {"name": asked.name, "tools": len(file.tools)}

    def _forget(self, asked: messages.Named) -> dict[str, Any]:
        self._seen.pop(asked.name, None)
        self._core.pins.forget(asked.name)
        self._supervisor.retire(asked.name, f"The server {asked.name} was removed by the user.")
        self._core.pin_changed(asked.name)
        return {"name": asked.name}

    def _reviews(self, _with: Any) -> dict[str, Any]:
        """Every server whose tools are others now than the user accepted, without starting anything."""
        waiting: list[Any] = []
        for name in sorted(self._core.settings_now().servers):
            now = self._core.pins.differing(name)
            if now is not None:
                waiting.append({"server": name, **msgspec.to_builtins(self._shown(name, now))})
        return {"reviews": waiting}

    def _shown(self, server: str, file: PinFile) -> Seen:
        return seen(file, self._core.pins.accepted(server), self._others(server))

    def _others(self, server: str) -> dict[str, list[str]]:
        """The tools of every other server."""
        pins = self._core.pins
        names = {*pins.builtin_names(), *self._core.settings_now().servers} - {server}
        found = {name: pins.get(name) for name in names}
        return {name: list(pin.tools) for name, pin in found.items() if pin is not None}

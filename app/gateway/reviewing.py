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
        self._looks: set[tuple[str, Look]] = set()
        """What is looked at now."""
        self.calls: dict[str, tuple[Any, Callable[[Any], Any]]] = {
            "look_server": (messages.Looking, self._look),
            "stop_look": (messages.Named, self._stop_look),
            "accept_server": (messages.Accepting, self._accept),
            "hide_changes": (messages.Accepting, self._hide),
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

            self._begin(server, looked)

        return start

    def _begin(
        self, server: str, done: Callable[[Greeted | DoorkeepError, float], None], setting: ServerSetting | None = None
    ) -> None:
        """Start a look that can be stopped."""

        def ended(found: Greeted | DoorkeepError, seconds: float) -> None:
            self._looks = {(name, look) for name, look in self._looks if look.under_way}
            done(found, seconds)

        self._looks.add((server, Look(self._supervisor, self._core.loop, server, ended, setting)))

    def _stop_look(self, asked: messages.Named) -> dict[str, Any]:
        stopped = [look for name, look in self._looks if name == asked.name]
        for look in stopped:
            look.stop()
        return {"name": asked.name, "stopped": len(stopped)}

    def _look(self, asked: messages.Looking) -> Later:
        setting = None
        if asked.command or asked.url:
            setting = ServerSetting(
                command=asked.command,
                args=tuple(asked.args),
                env=asked.env,
                url=asked.url,
                auth=asked.auth,
                headers=asked.headers,
                oauth=asked.oauth,
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

            self._begin(asked.name, looked, setting)

        return start

    def _note(self, server: str, found: Greeted) -> None:
        self._core.found_tools(server, found)

    def _accept(self, asked: messages.Accepting) -> dict[str, Any]:
        file = self._shown_as(asked)
        self._seen.pop(asked.name, None)
        accepted = msgspec.structs.replace(file, reviewed=asked.reviewed, kept_hidden=False)
        self._core.pins.accept(asked.name, accepted)
        self._core.pin_changed(asked.name)
        self._core.on_review(asked.name, "accepted")
        return {"name": asked.name, "tools": len(file.tools)}

    def _hide(self, asked: messages.Accepting) -> dict[str, Any]:
        """The user has seen what differs and accepts none of it."""
        if self._core.pins.differing(asked.name) != self._shown_as(asked):
            raise DoorkeepError(f"{asked.name} hides nothing that you were shown.", "Nothing was changed.")
        self._core.pins.keep_hidden(asked.name)
        self._core.on_review(asked.name, "accepted")
        return {"name": asked.name}

    def _shown_as(self, asked: messages.Accepting) -> PinFile:
        """What the user was shown under that digest. Raises DoorkeepError."""
        pins = self._core.pins
        accepted = pins.accepted(asked.name)
        unseen = accepted if accepted is not None and not accepted.reviewed else None
        for file in (pins.differing(asked.name), self._seen.get(asked.name), unseen):
            if file is not None and digest(file) == asked.digest:
                return file
        raise DoorkeepError(
            f"What {asked.name} says of itself is not what you were shown.",
            "Nothing was accepted.",
            f"Look again: `doorkeep servers review {asked.name}`.",
        )

    def _forget(self, asked: messages.Named) -> dict[str, Any]:
        self._seen.pop(asked.name, None)
        self._core.pins.forget(asked.name)
        self._supervisor.retire(asked.name, f"The server {asked.name} was removed by the user.")
        self._core.pin_changed(asked.name)
        self._core.on_review(asked.name, "accepted")
        return {"name": asked.name}

    def _reviews(self, _with: Any) -> dict[str, Any]:
        """Every server whose tools are others now than the user accepted, or were never looked at; nothing is started.

        `reviewed`: the user has looked at it before. `kept_hidden`: the difference was seen and stays hidden.
        """
        waiting: list[Any] = []
        pins = self._core.pins
        for name in sorted(self._core.settings_now().servers):
            accepted = pins.accepted(name)
            now = pins.differing(name)
            unseen = accepted is not None and not accepted.reviewed and not pins.is_builtin(name)
            file = now or (accepted if unseen else None)
            if file is not None:
                facts = {"server": name, "reviewed": not unseen, "kept_hidden": file.kept_hidden}
                waiting.append({**facts, **msgspec.to_builtins(self._shown(name, file))})
        return {"reviews": waiting}

    def _shown(self, server: str, file: PinFile) -> Seen:
        """A difference is one to what the user looked at: of what was taken over unseen, all is shown."""
        accepted = self._core.pins.accepted(server)
        return seen(file, accepted if accepted is not None and accepted.reviewed else None, self._others(server))

    def _others(self, server: str) -> dict[str, list[str]]:
        """The tools of every other server."""
        pins = self._core.pins
        names = {*pins.builtin_names(), *self._core.settings_now().servers} - {server}
        found = {name: pins.get(name) for name in names}
        return {name: list(pin.tools) for name, pin in found.items() if pin is not None}

"""The controls over secrets that stood in a client's own file: kept when its server moves behind the door, given back when the
client gets its file back. Of every other secret no value ever leaves the gateway by a control call: it is as good as gone.

Which ones they are is noted in HOME/adopted.json, by name, with the moment at which each was taken over.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import msgspec

from app.control import messages
from app.core.errors import DoorkeepError, NoSecretError
from app.core.private_file import replace_private
from app.core.secret_names import names_of
from app.gateway.vault import Vault

Later = Callable[[Callable[[Any], None]], None]


class Returning:
    """One per gateway; `calls` are its part of the controls."""

    def __init__(self, home: str, vault: Vault) -> None:
        self._home = home
        self._vault = vault
        self.calls: dict[str, tuple[Any, Callable[[Any], Any]]] = {
            "adopt_secret": (messages.Keeping, self._adopt),
            "adopted_secrets": (messages.Fetching, self._fetch),
        }

    def _adopt(self, asked: messages.Keeping) -> Later:
        def start(deliver: Callable[[Any], None]) -> None:
            def kept(new: Any) -> None:
                if isinstance(new, DoorkeepError):
                    deliver(new)
                    return
                try:
                    self._note(asked.name)
                except OSError as error:
                    words = f"That {asked.name} came from a client's file could not be noted: {error.strerror}."
                    deliver(DoorkeepError(words, "It is in the keychain.", "Make room, then try again."))
                    return
                deliver({"name": asked.name, "new": new})

            self._vault.keep(asked.name, asked.value, kept)

        return start

    def _fetch(self, asked: messages.Fetching) -> Later:
        adopted = noted(self._home)
        wanted = sorted(adopted.keys() & asked.names)

        def start(deliver: Callable[[Any], None]) -> None:
            values: dict[str, str] = {}
            foreign = sorted(set(asked.names) - adopted.keys())
            missing: list[str] = []

            def step() -> None:
                if len(values) + len(missing) == len(wanted):
                    lost = sorted([*foreign, *missing])
                    deliver({"values": values, "replaced": self._replaced(values, adopted), "gone": lost})
                    return
                name = wanted[len(values) + len(missing)]
                self._vault.fetch([name], lambda found: one(name, found))

            def one(name: str, found: Any) -> None:
                if isinstance(found, NoSecretError):
                    missing.append(name)
                elif isinstance(found, DoorkeepError):
                    deliver(found)
                    return
                else:
                    values[name] = found[name]
                step()

            step()

        return start

    def _replaced(self, values: dict[str, str], adopted: dict[str, int]) -> list[str]:
        known = names_of(self._home)
        return [name for name in values if name in known and known[name].set_at != adopted[name]]

    def _note(self, name: str) -> None:
        adopted = noted(self._home)
        known = names_of(self._home).get(name)
        adopted[name] = known.set_at if known is not None else 0
        replace_private(_path(self._home), msgspec.json.encode(adopted))


def noted(home: str) -> dict[str, int]:
    """The secrets that came from clients' files: name → when, in seconds since 1970. A list that cannot be read has none."""
    try:
        with open(_path(home), "rb") as file:
            return msgspec.json.decode(file.read(), type=dict[str, int])
    except (OSError, msgspec.DecodeError):
        return {}


def _path(home: str) -> str:
    return os.path.join(home, "adopted.json")

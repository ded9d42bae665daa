"""A door for tests of adopting: the keychain is a file outside of the home, so that a killed process and the next one share it."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from app.clients.door import Fetched
from app.core.errors import DoorkeepError, VaultError
from app.core.secret_names import Noted, names_of, write_names


class VaultDoor:
    """`locked`: the keychain cannot be asked. `broken`: servers that do not start."""

    def __init__(self, home: str, vault: Path) -> None:
        self.home = home
        self.vault = vault
        self.locked = False
        self.broken: set[str] = set()
        self.trusted: list[str] = []

    @property
    def values(self) -> dict[str, str]:
        return json.loads(self.vault.read_text()) if self.vault.exists() else {}

    def put(self, values: dict[str, str]) -> None:
        self.vault.write_text(json.dumps(values))
        write_names(self.home, {name: Noted(1) for name in values})

    def keep(self, secret: str, value: str) -> None:
        self._open()
        self.put({**self.values, secret: value})

    def fetch(self, secrets: Collection[str]) -> Fetched:
        self._open()
        values = self.values
        return Fetched(
            {name: values[name] for name in secrets if name in values},
            gone=tuple(sorted(name for name in secrets if name not in values)),
        )

    def settled(self) -> None:
        pass

    def trust(self, server: str) -> int:
        if server in self.broken:
            raise DoorkeepError(f"The server {server} could not be started.")
        self.trusted.append(server)
        return 3

    def _open(self) -> None:
        if self.locked:
            raise VaultError("The keychain is locked.", "", "Unlock it.")

    def names(self) -> list[str]:
        return sorted(names_of(self.home))

"""A secret as entries of a keychain: a short one is one entry, a long one is parts, since Windows takes 1,280 characters.

The parts are there before the entry that names them, so that a reader never meets half a value.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Protocol

from app.core.errors import VaultError

PART = 1000
"""Characters of one entry; Windows takes 2,560 bytes of UTF-16."""
MOST = 256 * 1024
"""Characters of a value."""
_MARK = "doorkeep-parts:1:"


class Entries(Protocol):
    """The keychain, as much of it as is needed here (keyring.backend.KeyringBackend)."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


def get(entries: Entries, service: str, name: str) -> str | None:
    """The value, or None where there is none. Raises VaultError where parts of it are missing."""
    found = entries.get_password(service, name)
    if found is None or not found.startswith(_MARK):
        return found
    value = "".join(entries.get_password(service, part) or "" for part in _parts(found, name))
    if _digest(value) != found.rpartition(":")[2]:
        raise VaultError(
            f"Parts of the secret {name} are missing in the keychain.",
            "Something else removed or changed them.",
            f"Set it again: doorkeep secrets set {name}",
        )
    return value


def put(entries: Entries, service: str, name: str, value: str) -> None:
    """Keep a value, whatever it was before. Raises VaultError where it is too long."""
    if len(value) > MOST:
        raise VaultError(f"A secret has at most {MOST:,} characters.", f"This one has {len(value):,}.", "")
    before = entries.get_password(service, name)
    kept = value
    if _units(value) > PART or value.startswith(_MARK):
        pieces = _cut(value)
        run = secrets.token_hex(4)
        kept = f"{_MARK}{run}:{len(pieces)}:{_digest(value)}"
        for part, piece in zip(_parts(kept, name), pieces, strict=True):
            entries.set_password(service, part, piece)
    entries.set_password(service, name, kept)
    _drop_parts(entries, service, name, before)


def drop(entries: Entries, service: str, name: str) -> bool:
    """Remove a value; whether there was one."""
    before = entries.get_password(service, name)
    if before is None:
        return False
    entries.delete_password(service, name)
    _drop_parts(entries, service, name, before)
    return True


def _drop_parts(entries: Entries, service: str, name: str, kept: str | None) -> None:
    for part in _parts(kept or "", name):
        if entries.get_password(service, part) is not None:
            entries.delete_password(service, part)


def _parts(kept: str, name: str) -> list[str]:
    if not kept.startswith(_MARK):
        return []
    try:
        run, count, _ = kept.removeprefix(_MARK).split(":")
        return [f"{name}#{run}.{number}" for number in range(min(int(count), MOST))]
    except ValueError:
        return []


def _units(text: str) -> int:
    """Length in UTF-16 code units, as Windows counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def _cut(value: str) -> list[str]:
    half = PART // 2  # a character may take two units
    step = PART if _units(value) == len(value) else half
    return [value[at : at + step] for at in range(0, len(value), step)] or [""]


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:32]

"""Where a person's notes lie, or would: the vaults that Obsidian knows of, and a Notes folder among the documents. Only looks."""

from __future__ import annotations

import os

import msgspec

from app.bridge.home import account_home

MOST_VAULTS = 20
_MAX_READ = 1 << 20
_LISTS = (
    ".config/obsidian/obsidian.json",
    ".var/app/md.obsidian.Obsidian/config/obsidian/obsidian.json",
    "snap/obsidian/current/.config/obsidian/obsidian.json",
    "Library/Application Support/obsidian/obsidian.json",
    "AppData/Roaming/obsidian/obsidian.json",
)
"""Obsidian's list of its vaults, from the account's home on, on each system and in each kind of package."""


class _Vault(msgspec.Struct):
    path: str = ""
    ts: int | float = 0


class _Known(msgspec.Struct):
    vaults: dict[str, _Vault] = {}


def notes_folder() -> str:
    """The Notes folder among the person's documents, absolute; it need not exist."""
    import platformdirs

    documents = os.path.realpath(platformdirs.user_documents_dir())
    return os.path.join(documents, "Notes")


def obsidian_vaults() -> list[str]:
    """Real paths of the vaults that Obsidian knows of and that exist, the one opened last first. A list that cannot be read is
    passed over."""
    known: list[_Vault] = []
    for name in _LISTS:
        try:
            with open(os.path.join(account_home(), *name.split("/")), "rb") as file:
                known += msgspec.json.decode(file.read(_MAX_READ), type=_Known).vaults.values()
        except (OSError, msgspec.DecodeError):
            continue
    found: dict[str, None] = {}
    for vault in sorted(known, key=lambda one: -one.ts)[:MOST_VAULTS]:
        real = os.path.realpath(vault.path) if os.path.isabs(vault.path) else ""
        if real and os.path.isdir(real) and real != os.path.realpath(account_home()):
            found[real] = None
    return list(found)

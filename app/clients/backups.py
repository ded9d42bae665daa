"""Copies of clients' configuration files from before we changed them: private, few, and byte for byte.

They hold other servers' secrets, so nothing but `restore` reads their content.
"""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Collection

import msgspec

from app.clients.configfile import Snapshot, digest
from app.clients.ownership import private_folder
from app.core.errors import ClientConfigError
from app.core.private_file import replace_private

KEEP = 10
"""Copies kept of one file, beside those that a disconnect still needs."""


class Backup(msgspec.Struct, frozen=True):
    """One copy. `path`: the real path it was taken from; `at`: RFC 3339 UTC; `digest`: SHA-256 in hex; `size` in bytes."""

    id: str
    path: str
    at: str
    digest: str
    size: int
    mode: int


def keep(home: str, client: str, snapshot: Snapshot, pinned: Collection[str] = ()) -> str:
    """Copy the file, unless the newest copy of it has the same bytes; returns the copy's id, "" where no file exists.

    The oldest copies of that file beyond KEEP go, `pinned` ones excepted. Raises ClientConfigError: no backup, no change.
    """
    if not snapshot.exists:
        return ""
    existing = [each for each in list_backups(home, client) if each.path == snapshot.real]
    for each in existing:
        if each.digest == snapshot.digest and (each is existing[0] or each.id in pinned):
            return each.id
    folder = folder_of(home, client)
    now = datetime.datetime.now(datetime.UTC)
    taken = {each.id for each in list_backups(home, client)}
    stem = now.strftime("%Y%m%d-%H%M%S")
    name = next(each for n in range(len(taken) + 1) if (each := f"{stem}-{n}" if n else stem) not in taken)
    made = Backup(
        name,
        snapshot.real,
        now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        snapshot.digest,
        len(snapshot.content),
        snapshot.mode,
    )
    try:
        private_folder(home, "backups", client)
        replace_private(os.path.join(folder, name + ".bak"), snapshot.content)
        replace_private(os.path.join(folder, name + ".json"), msgspec.json.encode(made))
    except OSError as error:
        raise ClientConfigError(
            f"No backup of {snapshot.path} could be made: {error.strerror or error}.",
            "Nothing was written.",
            f"Make room or make {folder} writable, then try again.",
        ) from None
    for old in [each for each in existing if each.id not in pinned][KEEP - 1 :]:
        forget(home, client, old.id)
    return name


def list_backups(home: str, client: str) -> list[Backup]:
    """Every copy for that client, newest first."""
    folder = folder_of(home, client)
    found: list[Backup] = []
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            if name.endswith(".json"):
                with contextlib.suppress(OSError, msgspec.DecodeError), open(os.path.join(folder, name), "rb") as file:
                    found.append(msgspec.json.decode(file.read(), type=Backup))
    return sorted(found, key=lambda each: (each.at, len(each.id), each.id), reverse=True)


def load(home: str, client: str, backup_id: str) -> tuple[Backup, bytes]:
    """A copy and its bytes. Raises ClientConfigError where there is none, or its bytes are not what was kept."""
    for each in list_backups(home, client):
        if each.id != backup_id:
            continue
        try:
            with open(os.path.join(folder_of(home, client), each.id + ".bak"), "rb") as file:
                content = file.read()
        except OSError as error:
            content = b""
            problem = error.strerror or str(error)
        else:
            problem = "its bytes have changed since"
        if digest(content) != each.digest:
            raise ClientConfigError(f"Backup {backup_id} is damaged: {problem}.", "Nothing was written.")
        return each, content
    raise ClientConfigError(
        f"There is no backup {backup_id} of {client}.", fix=f"doorkeep clients backups {client} lists them."
    )


def forget(home: str, client: str, backup_id: str) -> None:
    """Delete one copy; none there is fine."""
    for ending in (".json", ".bak"):
        with contextlib.suppress(OSError):
            os.unlink(os.path.join(folder_of(home, client), backup_id + ending))


def folder_of(home: str, client: str) -> str:
    """Where the copies of that client's configuration lie."""
    return os.path.join(home, "backups", client)

"""Copies of clients' configuration files from before we changed them: private, few, and byte for byte.

They hold other servers' secrets, so nothing but `restore` reads their content. Secrets that went into the keychain stand in no
copy: a marker is kept in the place of each, and what is put back is filled from there.
"""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Collection, Mapping

import msgspec

from app.clients.configfile import Snapshot, digest
from app.clients.holes import Hole, Holed, dig
from app.clients.ownership import private_folder
from app.core.errors import ClientConfigError
from app.core.private_file import replace_private

PLAIN, HOLED = ".bak", ".kept"
"""Endings of the files that hold the bytes. A copy that is written anew changes from one to the other, so that one is whole."""
KEEP = 10
"""Copies kept of one file, beside those that a disconnect still needs."""


class Backup(msgspec.Struct, frozen=True):
    """One copy. `path`: the real path it was taken from; `at`: RFC 3339 UTC; `digest`: SHA-256 in hex; `size` in bytes.

    `digest` and `size` are those of what is kept, where `holes` are the markers; `file`: its name, once it was written anew.
    """

    id: str
    path: str
    at: str
    digest: str
    size: int
    mode: int
    holes: tuple[Hole, ...] = ()
    file: str = ""

    @property
    def kept_as(self) -> str:
        """The name of the file that holds the bytes."""
        return self.file or self.id + PLAIN


def keep(
    home: str,
    client: str,
    snapshot: Snapshot,
    pinned: Collection[str] = (),
    secrets: Mapping[str, str] | None = None,
) -> str:
    """Copy the file, unless the newest copy of it has the same bytes; returns the copy's id, "" where no file exists.

    `secrets` (name → value) are in the keychain and stand as markers in the copy. The oldest copies of that file beyond KEEP
    go, `pinned` ones excepted. Raises ClientConfigError: no backup, no change.
    """
    if not snapshot.exists:
        return ""
    holed = dig(Holed(snapshot.content), secrets or {})
    kept = digest(holed.content)
    existing = [each for each in list_backups(home, client) if each.path == snapshot.real]
    for each in existing:
        if each.digest == kept and each.holes == holed.holes and (each is existing[0] or each.id in pinned):
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
        kept,
        len(holed.content),
        snapshot.mode,
        holed.holes,
    )
    try:
        private_folder(home, "backups", client)
        replace_private(os.path.join(folder, made.kept_as), holed.content)
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
    """A copy and its bytes as they are kept, markers in the holes.

    Raises ClientConfigError where there is none, or its bytes are not what was kept.
    """
    for each in list_backups(home, client):
        if each.id != backup_id:
            continue
        try:
            with open(os.path.join(folder_of(home, client), each.kept_as), "rb") as file:
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


def scrub(home: str, client: str, secrets: Mapping[str, str]) -> None:
    """Put markers into every copy in the place of secrets (name → value) that are in the keychain now.

    A kill in between leaves each copy whole, as it was or scrubbed; doing it again finishes. Raises ClientConfigError.
    """
    for each in list_backups(home, client):
        try:
            _, content = load(home, client, each.id)
        except ClientConfigError:
            continue  # it could not be put back anyway, and says so when it is asked for
        try:
            _scrub(folder_of(home, client), each, Holed(content, each.holes), secrets)
        except OSError as error:
            raise ClientConfigError(
                f"The copy {each.id} of {each.path} could not be written without the secrets in it: "
                f"{error.strerror or error}.",
                "The client's file is as it was.",
                f"Make room or make {folder_of(home, client)} writable, then try again.",
            ) from None


def _scrub(folder: str, backup: Backup, before: Holed, secrets: Mapping[str, str]) -> None:
    after = dig(before, secrets)
    names = (backup.id + HOLED, backup.id + PLAIN)
    kept_as = backup.kept_as
    if after != before:
        kept_as = next(name for name in names if name != backup.kept_as)
        replace_private(os.path.join(folder, kept_as), after.content)
        scrubbed = msgspec.structs.replace(
            backup, digest=digest(after.content), size=len(after.content), holes=after.holes, file=kept_as
        )
        replace_private(os.path.join(folder, backup.id + ".json"), msgspec.json.encode(scrubbed))
    for name in names:
        if name != kept_as:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(folder, name))


def forget(home: str, client: str, backup_id: str) -> None:
    """Delete one copy; none there is fine."""
    for ending in (".json", PLAIN, HOLED):
        with contextlib.suppress(OSError):
            os.unlink(os.path.join(folder_of(home, client), backup_id + ending))


def folder_of(home: str, client: str) -> str:
    """Where the copies of that client's configuration lie."""
    return os.path.join(home, "backups", client)

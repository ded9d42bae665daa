"""Which entries in clients' configurations are ours: our record of what we wrote, and the path of our own bridge.

A key alone proves nothing. The record lies in HOME/clients/CLIENT.json, for its owner's eyes only.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import sys
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from app.clients.entries import arguments_of, command_of
from app.clients.holes import Holed
from app.clients.splice import Trace
from app.core.errors import ClientConfigError
from app.core.private_file import replace_private

LOCK_SECONDS = 20
WRITES_KEPT = 100


class Written(msgspec.Struct, frozen=True):
    """One entry that we wrote: for which of our servers, its value, and what the splice added beside it."""

    server: str
    entry: dict[str, Any]
    trace: Trace = Trace()


class Adopted(msgspec.Struct, frozen=True):
    """What is kept of one adopted entry. `original`: its very text, secrets as markers. `state`: `begun` (a failure or a kill
    came between), `done`, or `returned`: the client has its own entry back. `secrets`: place → name.
    """

    server: str
    original: Holed
    secrets: dict[str, str] = {}
    at: str = ""
    state: Literal["begun", "done", "returned"] = "begun"


class Place(msgspec.Struct):
    """What we did to one file. `before`: the backup from before our first write, "" where no file existed, None unknown.

    `digest`: SHA-256 of the file as we left it; `at`: when, RFC 3339 UTC; `path`, `folder` and `usual` as the target had them.
    """

    entries: dict[str, Written] = {}
    before: str | None = None
    digest: str = ""
    at: str = ""
    path: str = ""
    folder: str = ""
    usual: bool = False


class Write(msgspec.Struct, frozen=True):
    """One write of ours into a client's file: what for, and SHA-256 before and after ("" where no file was, or where secrets
    stood in it that have gone into the keychain since: a digest would let one guess at a short one).
    """

    at: str
    what: Literal["connect", "disconnect", "restore", "adopt", "return"]
    path: str
    before: str
    after: str
    backup: str


class Record(msgspec.Struct):
    """Everything we know of one client's files, by real path; `commands`: every command path we ever wrote; `writes`: the last 100.

    `adopted`: what our entries stand in place of, by path and key; it stays when the client has its own entry back.
    """

    places: dict[str, Place] = {}
    commands: list[str] = []
    writes: list[Write] = []
    adopted: dict[str, dict[str, Adopted]] = {}

    def pinned(self) -> set[str]:
        """Backups that a disconnect still needs."""
        return {place.before for place in self.places.values() if place.before}

    def remember(self, write: Write) -> None:
        self.writes = [*self.writes, write][-WRITES_KEPT:]

    def stands_for(self, real: str, key: str, entry: Any, bridge: str) -> Adopted | None:
        """What was adopted at that key, if the entry there is ours and serves it."""
        found = self.adopted.get(real, {}).get(key)
        ours = found is not None and self.owns(entry, bridge) and arguments_of(entry)[-1:] == [found.server]
        return found if ours else None

    def owns(self, entry: Any, bridge: str) -> bool:
        """Whether an entry runs a command of ours: this installation's bridge, or one that we wrote ourselves."""
        command = command_of(entry)
        return bool(command) and any(same_path(command, own) for own in (bridge, *self.commands))


def same_path(one: str, other: str) -> bool:
    """Whether two command paths are the same spelling of the same place, as this system compares them."""
    return _spelled(one) == _spelled(other)


def _spelled(path: str) -> str:
    plain = os.path.normcase(os.path.normpath(path))
    return plain.casefold() if sys.platform == "darwin" else plain


def now() -> str:
    """RFC 3339 UTC with milliseconds."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def record_path(home: str, client: str) -> str:
    return os.path.join(home, "clients", client + ".json")


def private_folder(home: str, *names: str) -> str:
    """A folder below the home, made with everything on the way for its owner's eyes only. Raises OSError."""
    path = home
    for name in ("", *names):
        path = os.path.join(path, name) if name else path
        os.makedirs(path, mode=0o700, exist_ok=True)
    return path


def load(home: str, client: str) -> Record:
    """The record; empty where none was made. Raises ClientConfigError where it is damaged."""
    path = record_path(home, client)
    try:
        with open(path, "rb") as file:
            return msgspec.json.decode(file.read(), type=Record)
    except FileNotFoundError:
        return Record()
    except (OSError, msgspec.DecodeError) as error:
        raise ClientConfigError(
            f"Doorkeep's own record {path} cannot be read: {error}.",
            "Nothing was written.",
            "Move it away; entries are then recognised by the path of the bridge alone.",
        ) from None


def save(home: str, client: str, record: Record) -> None:
    """Keep the record. Raises ClientConfigError."""
    path = record_path(home, client)
    try:
        private_folder(home, "clients")
        replace_private(path, msgspec.json.encode(record))
    except OSError as error:
        raise ClientConfigError(
            f"Doorkeep's own record {path} cannot be written: {error.strerror or error}.",
            fix="Make room or make Doorkeep's home writable, then try again.",
        ) from None


@contextlib.contextmanager
def locked(home: str, client: str) -> Iterator[None]:
    """One Doorkeep program at a time changes a client's files and our record of them. The lock lies in our home."""
    import filelock

    folder = os.path.join(home, "clients")
    try:
        private_folder(home, "clients")
        lock = filelock.FileLock(os.path.join(folder, client + ".lock"), timeout=LOCK_SECONDS, mode=0o600)
        lock.acquire()
    except filelock.Timeout:
        raise ClientConfigError(
            f"Another Doorkeep program has been changing {client} for {LOCK_SECONDS} seconds.", fix="Try again later."
        ) from None
    except OSError as error:
        raise ClientConfigError(
            f"{folder} cannot be written: {error.strerror or error}.",
            "Nothing was written.",
            "Make room or make Doorkeep's home writable, then try again.",
        ) from None
    try:
        yield
    finally:
        lock.release()

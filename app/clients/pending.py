"""Changes that wait until a client's app is closed. They outlive every process of ours, in HOME/clients/pending.json.

Keeping them only: `app.clients.due` carries them out.
"""

from __future__ import annotations

import os

import msgspec

from app.clients import ownership
from app.clients.changes import Wish
from app.clients.targets import Target, find_client
from app.core.errors import ClientConfigError
from app.core.private_file import replace_private


class Pending(msgspec.Struct, frozen=True):
    """One wish that waits. `at`: when it was wished, RFC 3339 UTC; `problem`: why it failed when it was last tried, or ""."""

    client: str
    path: str
    folder: str
    usual: bool
    wish: Wish
    at: str
    problem: str = ""

    def target(self) -> Target:
        """Raises ClientConfigError where an older or newer Doorkeep knew that client and this one does not."""
        return Target(find_client(self.client), self.path, self.folder, self.usual)


def waiting(home: str) -> list[Pending]:
    """Every change that waits, oldest first. Raises ClientConfigError where the list is damaged."""
    path = _path(home)
    try:
        with open(path, "rb") as file:
            return msgspec.json.decode(file.read(), type=list[Pending])
    except FileNotFoundError:
        return []
    except (OSError, msgspec.DecodeError) as error:
        raise ClientConfigError(
            f"The list of waiting changes {path} cannot be read: {error}.",
            fix="Delete it; what waited there has to be asked for again.",
        ) from None


def add(home: str, target: Target, wish: Wish) -> None:
    """Keep a wish; it takes the place of an earlier one for the same file. Raises ClientConfigError."""
    made = Pending(target.client.id, target.path, target.folder, target.usual, wish, ownership.now())
    _change(home, target, made)


def forget(home: str, target: Target) -> None:
    """Drop what waits for that file; nothing waiting is fine. Raises ClientConfigError."""
    if any(_is_for(each, target) for each in waiting(home)):
        _change(home, target, None)


def failed(home: str, pending: Pending, problem: str) -> None:
    """Note why it could not be done; it goes on waiting. Raises ClientConfigError."""
    if problem != pending.problem:
        _change(home, pending.target(), msgspec.structs.replace(pending, problem=problem))


def find(home: str, target: Target) -> Pending | None:
    """What waits for that file. Raises ClientConfigError."""
    return next((each for each in waiting(home) if _is_for(each, target)), None)


def _change(home: str, target: Target, new: Pending | None) -> None:
    with ownership.locked(home, "pending"):
        kept = [each for each in waiting(home) if not _is_for(each, target)]
        path = _path(home)
        try:
            replace_private(path, msgspec.json.encode([*kept, new] if new else kept))
        except OSError as error:
            raise ClientConfigError(
                f"The list of waiting changes {path} cannot be written: {error.strerror or error}.",
                fix="Make room or make Doorkeep's home writable, then try again.",
            ) from None


def _is_for(pending: Pending, target: Target) -> bool:
    return pending.client == target.client.id and os.path.realpath(pending.path) == os.path.realpath(target.path)


def _path(home: str) -> str:
    return os.path.join(home, "clients", "pending.json")

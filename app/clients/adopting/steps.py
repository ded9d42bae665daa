"""The steps of adopting before the client's file is touched, in an order in which a kill at any moment loses nothing:
what the entries were, the secrets into the keychain, the servers into the settings, the secrets out of our copies.

Each may be done twice. Until the last of them the client's file stands as it was.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import Any, cast

import msgspec

from app.clients import backups, ownership
from app.clients.adopting.moving import Moving, Names
from app.clients.changes import Change
from app.clients.door import Door, as_client_error
from app.clients.ownership import Record
from app.clients.serving import shipped
from app.core import settings as settings_file
from app.core.errors import DoorkeepError, SettingsError
from app.core.secret_names import names_of, uses


def free_names(home: str, known: Mapping[str, str]) -> Names:
    """What is taken: servers in the settings, secrets kept or named there. Raises SettingsError."""
    settings = settings_file.load(home)
    taken = {*names_of(home), *(use.secret for use in uses(settings))}
    return Names(shipped(), settings, taken, known)


def kept_before(home: str, record: Record, real: str) -> set[str]:
    """The secrets that adoptions chose: of that file, finished or not, and those that servers in the settings need."""
    earlier = {name for each in record.adopted.get(real, {}).values() for name in each.secrets.values()}
    return earlier | {use.secret for use in uses(settings_file.load(home))}


def prepare(home: str, client: str, change: Change, record: Record, door: Door) -> None:
    """Everything but the client's file. Raises ClientConfigError that says how far it came."""
    real = change.snapshot.real
    adopted = record.adopted.setdefault(real, {})
    for each in change.moving:
        adopted[each.key] = msgspec.structs.replace(each.adopted, at=ownership.now(), state="begun")
    ownership.save(home, client, record)
    secrets = {name: value for each in change.moving for name, value in each.secrets.items()}
    kept = 0
    try:
        for name, value in secrets.items():
            door.keep(name, value)
            kept += 1
    except DoorkeepError as error:
        raise as_client_error(error, _how_far(change, kept, len(secrets))) from None
    try:
        settings_file.edit(home, lambda document: _write(document, change.moving))
        door.settled()
    except SettingsError as error:
        raise as_client_error(error, _how_far(change, kept, len(secrets))) from None
    except DoorkeepError as error:
        raise as_client_error(error, f"The servers stand in Doorkeep's settings; {_unchanged(change)}") from None
    with contextlib.suppress(FileNotFoundError):
        for each in os.listdir(os.path.join(home, "backups")):  # another client may have the same token in its file
            backups.scrub(home, each, secrets)
    record.writes = [
        msgspec.structs.replace(write, before="", after="") if secrets and write.path == real else write
        for write in record.writes
    ]


def finished(record: Record, change: Change) -> None:
    """Note that the client's file has been written."""
    adopted = record.adopted.get(change.snapshot.real, {})
    for key in (each.key for each in change.moving):
        adopted[key] = msgspec.structs.replace(adopted[key], state="done")
    for key in change.returned:
        if key in adopted:
            adopted[key] = msgspec.structs.replace(adopted[key], state="returned")


def trust(change_servers: Mapping[str, str], door: Door) -> list[str]:
    """Take what each server (key → name) says of itself as it is; in words, what came of it."""
    said: list[str] = []
    for name in change_servers.values():
        try:
            tools = door.trust(name)
        except DoorkeepError as error:
            said.append(
                f"{name} could not be looked at yet, so clients see none of its tools: {error.title} When it works: "
                f"doorkeep servers review {name}"
            )
        else:
            said.append(f"{name} is behind the door with {tools} tool{'' if tools == 1 else 's'}.")
    return said


def _how_far(change: Change, kept: int, of: int) -> str:
    so_far = f"{kept} of {of} secrets are in the keychain and are used when you try again; " if kept else ""
    return f"{so_far}{_unchanged(change)}"


def _unchanged(change: Change) -> str:
    return f"{change.snapshot.path} is as it was."


def _write(document: Any, moving: tuple[Moving, ...]) -> None:
    """Each server's table; the rules of one that is there already stay."""
    import tomlkit

    parent = document.setdefault("servers", tomlkit.table(is_super_table=True))
    for each in moving:
        if each.server not in parent:
            parent[each.server] = tomlkit.table()
        table = parent[each.server]
        fact = msgspec.to_builtins(each.setting)
        for name in ("command", "args", "env", "url", "headers", "cwd"):
            _set(table, name, fact.get(name))


def _set(table: Any, name: str, value: Any) -> None:
    """Only where it differs: a comment behind a table of the document belongs to that table, and would go with it."""
    if value is None:
        if name in table:
            del table[name]
    elif isinstance(value, dict) and isinstance(table.get(name), dict):
        inner = table[name]
        for key in [key for key in inner if key not in value]:
            del inner[key]
        for key, one in cast("dict[str, Any]", value).items():
            _set(inner, key, one)
    elif name not in table or table[name] != value:
        table[name] = value

"""What adopting servers would change, and what giving their entries back would: found out without changing anything.

Values of secrets pass through here on their way to the keychain, or back into the client's own file; no words carry one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from app.clients import documents
from app.clients.adopting.foreign import Foreign, foreign, taken_apart
from app.clients.adopting.moving import Moving, Names, moving
from app.clients.changes import Change, Wish, entries_of, exchanged, refused, text_in
from app.clients.configfile import Snapshot
from app.clients.holes import fill
from app.clients.jsonc import JsoncError
from app.clients.ownership import Adopted, Place, Record, Written
from app.clients.splice import SpliceError
from app.clients.targets import Installation, Target
from app.core.errors import ClientConfigError


def found(target: Target, installation: Installation, record: Record, snapshot: Snapshot) -> list[Foreign]:
    """The servers of others in the file. Raises ClientConfigError where it is no configuration of that client."""
    if not snapshot.exists:
        return []
    try:
        _, text = text_in(target, snapshot)
        return foreign(target.client, text, lambda value: record.owns(value, installation.bridge))
    except (JsoncError, SpliceError) as error:
        raise refused(target, error) from None


def shown_as(server: Foreign) -> str:
    """Names what the user was shown of a server: if the entry becomes another one, so does this. No secret is in it."""
    return hashlib.sha256(msgspec.json.encode(server)).hexdigest()[:16]


def adopted_here(target: Target, installation: Installation, record: Record, snapshot: Snapshot) -> dict[str, Adopted]:
    """Key → what our entry there stands in place of. Raises ClientConfigError."""
    here = entries_of(target, snapshot).items()
    kept = {key: record.stands_for(snapshot.real, key, value, installation.bridge) for key, value in here}
    return {key: one for key, one in kept.items() if one is not None}


def plan_adopt(
    target: Target,
    installation: Installation,
    record: Record,
    snapshot: Snapshot,
    wish: Wish,
    names: Names,
) -> Change:
    """The named servers (none named: all that can be) behind the door, ours in their places.

    Raises ClientConfigError, also where a named server is not there, cannot be moved, or is not what the user was shown.
    """
    mark, text = text_in(target, snapshot) if snapshot.exists else ("", "")
    servers = {each.key: each for each in found(target, installation, record, snapshot)}
    here = entries_of(target, snapshot)
    ours = adopted_here(target, installation, record, snapshot)
    wanted = wish.servers or tuple(key for key, each in servers.items() if not each.problem)
    moved: list[Moving] = []
    after = text
    place = record.places.get(snapshot.real, Place())
    entries = _still_ours(place, here, record, installation)
    notes: list[str] = []
    for key in wanted:
        if key in ours:
            entries.setdefault(key, Written(ours[key].server, here[key]))
            continue
        _refuse_unfit(target, servers.get(key), key, wish)
        entry = taken_apart(target.client, text, key)
        span = documents.span(text, target.client.section, key, target.client.dialect)
        before = record.adopted.get(snapshot.real, {}).get(key)
        one = moving(entry, text, span, names, before)
        value = {**installation.entry(one.server, target.client.shape), **one.kept}
        after = exchanged(target, after, key, value)
        entries[key] = Written(one.server, value)
        moved.append(one)
        notes += one.notes
    if moved:
        notes.append(
            "What these servers say of their tools is taken as it is, until you have looked at it: on the Servers page, or "
            "doorkeep servers review NAME"
        )
        if target.client.copies and any(each.secrets for each in moved):
            notes.append(
                f"{target.client.title} keeps copies of its file by itself ({target.client.copies}); the secrets may stand in "
                "older ones. The safest is to have new tokens made, and to set them: doorkeep secrets set NAME"
            )
        if target.client.reload:
            notes.append(target.client.reload)
    whole = (mark + after).encode() if snapshot.exists else None
    before_ours = any(record.owns(value, installation.bridge) for value in here.values())
    return Change("adopt", target, snapshot, whole, entries, before_ours, notes=tuple(notes), moving=tuple(moved))


def _still_ours(place: Place, here: dict[str, Any], record: Record, installation: Installation) -> dict[str, Written]:
    """What was noted of other entries stays noted, also of one that was wiped or changed: `check` tells so."""
    return {
        key: one for key, one in place.entries.items() if key not in here or record.owns(here[key], installation.bridge)
    }


def _refuse_unfit(target: Target, server: Foreign | None, key: str, wish: Wish) -> None:
    if server is None:
        raise ClientConfigError(
            f'No server "{key}" of another program stands in {target.path}.',
            "Nothing was changed.",
            f"doorkeep clients adopt {target.client.id} --dry-run lists them.",
        )
    if server.problem:
        raise ClientConfigError(
            f'"{key}" cannot be adopted as it stands: {server.problem}.',
            "Nothing was changed.",
            "Change the entry in the client, or add the server by hand: doorkeep servers add.",
        )
    if key in wish.seen and wish.seen[key] != shown_as(server):
        raise ClientConfigError(
            f'"{key}" in {target.path} is not what you were shown.', "Nothing was changed.", "Look at it again."
        )


def plan_return(
    target: Target,
    installation: Installation,
    record: Record,
    snapshot: Snapshot,
    wish: Wish,
    secrets: Mapping[str, str],
) -> Change:
    """The client's own entries in the places of ours. `secrets`: name → value of those that stood in them.

    Raises ClientConfigError where a named one was not adopted there.
    """
    ours = adopted_here(target, installation, record, snapshot)
    wanted = wish.servers or tuple(ours)
    missing = next((key for key in wanted if key not in ours), None)
    if missing is not None:
        raise ClientConfigError(
            f'"{missing}" in {target.path} is not an entry that Doorkeep adopted.',
            "Nothing was written.",
            f"doorkeep clients backups {target.client.id} lists copies of the whole file.",
        )
    mark, text = text_in(target, snapshot) if snapshot.exists else ("", "")
    for key in wanted:
        text = exchanged(target, text, key, original_text(ours[key], secrets))
    here = entries_of(target, snapshot)
    place = record.places.get(snapshot.real, Place())
    entries = {key: one for key, one in _still_ours(place, here, record, installation).items() if key not in wanted}
    return Change(
        "return",
        target,
        snapshot,
        (mark + text).encode() if snapshot.exists else None,
        entries,
        before_ours=True,
        returned=wanted,
    )


def original_text(adopted: Adopted, secrets: Mapping[str, str]) -> str:
    """The entry's own text with its secrets in it; the place of one that is gone stays empty."""
    return fill(adopted.original, secrets).decode()

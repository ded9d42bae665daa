"""From a wish to the change that it is now: what was kept is looked up, and secrets that go back into a file are fetched.

Nothing is written here. Without a door (a dry run) nobody is asked for a secret, and markers stand in their places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from app.clients import backups
from app.clients.adopting import plans, steps
from app.clients.changes import Change, Wish, entries_of, plan_connect, plan_disconnect, plan_restore
from app.clients.configfile import Snapshot
from app.clients.door import Door, Fetched, as_client_error
from app.clients.holes import Holed, fill, marker
from app.clients.ownership import Adopted, Place, Record
from app.clients.serving import served
from app.clients.targets import Installation, Target
from app.core.errors import ClientConfigError, DoorkeepError, SettingsError


def planned(
    target: Target, installation: Installation, wish: Wish, record: Record, snapshot: Snapshot, door: Door | None = None
) -> Change:
    """The change. Raises ClientConfigError."""
    if wish.what == "connect":
        servers = wish.servers or _all_that_are_on(installation, record, snapshot)
        return plan_connect(target, installation, record, snapshot, servers)
    if wish.what == "disconnect":
        return _disconnect(target, installation, record, snapshot, door)
    if wish.what == "adopt":
        return _adopt(target, installation, wish, record, snapshot, door)
    if wish.what == "return":
        ours = plans.adopted_here(target, installation, record, snapshot)
        needed = {name for key in wish.servers or ours if key in ours for name in ours[key].original.secrets}
        fetched = _fetched_or_refused(needed, door)
        change = plans.plan_return(target, installation, record, snapshot, wish, fetched.values)
        return _with_words(change, fetched, ours)
    return _restore(target, installation, wish, record, snapshot, door)


def _all_that_are_on(installation: Installation, record: Record, snapshot: Snapshot) -> tuple[str, ...]:
    """Also those that were connected before, be they off now: their entries are brought up to date, too."""
    connected = [written.server for written in record.places.get(snapshot.real, Place()).entries.values()]
    return tuple(dict.fromkeys((*served(installation.home), *connected)))


def _adopt(
    target: Target, installation: Installation, wish: Wish, record: Record, snapshot: Snapshot, door: Door | None
) -> Change:
    try:
        earlier = steps.kept_before(installation.home, record, snapshot.real)
        names = steps.free_names(installation.home, _known(earlier, door))
    except SettingsError as error:
        raise ClientConfigError(error.title, "Nothing was changed.", error.fix) from None
    return plans.plan_adopt(target, installation, record, snapshot, wish, names)


def _known(earlier: set[str], door: Door | None) -> dict[str, str]:
    """Where the keychain cannot be asked, nothing is known: then secrets get new names, if any can be kept at all."""
    try:
        return door.fetch(earlier).values if door is not None and earlier else {}
    except DoorkeepError:
        return {}


def _disconnect(
    target: Target, installation: Installation, record: Record, snapshot: Snapshot, door: Door | None
) -> Change:
    """What needs no secret is done in any case: leaving must always be possible."""
    ours = plans.adopted_here(target, installation, record, snapshot)
    original = _original(installation, target, record, snapshot)
    if original is not None and not _has(target, snapshot, original, ours):
        original = None  # it was wiped before our entries were put back: that is no state to go back to
    needed = {name for each in ours.values() for name in each.original.secrets}
    needed |= original.secrets if original is not None else set()
    try:
        fetched = _fetched(needed, door)
    except DoorkeepError as error:
        left = tuple(key for key, each in ours.items() if each.original.secrets)
        back = {key: plans.original_text(each, {}) for key, each in ours.items() if key not in left}
        whole = None if original is None or original.secrets else original.content
        change = plan_disconnect(target, installation, record, snapshot, whole, back, left)
        words = (
            f"Not given back: {', '.join(left)}. Their secrets are in the keychain, which could not be asked: {error}"
        )
        return msgspec.structs.replace(change, notes=(*change.notes, words)) if left else change
    back = {key: plans.original_text(each, fetched.values) for key, each in ours.items()}
    whole = fill(original, fetched.values) if original is not None else None
    return _with_words(plan_disconnect(target, installation, record, snapshot, whole, back), fetched, ours)


def _restore(
    target: Target, installation: Installation, wish: Wish, record: Record, snapshot: Snapshot, door: Door | None
) -> Change:
    backup, content = backups.load(installation.home, target.client.id, wish.backup)
    if backup.path != snapshot.real:
        raise ClientConfigError(
            f"Backup {backup.id} was taken from {backup.path}, not from {snapshot.real}.",
            "Nothing was written.",
            "Name that file with --config-file.",
        )
    holed = Holed(content, backup.holes)
    fetched = _fetched_or_refused(holed.secrets, door)
    change = plan_restore(target, installation, record, snapshot, fill(holed, fetched.values))
    ours = plans.adopted_here(target, installation, record, snapshot)
    change = msgspec.structs.replace(change, returned=tuple(key for key in ours if key not in change.entries))
    return _with_words(change, fetched, ours)


def _original(installation: Installation, target: Target, record: Record, snapshot: Snapshot) -> Holed | None:
    place = record.places.get(snapshot.real)
    if place is None or not place.before:
        return None
    try:
        backup, content = backups.load(installation.home, target.client.id, place.before)
    except ClientConfigError:
        return None  # then only our entries are taken out
    return Holed(content, backup.holes)


def _has(target: Target, snapshot: Snapshot, original: Holed, keys: Iterable[str]) -> bool:
    """Whether entries of those keys stand in the text."""
    try:
        there = entries_of(target, Snapshot(snapshot.path, snapshot.real, True, original.content))
    except ClientConfigError:
        return False
    return all(key in there for key in keys)


def _fetched(needed: set[str], door: Door | None) -> Fetched:
    """The secrets that go back into a file. Raises DoorkeepError where they cannot be had."""
    if door is None:
        return Fetched({name: marker(name) for name in needed})
    return door.fetch(needed) if needed else Fetched()


def _fetched_or_refused(needed: set[str], door: Door | None) -> Fetched:
    try:
        return _fetched(needed, door)
    except DoorkeepError as error:
        raise as_client_error(error, "Nothing was written.") from None


def _with_words(change: Change, fetched: Fetched, known: Mapping[str, Adopted]) -> Change:
    """With what one should know of secrets that are not as they were when they were taken over."""
    words = [
        f"The secret {name} was set anew since it was taken over: the file gets the new value."
        for name in fetched.replaced
    ]
    words += [
        f"The secret {name} is not in the keychain any more: its place in the file is empty; fill it in there."
        for name in fetched.gone
    ]
    stay = sorted({known[key].server for key in change.returned if key in known})
    if stay:
        words.append(
            f"Doorkeep keeps its own setting of {', '.join(stay)}, secrets included, for other clients and for later; "
            '"doorkeep servers remove NAME" takes one away.'
        )
    return msgspec.structs.replace(change, notes=(*words, *change.notes))

"""Carrying a change out on a client's file: lock, re-read, back up, swap, verify, record. Never while its app runs unsaid."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.clients import backups, configfile, ownership, pending
from app.clients.changes import Change, What, Wish, left_as, plan_connect, plan_disconnect, plan_restore
from app.clients.configfile import ChangedMeanwhileError, Snapshot
from app.clients.diff import unified
from app.clients.ownership import Place, Record, Write
from app.clients.serving import served
from app.clients.targets import Installation, Target
from app.core.errors import ClientConfigError
from app.desktop.apps import Desktop, Running

TRIES = 5


class AppRunningError(ClientConfigError):
    """The app runs, keeps the old configuration in memory and would write it over ours; nothing was written."""


class Outcome(msgspec.Struct, frozen=True):
    """What was done. `state`: `done`, `already` (nothing to do), `waiting` (until the app closes) or `planned` (dry run).

    `backup`: id of the copy from before; `diff`: unified, of a dry run; `restarted`: the app was quit and started again;
    `kept`: whether our entries were still there after its launch (None: not looked at).
    """

    state: Literal["done", "already", "waiting", "planned"]
    what: What
    path: str
    entries: dict[str, str] = {}
    gone: tuple[str, ...] = ()
    backup: str = ""
    diff: str = ""
    notes: tuple[str, ...] = ()
    restarted: bool = False
    kept: bool | None = None


def plan(target: Target, installation: Installation, wish: Wish) -> Change:
    """The change as it would be now. Raises ClientConfigError."""
    record = ownership.load(installation.home, target.client.id)
    return _planned(target, installation, wish, record, configfile.read(target.path))


def preview(target: Target, installation: Installation, wish: Wish) -> Outcome:
    """What would be done, as a diff; nothing is written. Raises ClientConfigError."""
    change = plan(target, installation, wish)
    return _outcome(change, "planned", "")


def carry_out(target: Target, installation: Installation, wish: Wish, desktop: Desktop) -> Outcome:
    """Do it now. Raises AppRunningError while the app runs, ClientConfigError where it cannot be done safely."""
    waited = pending.find(installation.home, target)  # a damaged list is said before anything is written
    done = _tried(target, installation, wish, desktop)
    if waited is not None:
        pending.forget(installation.home, target)
    return done


def _tried(target: Target, installation: Installation, wish: Wish, desktop: Desktop) -> Outcome:
    with ownership.locked(installation.home, target.client.id):
        for _ in range(TRIES - 1):
            try:
                return _once(target, installation, wish, desktop)
            except ChangedMeanwhileError:
                continue  # from the beginning, on the text that stands there now
        return _once(target, installation, wish, desktop)


def carry_out_when_closed(target: Target, installation: Installation, wish: Wish, desktop: Desktop) -> Outcome:
    """Do it now if the app is closed; else keep the wish, which outlives us, until the app has been closed.

    Raises ClientConfigError where it could not be done as things stand.
    """
    change = plan(target, installation, wish)
    if change.changes and app_running(target, desktop) is not None:
        pending.add(installation.home, target, wish)
        return _outcome(change, "waiting", "")
    try:
        return carry_out(target, installation, wish, desktop)
    except AppRunningError:
        pending.add(installation.home, target, wish)
        return _outcome(change, "waiting", "")


def app_running(target: Target, desktop: Desktop) -> Running | None:
    """The app that has this file in memory, if it runs; None where the client reads its file by itself."""
    if target.client.application is None:
        return None
    return desktop.running(target.client.application, target.folder, target.usual)


def _once(target: Target, installation: Installation, wish: Wish, desktop: Desktop) -> Outcome:
    home, client = installation.home, target.client.id
    record = ownership.load(home, client)
    change = _planned(target, installation, wish, record, configfile.read(target.path))
    if not change.changes:
        if _settle_record(record, change, None, installation):
            ownership.save(home, client, record)
        return _outcome(change, "already", "")
    if app_running(target, desktop) is not None:
        raise running_error(target)
    backup = backups.keep(home, client, change.snapshot, record.pinned())
    if change.after is None:
        configfile.remove(change.snapshot)
    else:
        configfile.replace(change.snapshot, change.after)
    _settle_record(record, change, backup, installation)
    ownership.save(home, client, record)
    outcome = _outcome(change, "done", backup)
    if app_running(target, desktop) is not None:
        words = (
            f"{target.client.title} started in this very moment and may have read the old file: quit it, then check."
        )
        outcome = msgspec.structs.replace(outcome, notes=(*outcome.notes, words))
    return outcome


def _all_that_are_on(installation: Installation, record: Record, snapshot: Snapshot) -> tuple[str, ...]:
    """Also those that were connected before, be they off now: their entries are brought up to date, too."""
    connected = [written.server for written in record.places.get(snapshot.real, Place()).entries.values()]
    return tuple(dict.fromkeys((*served(installation.home), *connected)))


def _planned(target: Target, installation: Installation, wish: Wish, record: Record, snapshot: Snapshot) -> Change:
    if wish.what == "connect":
        servers = wish.servers or _all_that_are_on(installation, record, snapshot)
        return plan_connect(target, installation, record, snapshot, servers)
    if wish.what == "disconnect":
        return plan_disconnect(
            target, installation, record, snapshot, _original(installation, target, record, snapshot)
        )
    backup, content = backups.load(installation.home, target.client.id, wish.backup)
    if backup.path != snapshot.real:
        raise ClientConfigError(
            f"Backup {backup.id} was taken from {backup.path}, not from {snapshot.real}.",
            "Nothing was written.",
            "Name that file with --config-file.",
        )
    return plan_restore(target, installation, record, snapshot, content)


def _original(installation: Installation, target: Target, record: Record, snapshot: Snapshot) -> bytes | None:
    place = record.places.get(snapshot.real)
    if place is None or not place.before:
        return None
    try:
        return backups.load(installation.home, target.client.id, place.before)[1]
    except ClientConfigError:
        return None  # then only our entries are taken out


def _settle_record(record: Record, change: Change, backup: str | None, installation: Installation) -> bool:
    """Brings the record up to date; `backup` None: nothing was written. Whether the record changed."""
    real = change.snapshot.real
    old = record.places.get(real)
    for written in change.entries.values():
        command = str(written.entry.get("command", installation.bridge))
        if command not in record.commands:
            record.commands.append(command)
    if backup is None:
        if change.what == "disconnect":
            return record.places.pop(real, None) is not None
        known = old.entries if old else {}
        if known == change.entries:
            return False
        record.places[real] = _place(change, None, change.snapshot.digest)
        return True
    left = left_as(change)
    record.remember(Write(ownership.now(), change.what, real, change.snapshot.digest, left, backup))
    if not change.entries:
        record.places.pop(real, None)
        return True
    if old is not None and old.digest == change.snapshot.digest and change.what == "connect":
        before = old.before
    else:
        before = None if change.before_ours else backup
    record.places[real] = _place(change, before, left)
    return True


def _place(change: Change, before: str | None, left: str) -> Place:
    target = change.target
    return Place(change.entries, before, left, ownership.now(), target.path, target.folder, target.usual)


def running_error(target: Target) -> AppRunningError:
    """The refusal while the app runs, with the choices."""
    title = target.client.title
    return AppRunningError(
        f"{title} is running.",
        "It keeps its configuration in memory and would write the old one over the new one; nothing was written.",
        f"Choose: --quit (quit {title}, write, start it again), --when-closed (wait until you close it), "
        "or quit it yourself first.",
    )


def _outcome(change: Change, state: Literal["done", "already", "waiting", "planned"], backup: str) -> Outcome:
    return Outcome(
        state,
        change.what,
        change.target.path,
        {key: written.server for key, written in change.entries.items()},
        change.gone,
        backup,
        unified(change) if state == "planned" else "",
        change.notes,
    )

"""Carrying a change out on a client's file: lock, re-read, back up, swap, verify, record. Never while its app runs unsaid."""

from __future__ import annotations

import contextlib
from typing import Literal

import msgspec

from app.clients import backups, client_lock, configfile, leftovers, ownership, pending, wishes
from app.clients.adopting import steps
from app.clients.changes import Change, What, Wish, left_as
from app.clients.configfile import ChangedMeanwhileError
from app.clients.diff import unified
from app.clients.door import door_to
from app.clients.ownership import Place, Record, Write
from app.clients.targets import Installation, Target
from app.core.errors import ClientConfigError
from app.desktop.apps import Desktop, Running

TRIES = 5


class AppRunningError(ClientConfigError):
    """The app runs, keeps the old configuration in memory and would write it over ours; nothing was written."""


class Outcome(msgspec.Struct, frozen=True):
    """What was done. `state`: `done`, `already` (nothing to do), `waiting` (until the app closes) or `planned` (dry run).

    `backup`: id of the copy from before; `diff`: unified, of a dry run; `restarted`: the app was quit and started again;
    `kept`: whether our entries were still there after its launch (None: not looked at). `adopted`: key → our server, and
    `secrets`: key → place → name in the keychain; `returned`: keys whose own entries came back; `left`: adopted ones that could
    not be given back.
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
    adopted: dict[str, str] = {}
    secrets: dict[str, dict[str, str]] = {}
    returned: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def plan(target: Target, installation: Installation, wish: Wish) -> Change:
    """The change as it would be now; secrets that would come out of the keychain are markers in it. Raises ClientConfigError."""
    record = ownership.load(installation.home, target.client.id)
    return wishes.planned(target, installation, wish, record, configfile.read(target.path))


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
    if done.adopted and done.state == "done":  # outside the lock: a server may have to be downloaded first
        said = steps.trust(done.adopted, door_to(installation.home))
        done = msgspec.structs.replace(done, notes=(*said, *done.notes))
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
    door = door_to(home)
    change = wishes.planned(target, installation, wish, record, configfile.read(target.path), door)
    leftovers.clear(home, client, change)
    if not change.changes:
        if _settle_record(record, change, None, installation):
            ownership.save(home, client, record)
        return _outcome(change, "already", "")
    if app_running(target, desktop) is not None:
        raise running_error(target)
    secrets: dict[str, str] = {}
    if change.moving:
        steps.prepare(home, client, change, record, door)
        secrets = {name: value for each in change.moving for name, value in each.secrets.items()}
        if app_running(target, desktop) is not None:  # the keychain may have asked the person meanwhile
            raise running_error(target)
    backup = backups.keep(home, client, change.snapshot, record.pinned(), secrets)
    _write(target, change)
    _settle_record(record, change, backup, installation)
    ownership.save(home, client, record)
    outcome = _outcome(change, "done", backup)
    if app_running(target, desktop) is not None:
        words = (
            f"{target.client.title} started in this very moment and may have read the old file: quit it, then check."
        )
        outcome = msgspec.structs.replace(outcome, notes=(*outcome.notes, words))
    return outcome


def _write(target: Target, change: Change) -> None:
    real = change.snapshot.real
    with client_lock.held(real, target.client.title) if target.client.locks else contextlib.nullcontext():
        if change.after is None:
            configfile.remove(change.snapshot)
        else:
            configfile.replace(change.snapshot, change.after)


def _settle_record(record: Record, change: Change, backup: str | None, installation: Installation) -> bool:
    """Brings the record up to date; `backup` None: nothing was written. Whether the record changed."""
    real = change.snapshot.real
    old = record.places.get(real)
    for written in change.entries.values():
        command = str(written.entry.get("command", installation.bridge))
        if command not in record.commands:
            record.commands.append(command)
    if backup is None:
        if change.what == "disconnect" and not change.entries:
            return record.places.pop(real, None) is not None
        known = old.entries if old else {}
        if known == change.entries:
            return False
        record.places[real] = _place(change, None, change.snapshot.digest)
        return True
    left = left_as(change)
    steps.finished(record, change)
    digests = ("" if change.moving else change.snapshot.digest, "" if change.returned else left)
    record.remember(Write(ownership.now(), change.what, real, *digests, backup))
    if not change.entries:
        record.places.pop(real, None)
        return True
    if old is not None and old.digest == change.snapshot.digest and change.what in ("connect", "adopt", "return"):
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
        adopted={each.key: each.server for each in change.moving},
        secrets={each.key: each.adopted.secrets for each in change.moving},
        returned=change.returned,
        left=change.left,
    )

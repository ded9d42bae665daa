"""Clients: is each connected, do its entries still stand and run this installation's bridge, may it start them at all."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from app.clients import configfile, ownership
from app.clients.backups import list_backups
from app.clients.changes import entries_of
from app.clients.claude_desktop import CLIENTS, Client, why_blocked
from app.clients.locations import Machine
from app.clients.targets import Installation, Target, bridge_path, find_targets
from app.commands.checks.finding import Finding
from app.core.errors import ClientConfigError
from app.core.folders import shown
from app.desktop.apps import Desktop, this_desktop

OLD_DAYS = 180
DAY = 86_400.0


def check_clients(home: str, machine: Machine | None = None, desktop: Desktop | None = None) -> Iterator[Finding]:
    """Every finding about the clients that are on this computer."""
    desktop = desktop or this_desktop()
    installation = Installation(os.path.abspath(home), bridge_path())
    found = False
    for client in CLIENTS.values():
        targets = find_targets(client, machine)
        found = found or bool(targets)
        for target in targets:
            yield from _judged(target, installation)
        if targets:
            blocked = why_blocked(desktop.managed(client.application))
            if blocked:
                yield Finding("clients", "problem", blocked)
        yield from _backups(home, client)
    if not found:
        yield Finding(
            "clients", "note", "No client that Doorkeep knows is on this computer.", "Known: " + ", ".join(CLIENTS)
        )


def _judged(target: Target, installation: Installation) -> Iterator[Finding]:
    title, path, again = target.client.title, shown(target.path), f"Run: doorkeep clients connect {target.client.id}"
    try:
        record = ownership.load(installation.home, target.client.id)
        snapshot = configfile.read(target.path)
        entries = entries_of(target, snapshot)
    except ClientConfigError as error:
        yield Finding("clients", "problem", f"{title}: {error.title}", error.fix or f"Look at {path}.")
        return
    place = record.places.get(snapshot.real)
    wanted = place.entries if place is not None else {}
    ours = {key: entry for key, entry in entries.items() if record.owns(entry, installation.bridge)}
    for key, written in wanted.items():
        if key not in entries:
            yield Finding(
                "clients", "problem", f"{title} dropped the entry {key!r} from {path}.", f"Quit {title}. {again}"
            )
        elif entries[key] != written.entry:
            yield Finding("clients", "problem", f"The entry {key!r} in {path} was changed since we wrote it.", again)
    for key, entry in ours.items():
        if not os.access(str(entry.get("command")), os.X_OK):
            words = f"{title} starts {entry.get('command')} for {key!r}, which is not there any more."
            yield Finding("clients", "problem", words, again)
        elif not ownership.same_path(str(entry.get("command")), installation.bridge):
            words = f"{title} starts the bridge of another installation for {key!r}: {entry.get('command')}."
            yield Finding("clients", "warning", words, again)
        elif key not in wanted or entry == wanted[key].entry:
            yield Finding("clients", "ok", f"{title} is connected: {key!r} in {path}.")
    if not ours and not wanted:
        yield Finding("clients", "note", f"{title} is on this computer and not connected.", again)


def _backups(home: str, client: Client) -> Iterator[Finding]:
    try:
        kept = list_backups(home, client.id)
    except ClientConfigError as error:
        yield Finding("backups", "warning", str(error), error.fix)
        return
    folder = os.path.join(home, "clients", client.id)
    old = sum(1 for backup in kept if _age_days(backup.at) > OLD_DAYS)
    if old:
        words = f"{old} of {len(kept)} backups of {client.title}'s configuration are older than {OLD_DAYS} days; they may hold secrets."
        yield Finding("backups", "note", words, f"Look at them: doorkeep clients backups {client.id} ({folder})")


def _age_days(at: str) -> float:
    import datetime

    try:
        return (time.time() - datetime.datetime.fromisoformat(at).timestamp()) / DAY
    except ValueError:
        return 0.0

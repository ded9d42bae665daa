"""Clients: is each connected, does its entry still stand and run this installation's bridge, may it start it at all."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from app.clients.backups import folder_of, list_backups
from app.clients.check import Report, check
from app.clients.client import Client
from app.clients.known import CLIENTS
from app.clients.locations import Machine
from app.clients.overview import others
from app.clients.targets import Installation, Target, bridge_path, find_targets
from app.commands.checks.finding import Finding, State
from app.commands.clients_adopting import open_words
from app.core.errors import ClientConfigError
from app.core.folders import shown
from app.desktop.apps import Desktop, this_desktop

OLD_DAYS = 180
DAY = 86_400.0
_WEIGHT: dict[str, State] = {"connected": "ok", "waiting": "note", "not connected": "note"}
"""Every other state of a client's file is a problem."""


def check_clients(home: str, machine: Machine | None = None, desktop: Desktop | None = None) -> Iterator[Finding]:
    """Every finding about the clients that are on this computer."""
    desktop = desktop or this_desktop()
    installation = Installation(os.path.abspath(home), bridge_path())
    found = False
    for client in CLIENTS.values():
        for target in find_targets(client, machine):
            found = True
            yield from _reported(check(target, installation, desktop))
            yield from _without_us(target, installation)
        yield from _backups(home, client)
    if not found:
        yield Finding(
            "clients", "note", "No client that Doorkeep knows is on this computer.", "Known: " + ", ".join(CLIENTS)
        )


def _reported(report: Report) -> Iterator[Finding]:
    words = f"{report.title}, {shown(report.path)}: {report.words}"
    yield Finding("clients", _WEIGHT.get(report.state, "problem"), words, report.fix)
    if report.blocked:
        yield Finding("clients", "problem", report.blocked)
    for note in (report.waiting, *report.notes):
        if note:
            yield Finding("clients", "note", note)


def _without_us(target: Target, installation: Installation) -> Iterator[Finding]:
    """A secret in the open is worth a warning; a server that the user runs without us is the user's to decide."""
    found = others(target, installation)[0]
    if found:
        state: State = "warning" if any(each.secrets for each in found) else "note"
        words = f"{target.client.title}: {open_words(found)}"
        yield Finding("clients", state, words, f"Move them behind the door: doorkeep clients adopt {target.client.id}")


def _backups(home: str, client: Client) -> Iterator[Finding]:
    try:
        kept = list_backups(home, client.id)
    except ClientConfigError as error:
        yield Finding("backups", "warning", str(error), error.fix)
        return
    old = sum(1 for backup in kept if _age_days(backup.at) > OLD_DAYS)
    if old:
        words = f"{old} of {len(kept)} backups of {client.title}'s configuration are older than {OLD_DAYS} days; they may hold secrets."
        yield Finding(
            "backups",
            "note",
            words,
            f"Look at them: doorkeep clients backups {client.id} ({folder_of(home, client.id)})",
        )


def _age_days(at: str) -> float:
    import datetime

    try:
        return (time.time() - datetime.datetime.fromisoformat(at).timestamp()) / DAY
    except ValueError:
        return 0.0

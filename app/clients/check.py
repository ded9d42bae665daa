"""How a client's file stands now, against our record of what we wrote. Looks only, changes nothing."""

from __future__ import annotations

import datetime
import os
from typing import Any, Literal

import msgspec

from app.clients import configfile, ownership, pending
from app.clients.changes import entries_of, section_stands
from app.clients.claude_desktop import why_blocked
from app.clients.connect import app_running
from app.clients.entries import arguments_of, command_of
from app.clients.ownership import Place, Record
from app.clients.targets import Installation, Target
from app.core.errors import ClientConfigError
from app.desktop.apps import Desktop, Running
from app.desktop.posix import SLACK

State = Literal["connected", "wiped", "removed", "changed", "stale", "unreadable", "waiting", "not connected"]
LOST: tuple[State, ...] = ("wiped", "removed", "changed")
"""States in which something that we wrote is not as we left it."""


class Report(msgspec.Struct, frozen=True):
    """One file. `wiped`: the whole section went (the app rewrites its file); `removed`: ours went, the section stands (perhaps
    the user did it); `changed`: an entry of ours has another value, or its name another program; `stale`: it runs a bridge
    that is not there, or another installation's.

    `entries`: ours in the file now, by key; `lost`: keys that we wrote and that are gone or foreign; `waiting`: what waits for
    the app to close; `blocked`: an organisation's policy, in words.
    """

    client: str
    title: str
    path: str
    state: State
    words: str
    fix: str = ""
    running: bool = False
    blocked: str = ""
    waiting: str = ""
    entries: dict[str, str] = {}
    lost: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def well(self) -> bool:
        """Whether the client reaches Doorkeep through this file, as far as a file can tell."""
        return self.state == "connected" and not self.blocked


def check(target: Target, installation: Installation, desktop: Desktop) -> Report:
    """The file's state. Never raises ClientConfigError: what cannot be read is a state."""
    running = app_running(target, desktop)
    application = target.client.application
    blocked = why_blocked(desktop.managed(application)) if application is not None else ""
    try:
        waits = pending.find(installation.home, target)
        record = ownership.load(installation.home, target.client.id)
        snapshot = configfile.read(target.path)
        here = entries_of(target, snapshot)
        section = section_stands(target, snapshot)
    except ClientConfigError as error:
        return Report(
            target.client.id,
            target.client.title,
            target.path,
            "unreadable",
            error.title,
            error.fix,
            running is not None,
            blocked,
        )
    place = record.places.get(snapshot.real, Place())
    ours = {key: value for key, value in here.items() if record.owns(value, installation.bridge)}
    lost = tuple(key for key in place.entries if key not in ours)
    state, words, fix = _judged(target, installation, place, ours, lost, here, section)
    waiting = ""
    if waits is not None:
        waiting = f"{waits.wish.what} waits until {target.client.title} is closed" + (
            f"; last try: {waits.problem}" if waits.problem else ""
        )
        if state == "not connected" and waits.wish.what == "connect":
            state, words, fix = "waiting", "Doorkeep has no entry there yet.", f"Close {target.client.title}."
    return Report(
        target.client.id,
        target.client.title,
        target.path,
        state,
        words,
        fix,
        running is not None,
        blocked,
        waiting,
        {key: _server(key, value) for key, value in ours.items()},
        lost,
        (*_notes(target, place, ours, running), *_begun(target, record, snapshot.real, ours, installation)),
    )


def _judged(
    target: Target,
    installation: Installation,
    place: Place,
    ours: dict[str, Any],
    lost: tuple[str, ...],
    here: dict[str, Any],
    section: bool,
) -> tuple[State, str, str]:
    again = f"doorkeep clients connect {target.client.id}"
    names = ", ".join(f'"{key}"' for key in lost)
    if lost and not section:
        return "wiped", f"{target.client.title} dropped all its servers, ours ({names}) too.", f"Put it back: {again}"
    if any(key in here for key in lost):
        return "changed", f"The name {names} now runs another program.", f"Put ours beside it: {again}"
    if lost:
        forget = f"doorkeep clients disconnect {target.client.id}"
        fix = f"If you took it out yourself: {forget}. If not, put it back: {again}"
        return "removed", f"Our entry {names} is gone, the rest of the servers stands.", fix
    for key, value in ours.items():
        command = command_of(value)
        if not os.access(command, os.X_OK):
            return "stale", f'"{key}" runs {command}, which is not there or cannot be run.', f"Write it anew: {again}"
        if not ownership.same_path(command, installation.bridge):
            return "stale", f'"{key}" runs the bridge of another installation, {command}.', f"Write it anew: {again}"
    for key, written in place.entries.items():
        if ours[key] != written.entry:
            return "changed", f'"{key}" is not as Doorkeep wrote it.', f"Write it anew: {again}"
    if ours:
        return "connected", "Connected: " + ", ".join(f'"{key}"' for key in ours) + ".", ""
    return "not connected", "Doorkeep has no entry there.", f"Connect it: {again}"


def _notes(target: Target, place: Place, ours: dict[str, Any], running: Running | None) -> list[str]:
    notes = [target.note] if target.note else []
    if running is not None and ours and place.at and running.began:
        written = datetime.datetime.fromisoformat(place.at).timestamp()
        if running.began + SLACK < written:
            notes.append(
                f"{target.client.title} has been running since before the entry was written: quit and start it."
            )
    return notes


def _begun(target: Target, record: Record, real: str, ours: dict[str, Any], installation: Installation) -> list[str]:
    """Adoptions between whose steps a failure or a kill came."""
    reached = {key for key, value in ours.items() if record.stands_for(real, key, value, installation.bridge)}
    keys = [key for key, each in record.adopted.get(real, {}).items() if each.state == "begun" and key not in reached]
    if not keys:
        return []
    names = ", ".join(f'"{key}"' for key in keys)
    words = f"Adopting {names} was begun and not finished; the entry there is the client's own, and works."
    return [f"{words} To finish: doorkeep clients adopt {target.client.id}"]


def _server(key: str, value: dict[str, Any]) -> str:
    args = arguments_of(value)
    return args[-1] if args else key

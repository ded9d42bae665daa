"""Everything one may want to know of the clients of this computer at one glance. Looks only; the deeds are in `connect`."""

from __future__ import annotations

import contextlib
import os

import msgspec

from app.clients import backups, configfile, ownership
from app.clients.adopting import plans
from app.clients.adopting.foreign import Foreign
from app.clients.backups import Backup
from app.clients.check import Report, check
from app.clients.known import CLIENTS
from app.clients.targets import Installation, Target, find_targets, written_targets
from app.core.errors import ClientConfigError, DoorkeepError
from app.core.journal.reader import Reader
from app.core.journal.record import CallRecord
from app.desktop.apps import Desktop


class Standing(msgspec.Struct, frozen=True):
    """One file of one client. `last_call`: its newest call, if the log holds one; `backups`: of this very file, newest first.

    `foreign`: servers in it that do not pass Doorkeep; `adopted`: key → our server, of entries that ours stand in place of.
    """

    target: Target
    report: Report
    last_call: CallRecord | None = None
    backups: tuple[Backup, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    adopted: dict[str, str] = {}


def known_targets(home: str) -> list[Target]:
    """Every client's file that is there on this computer, or that we wrote into. A damaged record of ours hides nothing."""
    found: list[Target] = []
    for client in CLIENTS.values():
        there = find_targets(client)
        paths = {target.path for target in there}
        found += there
        with contextlib.suppress(ClientConfigError):
            found += [target for target in written_targets(client, home) if target.path not in paths]
    return found


def standings(installation: Installation, desktop: Desktop) -> list[Standing]:
    """How each of them stands now. Reads files, processes and the log: not for a thread that must stay quick."""
    last: dict[str, CallRecord | None] = {}
    found: list[Standing] = []
    for target in known_targets(installation.home):
        name = target.client.introduces
        if name not in last:
            last[name] = last_call(installation.home, name) if name else None
        real = os.path.realpath(target.path)
        kept = tuple(each for each in backups.list_backups(installation.home, target.client.id) if each.path == real)
        report = check(target, installation, desktop)
        foreign, adopted = others(target, installation)
        found.append(Standing(target, report, last[name], kept, foreign, adopted))
    return found


Others = tuple[tuple[Foreign, ...], dict[str, str]]
_seen: dict[str, tuple[tuple[str, bytes, Installation], Others]] = {}
"""The last look at each file: some are megabytes of a client's state, and are looked at every few seconds."""


def others(target: Target, installation: Installation) -> Others:
    """The servers in a file that do not pass Doorkeep, and what ours stand in place of: key → our server.

    A file that cannot be read has none; `check` says why.
    """
    try:
        record = ownership.load(installation.home, target.client.id)
        snapshot = configfile.read(target.path)
        state = (snapshot.digest, msgspec.json.encode(record), installation)
        seen = _seen.get(snapshot.real)
        if seen is None or seen[0] != state:
            adopted = plans.adopted_here(target, installation, record, snapshot)
            foreign = tuple(plans.found(target, installation, record, snapshot))
            seen = _seen[snapshot.real] = (state, (foreign, {key: each.server for key, each in adopted.items()}))
    except ClientConfigError:
        return (), {}
    return seen[1]


def last_call(home: str, name: str) -> CallRecord | None:
    """The newest call of a client; None where there is none or the log cannot be read, which Activity and Home say."""
    reader = Reader(home)
    try:
        records = reader.query(f'client:"{name}"', 1).records
    except DoorkeepError:
        return None
    finally:
        reader.close()
    return records[0] if records else None


def calls_as(client: str, record: CallRecord) -> bool:
    """Whether that call came from that client, as far as its own word goes: records carry its name with a version."""
    name = CLIENTS[client].introduces if client in CLIENTS else ""
    return bool(name) and name in (record.client.rpartition(" ")[0], record.client)

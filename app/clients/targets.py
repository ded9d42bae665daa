"""Which file a command means, and what is written into it: the entry of one of our servers."""

from __future__ import annotations

import os
from typing import Any

import msgspec

from app.bridge.home import default_home
from app.bridge.programs import stable
from app.clients import entries, ownership
from app.clients.client import Client
from app.clients.entries import Shape
from app.clients.known import CLIENTS
from app.clients.locations import Machine, this_machine
from app.core.errors import ClientConfigError


class Target(msgspec.Struct, frozen=True):
    """One client's file. `folder` is the client's data folder, where its lock lies; `usual`: the client looks there by itself."""

    client: Client
    path: str
    folder: str
    usual: bool
    note: str = ""


class Installation(msgspec.Struct, frozen=True):
    """This Doorkeep: where its state lies and the absolute path of its bridge."""

    home: str
    bridge: str

    def entry(self, server: str, shape: Shape = "plain") -> dict[str, Any]:
        """The value written into a client's configuration, and nothing more (contract: client's config)."""
        moved = os.path.realpath(self.home) != os.path.realpath(default_home())
        return entries.entry(shape, self.bridge, [*(("--home", self.home) if moved else ()), server])


def this_installation(home: str, bridge: str | None = None) -> Installation:
    """The running installation. Raises ClientConfigError where its bridge is not there, or its path cannot be written down."""
    path = os.path.abspath(bridge) if bridge else bridge_path()
    if not os.path.isfile(path):
        raise ClientConfigError(
            f"The bridge {path} is not there.",
            "A client starts it to reach Doorkeep; nothing was written.",
            "Install Doorkeep again.",
        )
    for each in (path, home):
        try:
            each.encode()
        except UnicodeEncodeError:
            raise ClientConfigError(
                f"The path {each!a} is not UTF-8, so it cannot stand in a configuration file.",
                "Nothing was written.",
                "Move it to a folder with a plain name.",
            ) from None
    return Installation(os.path.abspath(home), path)


def bridge_path() -> str:
    """Where clients find the bridge, by a path that an upgrade keeps."""
    return stable("doorkeep-bridge")


def find_client(name: str) -> Client:
    """Raises ClientConfigError with the known names."""
    client = CLIENTS.get(name)
    if client is None:
        raise ClientConfigError(f"There is no client {name!r}.", fix=f"Known clients: {', '.join(CLIENTS)}.")
    return client


def find_target(client: Client, config_file: str | None = None, machine: Machine | None = None) -> Target:
    """The one file to work on. Raises ClientConfigError where none is there, or where nobody can know which one counts."""
    machine = machine or this_machine()
    found = client.places(machine)
    if config_file is not None:
        path = os.path.abspath(os.path.expanduser(config_file))
        usual = any(machine.tree.real(each.path) == machine.tree.real(path) for each in found)
        return Target(client, path, os.path.dirname(path), usual, "")
    live = [each for each in found if each.live]
    if len(live) > 1:
        paths = "; ".join(f"{each.path} ({each.note or each.variant})" for each in live)
        raise ClientConfigError(
            f"{client.title} may read more than one file: {paths}.",
            "Nothing was written, since only one of them counts.",
            "Name the right one with --config-file PATH.",
        )
    if not live:
        raise ClientConfigError(
            f"{client.title} was not found on this computer.",
            f"It would keep its configuration in {found[0].path}.",
            "Start it once, or name its file with --config-file PATH.",
        )
    return Target(client, live[0].path, live[0].folder, usual=True, note=live[0].note)


def find_targets(client: Client, machine: Machine | None = None) -> list[Target]:
    """Every file of that client that is there on this computer, ambiguous ones included."""
    machine = machine or this_machine()
    return [Target(client, each.path, each.folder, True, each.note) for each in client.places(machine) if each.live]


def written_targets(client: Client, home: str) -> list[Target]:
    """Every file of that client that we wrote into and have not left. Raises ClientConfigError for a damaged record."""
    places = ownership.load(home, client.id).places.values()
    return [Target(client, each.path, each.folder, each.usual) for each in places if each.entries]

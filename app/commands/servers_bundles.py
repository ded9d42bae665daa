"""`doorkeep servers add FILE.mcpb`: asked about, unpacked, looked at like any other server, and taken away again unless accepted.

A sensitive answer is typed unseen at a terminal, or lies in the keychain already; the command line never takes one.
"""

from __future__ import annotations

import argparse
import contextlib
import getpass
import sys
from typing import TYPE_CHECKING, Any

from app.commands.servers_adding import check, set_up, variable
from app.core.errors import DoorkeepError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.wanted import Answer, Wanted


def add(args: argparse.Namespace) -> int:
    """Set up the server of a bundle. Raises DoorkeepError; then nothing of it is left."""
    from app.core.bundles import archive, installed, starting
    from app.core.settings import load
    from app.core.wanted import complete

    manifest = archive.manifest_of(args.name)
    name = args.under or manifest.server_name()
    servers = load(args.home).servers
    check(name, servers)
    installed.sweep(args.home, servers.values())
    wanted = starting.wanted_of(manifest, name)
    answers = _answers(args, wanted)
    set_now = _secrets(args, manifest.title, wanted, answers)
    status, folder = 1, ""
    try:
        complete(manifest.title, wanted, answers)  # before anything is unpacked
        manifest, folder = installed.install(args.home, args.name, name)
        found = starting.setting_of(manifest, name, folder, answers)
        status = set_up(args, name, {"command": found.command, "args": list(found.args), "env": found.env})
    finally:
        if status != 0:
            _take_back(args.home, folder, set_now)
    return status


def _answers(args: argparse.Namespace, wanted: Sequence[Wanted]) -> dict[str, Answer]:
    """What was given as `--answer`, and at a terminal what is needed beside it."""
    given: dict[str, Answer] = {}
    many = {one.name for one in wanted if one.many}
    for name, value in (variable(text) for text in args.answer):
        before = given.get(name)
        given[name] = [*before, value] if isinstance(before, list) else [value] if name in many else value
    for one in wanted:
        if one.kind == "secret" and one.name in given:
            raise DoorkeepError(
                f"{one.title} is a secret: on the command line every program could read it.",
                "Nothing was added.",
                f"doorkeep secrets set {one.secret}",
            )
        if one.needed and one.default is None and one.kind != "secret" and one.name not in given and _at_terminal(args):
            given[one.name] = input(f"{_asked(one)}: ")
    return given


def _secrets(args: argparse.Namespace, title: str, wanted: Sequence[Wanted], answers: dict[str, Answer]) -> list[str]:
    """Marks which secrets the keychain has; asks for the others. Gives those that were put there just now."""
    from app.control.client import ensure_gateway
    from app.core.secret_names import names_of

    kept = names_of(args.home)
    fresh: list[str] = []
    for one in wanted:
        if one.kind != "secret":
            continue
        value = ""
        if one.secret not in kept and _at_terminal(args):
            value = getpass.getpass(f"{_asked(one)} (goes into the keychain as {one.secret}): ")
        if value:
            with ensure_gateway(args.home) as control:
                control.call("set_secret", name=one.secret, value=value, seconds=90)
            fresh.append(one.secret)
        elif one.needed and one.secret not in kept:
            raise DoorkeepError(
                f"{title} needs a secret: {one.title}.", "Nothing was added.", f"doorkeep secrets set {one.secret}"
            )
        elif one.secret in kept:
            print(f"{title} is given the secret {one.secret}, which the keychain has already.", file=sys.stderr)
        answers[one.name] = bool(value) or one.secret in kept
    return fresh


def _take_back(home: str, folder: str, secrets: Sequence[str]) -> None:
    from app.control.client import ControlClient
    from app.core.bundles import installed

    if folder:
        installed.remove(home, folder)
    if secrets:
        with contextlib.suppress(DoorkeepError), ControlClient.connect(home) as control:
            for name in secrets:
                control.call("remove_secret", name=name, seconds=90)


def _asked(one: Wanted) -> str:
    said = f"{one.title} ({one.about})" if one.about else one.title
    return "".join(letter if letter.isprintable() else "?" for letter in said)[:300]


def _at_terminal(args: Any) -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and not args.json

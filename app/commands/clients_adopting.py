"""`doorkeep clients adopt`: the servers that stand in a client's file, what lies open in them, and, after a yes, behind the door.

No value of a secret is ever printed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from app.clients import configfile, ownership
from app.clients.adopting import plans
from app.clients.adopting.foreign import Foreign
from app.clients.changes import Wish
from app.clients.client import Client
from app.clients.connect import Outcome, plan
from app.clients.overview import others
from app.clients.targets import Installation, Target, find_target, this_installation
from app.core.errors import ClientConfigError
from app.core.folders import shown

if TYPE_CHECKING:
    import argparse

Do = Callable[["argparse.Namespace", Target, Installation, Wish], Outcome]
Say = Callable[[Target, Outcome], None]


def register(parser: argparse.ArgumentParser) -> None:
    """Options beside those of every change."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="as they stand in the client's file; none: all that can be"
    )
    parser.add_argument("--yes", action="store_true", help="do it without a question")


def run(args: argparse.Namespace, client: Client, do: Do, say: Say) -> int:
    """Show, ask, and move; 0 when it is done, or waits for the client to close as asked."""
    target = find_target(client, args.config_file)
    installation = this_installation(args.home)
    record = ownership.load(args.home, client.id)
    found = plans.found(target, installation, record, configfile.read(target.path))
    chosen = _chosen(found, tuple(args.names))
    fact: dict[str, Any] = {"path": target.path, "found": [msgspec.to_builtins(each) for each in found]}
    if not args.json:
        _show(target, found)
    if not chosen and not args.names:
        if args.json:
            print(json.dumps({**fact, "outcome": None}, ensure_ascii=False))
        elif found:
            print("None of them can be adopted as it stands; nothing was changed.")
        return 0
    keys = tuple(args.names) or tuple(each.key for each in chosen)
    wish = Wish("adopt", keys, seen={each.key: plans.shown_as(each) for each in chosen})
    plan(target, installation, wish)  # what cannot be done is refused before anybody is asked
    if args.json and not (args.dry_run or args.yes):
        raise ClientConfigError("Adopting needs your yes.", "Nothing was changed.", "Say --yes, or --dry-run to look.")
    if chosen and not (args.dry_run or args.yes) and not _agreed(chosen):
        print("Nothing was changed.")
        return 1
    outcome = do(args, target, installation, wish)
    if args.json:
        print(json.dumps({**fact, "outcome": msgspec.to_builtins(outcome)}, ensure_ascii=False))
    else:
        say(target, outcome)
    return 0


def say_foreign(target: Target, installation: Installation) -> None:
    """One line on the servers that do not pass Doorkeep, where there are some."""
    words = open_words(others(target, installation)[0])
    if words:
        print(f"  {words} To adopt: doorkeep clients adopt {target.client.id}")


def open_words(found: tuple[Foreign, ...]) -> str:
    """Which servers do not pass Doorkeep, and how many secrets lie open in them; empty where there are none."""
    if not found:
        return ""
    names, secrets = ", ".join(each.key for each in found), sum(len(each.secrets) for each in found)
    open_ = f", with {secrets} secret{'s' if secrets != 1 else ''} in the open" if secrets else ""
    return f"Without Doorkeep: {names}{open_}."


def _chosen(found: list[Foreign], names: tuple[str, ...]) -> list[Foreign]:
    """Those that are named, else all that can be moved. Names that are not there are refused when the change is planned."""
    if not names:
        return [each for each in found if not each.problem]
    by_key = {each.key: each for each in found}
    return [by_key[name] for name in names if name in by_key]


def _show(target: Target, found: list[Foreign]) -> None:
    title, path = target.client.title, shown(target.path)
    if not found:
        print(f"{title} ({path}) has no server that does not pass Doorkeep.")
        return
    print(f"{title} ({path}) runs these servers without Doorkeep:")
    for each in found:
        print(f"\n  {each.key}")
        if each.runs.strip():
            print(f"    {'reaches' if each.kind == 'remote' else 'runs'}  {each.runs}")
        for secret in each.secrets:
            print(f"    secret in the open: {secret.place}  {secret.masked}")
        if each.variables:
            print(f"    variables: {', '.join(each.variables)}")
        if each.problem:
            print(f"    cannot be adopted: {each.problem}")
    print()


def _agreed(chosen: list[Foreign]) -> bool:
    if not sys.stdin.isatty():
        raise ClientConfigError(
            "Adopting needs your yes, and there is no terminal to ask at.",
            "Nothing was changed.",
            "Say --yes, or --dry-run to see the change.",
        )
    count = sum(len(each.secrets) for each in chosen)
    secrets = f", and {count} secret{'s' if count != 1 else ''} into the keychain" if count else ""
    names = ", ".join(each.key for each in chosen)
    print(f"{names}: behind the door{secrets}. The original is kept and can be put back at any time.")
    print(f"Adopt {'them' if len(chosen) != 1 else 'it'}? [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")

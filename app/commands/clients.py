"""`doorkeep clients`: connect Claude Desktop, look after its configuration, take everything back."""

from __future__ import annotations

import json
import os
import shlex
import sys
from typing import TYPE_CHECKING, Any

import msgspec

from app.clients import backups, ownership
from app.clients.changes import Wish
from app.clients.check import Report, check
from app.clients.client import Client
from app.clients.connect import Outcome, carry_out, carry_out_when_closed, preview
from app.clients.due import Applied, apply_due
from app.clients.known import CLIENTS
from app.clients.restarting import carry_out_restarting
from app.clients.targets import (
    Installation,
    Target,
    bridge_path,
    find_client,
    find_target,
    find_targets,
    this_installation,
    written_targets,
)
from app.commands import clients_adopting, clients_snippet
from app.core.errors import ClientConfigError
from app.core.folders import shown
from app.desktop.apps import this_desktop

if TYPE_CHECKING:
    import argparse

DONE = {
    "connect": "is connected",
    "disconnect": "is disconnected",
    "restore": "has its configuration back",
    "adopt": "reaches these servers through Doorkeep now",
    "return": "has its own entries back",
}
ALREADY = {
    "connect": "is connected already; nothing was written",
    "disconnect": "was not connected; nothing was written",
    "restore": "has these very bytes; nothing was written",
    "adopt": "reaches them through Doorkeep already; nothing was written",
    "return": "has them already; nothing was written",
}


def register(commands: argparse._SubParsersAction[Any]) -> None:
    """Options of `doorkeep clients …`."""
    parser = commands.add_parser("clients", help="connect AI apps, and look after their configurations")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _action(actions, "list", "every known client and how it stands", named=False)
    _changing(_action(actions, "connect", "let a client in: write our entry into its configuration"))
    leaving = _action(actions, "disconnect", "take our entry out again", named=False)
    leaving.add_argument("client", nargs="?", metavar="CLIENT", help=", ".join(CLIENTS))
    leaving.add_argument("--all", action="store_true", help="every file that Doorkeep wrote into")
    _changing(leaving)
    checking = _action(actions, "check", "is our entry still there, and does it work; carries out what waited")
    checking.add_argument("--config-file", metavar="PATH", help="another file than the client's usual one")
    adopting = _action(actions, "adopt", "move the servers that stand in its configuration behind the door")
    clients_adopting.register(adopting)
    _changing(adopting)
    clients_snippet.register(actions.add_parser("snippet", help="what to add by hand, in an app's own form"))
    _action(actions, "backups", "copies of its configuration from before our changes")
    restoring = _action(actions, "restore", "put a copy back, or the own entry of a server that was adopted")
    restoring.add_argument("id", metavar="ID", help="of a copy (doorkeep clients backups), or an adopted server's name")
    _changing(restoring)


def _action(actions: Any, name: str, words: str, named: bool = True) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=words)
    if named:
        parser.add_argument("client", metavar="CLIENT", help=", ".join(CLIENTS))
    parser.add_argument("--json", action="store_true", help="facts as JSON")
    return parser


def _changing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config-file", metavar="PATH", help="another file than the client's usual one")
    parser.add_argument("--dry-run", action="store_true", help="print a diff and write nothing")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--quit", action="store_true", help="quit the client, write, start it again")
    choice.add_argument("--when-closed", action="store_true", help="wait until the client is closed")


def run(args: argparse.Namespace) -> int:
    """Carries out one action; 0 when it is done."""
    if args.action == "list":
        return _list(args)
    if args.action == "disconnect":
        return _disconnect(args)
    if args.action == "snippet":
        return clients_snippet.run(args)
    client = find_client(args.client)
    if args.action == "backups":
        return _backups(args, client)
    if args.action == "check":
        return _check(args, client)
    if args.action == "adopt":
        return clients_adopting.run(args, client, _do, _say)
    if args.action == "restore":
        target, wish = _restored(args, client)
        outcome = _do(args, target, Installation(args.home, bridge_path()), wish)
    else:
        target = find_target(client, args.config_file)
        outcome = _do(args, target, this_installation(args.home), Wish("connect"))
    if args.json:
        _print_json(_fact(outcome))
    else:
        _say(target, outcome)
    return 0


def _do(args: argparse.Namespace, target: Target, installation: Installation, wish: Wish) -> Outcome:
    desktop = this_desktop()
    if args.dry_run:
        return preview(target, installation, wish)
    if args.quit:
        print(f"Asking {target.client.title} to quit, if it runs …", file=sys.stderr)
        return carry_out_restarting(target, installation, wish, desktop)
    if args.when_closed:
        return carry_out_when_closed(target, installation, wish, desktop)
    return carry_out(target, installation, wish, desktop)


def _disconnect(args: argparse.Namespace) -> int:
    """Also where the bridge or the client is gone: leaving must always be possible."""
    if bool(args.client) == args.all:
        print("doorkeep clients disconnect: name a client, or say --all", file=sys.stderr)
        return 2
    installation = Installation(args.home, bridge_path())
    targets: list[Target] = []
    for client in CLIENTS.values() if args.all else [find_client(args.client)]:
        if args.config_file:
            targets.append(find_target(client, args.config_file))
        else:
            targets += _with_entries(client, installation) or ([] if args.all else [find_target(client)])
    facts: list[dict[str, Any]] = []
    failed = False
    for target in targets:
        try:
            outcome = _do(args, target, installation, Wish("disconnect"))
        except ClientConfigError as error:
            if len(targets) == 1:
                raise
            print(f"doorkeep: {error}", file=sys.stderr)
            failed = True
            continue
        facts.append(_fact(outcome))
        failed = failed or bool(outcome.left)
        if not args.json:
            _say(target, outcome)
    if args.json:
        _print_json(facts if args.all else facts[0] if len(facts) == 1 else facts)
    elif not targets:
        print("Doorkeep's entry stands in no client's configuration; nothing was written.")
    return 1 if failed else 0


def _with_entries(client: Client, installation: Installation) -> list[Target]:
    """Every file that we wrote into, also where a kill came before that was noted: then our entry itself tells."""
    found = written_targets(client, installation.home)
    known = {os.path.realpath(each.path) for each in found}
    unknown = [each for each in find_targets(client) if os.path.realpath(each.path) not in known]
    return [*found, *(each for each in unknown if check(each, installation, this_desktop()).entries)]


def _restored(args: argparse.Namespace, client: Client) -> tuple[Target, Wish]:
    """An adopted entry by its key or its server's name; else a copy, into the file it was taken from unless another is named."""
    known = [*written_targets(client, args.home), *find_targets(client)]
    adopted = ownership.load(args.home, client.id).adopted
    named = find_target(client, args.config_file) if args.config_file else None
    for target in [named] if named else known:
        for key, each in adopted.get(os.path.realpath(target.path), {}).items():
            if args.id in (key, each.server):
                return target, Wish("return", (key,))
    backup, _ = backups.load(args.home, client.id, args.id)
    target = named or next((each for each in known if os.path.realpath(each.path) == backup.path), None)
    return target or find_target(client, backup.path), Wish("restore", backup=args.id)


def _list(args: argparse.Namespace) -> int:
    installation, desktop = Installation(args.home, bridge_path()), this_desktop()
    facts: list[dict[str, Any]] = []
    for client in CLIENTS.values():
        written = written_targets(client, args.home)
        found = find_targets(client)
        targets = [*found, *(each for each in written if each.path not in {one.path for one in found})]
        facts += [_report_fact(check(target, installation, desktop)) for target in targets]
        if not targets:
            facts.append({"client": client.id, "title": client.title, "path": None, "state": "not installed"})
    if args.json:
        _print_json(facts)
        return 0
    width = max(len(fact["client"]) for fact in facts)
    for fact in facts:
        words = fact["state"] + (", running" if fact.get("running") else "")
        print(f"{fact['client']:{width}}  {words:22}  {shown(fact['path']) if fact['path'] else ''}".rstrip())
    return 0


def _check(args: argparse.Namespace, client: Client) -> int:
    installation, desktop = Installation(args.home, bridge_path()), this_desktop()
    if args.config_file:
        targets = [find_target(client, args.config_file)]
    else:
        targets = find_targets(client)
        usual = {each.path for each in targets}
        targets += [each for each in written_targets(client, args.home) if each.path not in usual]
        targets = targets or [find_target(client)]
    applied = [done for target in targets for done in apply_due(installation, desktop, only=target)]
    reports = [check(target, installation, desktop) for target in targets]
    if args.json:
        done = [_applied_fact(each) for each in applied]
        _print_json({"applied": done, "files": [_report_fact(report) for report in reports]})
    else:
        for each in applied:
            print(_applied_words(each))
        for target, report in zip(targets, reports, strict=True):
            _say_report(report)
            clients_adopting.say_foreign(target, installation)
    troubled = [report for report in reports if not report.well]
    if not troubled or (any(each.well for each in reports) and all(each.state == "not connected" for each in troubled)):
        return 0
    for report in troubled:
        words = f"{report.title} ({shown(report.path)}): {report.state}. {report.blocked or report.words} {report.fix}"
        print(f"doorkeep: {words.strip()}", file=sys.stderr)
    return 1


def _backups(args: argparse.Namespace, client: Client) -> int:
    kept = backups.list_backups(args.home, client.id)
    if args.json:
        _print_json([msgspec.to_builtins(each) for each in kept])
    elif not kept:
        print(f"There is no backup of {client.title}'s configuration: Doorkeep has not changed it.")
    for each in [] if args.json else kept:
        print(f"{each.id:18}  {each.at}  {each.size:>8} bytes  {shown(each.path)}")
    return 0


def _say(target: Target, outcome: Outcome) -> None:
    """What was done, for a person: one thing a line."""
    title, path = target.client.title, shown(target.path)
    if outcome.state == "planned":
        print(outcome.diff or f"{title} {ALREADY[outcome.what]}.", end="" if outcome.diff else "\n")
    elif outcome.state == "waiting":
        print(f"{title} is running. This waits until it is closed: {outcome.what} ({path}).")
        print(f"The tray does it then; without it: doorkeep clients check {target.client.id}")
    elif outcome.state == "already":
        print(f"{title} {ALREADY[outcome.what]} ({path}).")
    else:
        print(f"{title} {DONE[outcome.what]} ({path}).")
        for key, server in outcome.adopted.items():
            names = ", ".join(f"{place} as {name}" for place, name in outcome.secrets.get(key, {}).items())
            print(f"  {key}: {server}" + (f"; in the keychain: {names}" if names else ""))
            print(f"    back again: doorkeep clients restore {target.client.id} {shlex.quote(key)}")
        if outcome.backup:
            print(f"The file as it was: doorkeep clients restore {target.client.id} {outcome.backup}")
        if outcome.what in ("connect", "adopt") and not outcome.restarted:
            print(f"{title} reads it when it starts.")
    for note in outcome.notes:
        print(note)


def _say_report(report: Report) -> None:
    print(f"{report.title}: {report.state} ({shown(report.path)})")
    for words in (report.words if report.well else "", report.waiting, report.blocked, *report.notes):
        if words:
            print(f"  {words}")
    if report.running:
        print(f"  {report.title} is running.")


def _applied_words(applied: Applied) -> str:
    what = f"{applied.pending.wish.what} ({shown(applied.pending.path)})"
    return (
        f"What waited was tried and waits on: {what}. {applied.problem}"
        if applied.problem
        else f"Done, as asked before: {what}."
    )


def _applied_fact(applied: Applied) -> dict[str, Any]:
    outcome = _fact(applied.outcome) if applied.outcome else None
    return {
        "what": applied.pending.wish.what,
        "path": applied.pending.path,
        "problem": applied.problem,
        "outcome": outcome,
    }


def _fact(outcome: Outcome) -> dict[str, Any]:
    return msgspec.to_builtins(outcome)


def _report_fact(report: Report) -> dict[str, Any]:
    return {**msgspec.to_builtins(report), "well": report.well}


def _print_json(fact: Any) -> None:
    print(json.dumps(fact, ensure_ascii=False))

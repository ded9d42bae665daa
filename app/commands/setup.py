"""`doorkeep setup`: carry the setup to another computer, without a secret in it; an import is shown before it is made."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from app.core import setup_file
from app.core.errors import DoorkeepError
from app.core.private_file import replace_private
from app.core.settings import MAX_BYTES, load

if TYPE_CHECKING:
    import argparse


def register(commands: argparse._SubParsersAction[Any]) -> None:
    """Options of `doorkeep setup …`."""
    parser = commands.add_parser("setup", help="carry the setup to another computer, without secrets")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    exporting = actions.add_parser("export", help="write folders, servers, rules and limits to a file; - for stdout")
    exporting.add_argument("file", metavar="FILE")
    importing = actions.add_parser("import", help="take them from such a file; shows first what would change")
    importing.add_argument("file", metavar="FILE")
    importing.add_argument("--yes", action="store_true", help="do it without asking")
    importing.add_argument("--dry-run", action="store_true", help="only show what would change")
    importing.add_argument("--json", action="store_true", help="facts as JSON; asks nothing")


def run(args: argparse.Namespace) -> int:
    """Carries out one action; 0 when it is done or nothing had to be."""
    return _export(args) if args.action == "export" else _import(args)


def _export(args: argparse.Namespace) -> int:
    content = setup_file.export(load(args.home))
    if args.file == "-":
        sys.stdout.write(content.decode())
        return 0
    try:
        replace_private(args.file, content)
    except OSError as error:
        raise DoorkeepError(f"{args.file} cannot be written: {error.strerror}.", "", "Choose another place.") from None
    print(f"The setup lies in {args.file}; secrets are not in it.")
    return 0


def _import(args: argparse.Namespace) -> int:
    planned = setup_file.plan_import(args.home, setup_file.read(_content(args.file), args.file))
    apply = bool(planned.changes) and not args.dry_run
    if not args.json:
        _show(planned)
    if apply and not args.yes:
        apply = not args.json and _agreed()
        if not apply:
            print("Nothing was changed. --yes does it without asking.", file=sys.stderr)
    if apply:
        from app.control.client import settled

        setup_file.carry_out(args.home, planned, lambda: settled(args.home))
    if args.json:
        fact = {"changes": planned.changes, "left_out": planned.left_out, "done": apply}
        print(json.dumps(fact, ensure_ascii=False))
    elif apply:
        print("Done; it is in force.")
    return 0 if apply or not planned.changes or args.dry_run else 1


def _show(planned: setup_file.Import) -> None:
    for line in planned.changes:
        print(_plain(line))
    for line in planned.left_out:
        print(f"Left out: {_plain(line)}")
    if not planned.changes:
        print("There is nothing to change.")


def _plain(line: str) -> str:
    """A file from elsewhere must not move the cursor of a terminal on which one is about to say yes."""
    return "".join(each if each.isprintable() else "\N{SYMBOL FOR SUBSTITUTE}" for each in line)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        return False
    try:
        return input("Make these changes? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DoorkeepError(f"{os.path.abspath(path)} cannot be read: {error.strerror}.") from None

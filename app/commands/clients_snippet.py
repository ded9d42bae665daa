"""`doorkeep clients snippet`: what to add by hand to the configuration of an app whose file Doorkeep does not change."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import msgspec

from app.clients.snippets import NAMES, snippet
from app.clients.targets import this_installation

if TYPE_CHECKING:
    import argparse


def register(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("client", nargs="?", default="any", metavar="CLIENT", help=", ".join(NAMES))
    parser.add_argument(
        "--server", action="append", default=[], metavar="NAME", help="only this one; may be said again"
    )
    parser.add_argument("--json", action="store_true", help="facts as JSON")


def run(args: argparse.Namespace) -> int:
    """The text goes to standard output, so that it can be copied or piped; where it belongs to standard error."""
    found = snippet(this_installation(args.home), args.client, tuple(args.server))
    if args.json:
        print(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    print(f"{found.title}: add this to {found.where}.", file=sys.stderr)
    print(found.text, end="")
    for number, command in enumerate(found.commands):
        if not number:
            print("\nOr, by its own command line:", file=sys.stderr)
        print(command, file=sys.stderr)
    return 0

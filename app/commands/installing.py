"""`doorkeep install` and `doorkeep uninstall`: what the window of an unpacked archive does, without a desktop."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Adds both commands."""
    subparsers.add_parser("install", help="from an unpacked archive: install this Doorkeep for you, without a password")
    subparsers.add_parser("uninstall", help="leave every AI app, and remove what was installed for you")


def run(args: argparse.Namespace) -> int:
    """0 when it is done. Raises DoorkeepError with nothing half done."""
    from app.commands.progress import Bar
    from app.desktop import installing

    if args.command == "install":
        with Bar("Installing") as progress:
            notes = installing.install(progress)
        print("Doorkeep is installed. It is among your applications; `doorkeep doctor` checks that all is well.")
    else:
        print("Taking Doorkeep out of every AI app, and removing it …", file=sys.stderr, flush=True)
        notes = installing.uninstall(args.home)
        print("Doorkeep is removed.")
    for note in notes:
        print(note)
    return 0

"""`doorkeep updates`: is there a newer version? It asks when the person does, tells what is new and where, and downloads nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from app.core import settings, updates
from app.core.errors import DoorkeepError
from app.version import VERSION

if TYPE_CHECKING:
    import argparse


def register(commands: argparse._SubParsersAction[Any]) -> None:
    """Adds `updates [on|off|check] [--json]`."""
    parser = commands.add_parser("updates", help="whether there is a newer version; asks only if you turn it on")
    parser.add_argument(
        "action",
        nargs="?",
        choices=("on", "off", "check"),
        help="ask once a day from now on; do not; ask now. Left out: what was found last",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Carries it out. 1 where the address was asked and could not tell."""
    if args.action in ("on", "off"):
        on = args.action == "on"
        if on and not updates.address(settings.load(args.home)):
            raise DoorkeepError(
                "This build has no address to ask for new versions, so nothing was turned on.",
                "",
                'Name one in doorkeep.toml first: [updates] url = "https://…"',
            )
        settings.edit(args.home, lambda document: updates.switch(document, on=on))
    asks = args.action == "check"
    found = updates.ask(args.home) if asks else updates.news(args.home, settings.load(args.home))
    _print_json(found) if args.json else print(in_words(found))
    return 1 if asks and found.problem else 0


def _print_json(found: updates.News) -> None:
    import msgspec

    print(msgspec.json.encode({"version": VERSION, **found._asdict()}).decode())


def in_words(found: updates.News) -> str:
    """The news as a person reads it."""
    here = f"This is Doorkeep {VERSION}."
    lines = [f"{here} {_STATES[found.state].format(url=found.url)}"]
    if found.problem:
        lines.append(f"The last try, {_when(found.asked_at)}, failed: {found.problem}")
    elif found.asked_at:
        lines.append(f"Asked {_when(found.asked_at)}: {found.url}")
    if found.state == "newer" and found.release is not None:
        lines.insert(1, f"Version {found.release.version} is there. {found.release.link}".rstrip())
        lines += ["", found.release.notes] if found.release.notes else []
    return "\n".join(lines)


_STATES = {
    "unset": "This build has no address to ask for new versions, so it asks nobody.",
    "off": "It does not look for new versions. Turn it on with: doorkeep updates on; or ask once with: doorkeep updates check",
    "never": "It looks for new versions once a day, at {url}, while the desktop app runs.",
    "failed": "Whether there is a newer one is not known.",
    "current": "There is no newer one.",
    "newer": "It is not the latest.",
}


def _when(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))

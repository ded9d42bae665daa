"""`doorkeep secrets`: which secrets servers need, and setting them. A value comes from standard input and is never printed."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from app.core.errors import DoorkeepError

if TYPE_CHECKING:
    import argparse

MOST_BYTES = 1024 * 1024
SECONDS = 90.0
"""The system may ask for the keychain's password meanwhile."""


def register(commands: argparse._SubParsersAction[Any]) -> None:
    """Options of `doorkeep secrets …`."""
    parser = commands.add_parser("secrets", help="tokens and passwords, kept in the system's keychain")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _action(actions, "list", "names, where each is used and when; never a value")
    _action(actions, "set", "keep a value, read from standard input").add_argument("name")
    _action(actions, "remove", "take it out of the keychain").add_argument("name")


def _action(actions: Any, name: str, words: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=words)
    parser.add_argument("--json", action="store_true", help="facts as JSON")
    return parser


def run(args: argparse.Namespace) -> int:
    """Carries out one action."""
    from app.control.client import ensure_gateway
    from app.core.secret_names import listed, names_of, uses
    from app.core.settings import load

    if args.action == "list":
        _list(listed(names_of(args.home), uses(load(args.home))), args.json)
        return 0
    value = _value(args.name) if args.action == "set" else ""
    with ensure_gateway(args.home) as control:
        if args.action == "set":
            found = control.call("set_secret", SECONDS, name=args.name, value=value)
            words = f"{args.name} is {'kept' if found['new'] else 'replaced'}. A server that runs keeps the old value until restarted."
        else:
            found = control.call("remove_secret", SECONDS, name=args.name)
            words = f"{args.name} is removed." if found["removed"] else f"There was no secret named {args.name}."
    print(json.dumps(found, indent=2) if args.json else words)
    return 0


def _value(name: str) -> str:
    """What stands on standard input, its last line end left out; a person at a terminal types it unseen."""
    if sys.stdin.isatty():
        import getpass

        return getpass.getpass(f"Value of {name} (it is not shown): ")
    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise DoorkeepError("A secret of more than 1 MB is none.", "Nothing was kept.", "")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise DoorkeepError(
            "The value is not UTF-8 text.", "Nothing was kept.", "Encode it, as base64 for example."
        ) from None
    return text.removesuffix("\n").removesuffix("\r")


def _list(found: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print(json.dumps(found, indent=2))
        return
    if not found:
        print("No secret is kept, and no server needs one. `doorkeep secrets set NAME` keeps one.")
    for secret in found:
        used = secret["used_at"] or "never"
        state = f"set {secret['set_at']}, used {used}" if secret["kept"] else "NOT SET"
        print(f"{secret['name']:24} {state}")
        for use in secret["uses"]:
            shown = "  (every process list shows it there)" if use["place"] == "args" else ""
            print(f"{'':24} {use['server']}: {use['place']}{shown}")

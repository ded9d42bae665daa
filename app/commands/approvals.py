"""`doorkeep approvals`: what waits for the user's answer, and the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.core.errors import GatewayUnreachableError

if TYPE_CHECKING:
    import argparse


def register(commands: argparse._SubParsersAction[Any]) -> None:
    """Options of `doorkeep approvals …`."""
    parser = commands.add_parser("approvals", help="what waits for your answer")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="show every open question")
    listing.add_argument("--json", action="store_true", help="one JSON array")
    for name, words in (("allow", "say yes"), ("deny", "say no")):
        action = actions.add_parser(name, help=words)
        action.add_argument("id", help="as `doorkeep approvals list` shows it")
        action.add_argument("--json", action="store_true", help="the answered question as JSON")
        scope = action.add_mutually_exclusive_group()
        scope.add_argument("--session", action="store_true", help="also for the rest of the client's session")
        if name == "allow":
            scope.add_argument("--always", choices=("folder", "tool"), help="from now on, for this folder or this tool")


def run(args: argparse.Namespace) -> int:
    """Carries out one action."""
    from app.control.client import ControlClient

    if args.action == "list":
        return _show(_open_questions(args.home), args.json)
    scope = getattr(args, "always", None) or ("session" if args.session else "once")
    with ControlClient.connect(args.home) as control:
        answered = control.call("answer", id=args.id, answer=args.action, scope=scope)
    if args.json:
        print(json.dumps(answered, ensure_ascii=False))
    else:
        print(f"{args.id}: {'allowed' if args.action == 'allow' else 'denied'}.")
    return 0


def _open_questions(home: str) -> list[dict[str, Any]]:
    """None where no gateway runs: a question lives in the gateway that asks it."""
    from app.control.client import ControlClient

    try:
        with ControlClient.connect(home) as control:
            return control.call("approvals")["approvals"]
    except GatewayUnreachableError:
        return []


def _show(found: list[dict[str, Any]], as_json: bool) -> int:
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    if not found:
        print("Nothing waits for your answer.")
    for question in found:
        print(f"{question['id']}  {question.get('client', '')} wants {question.get('server')}.{question.get('tool')}")
        for path in question.get("paths", []):
            print(f"    {path}")
        for line in str(question.get("preview", "")).splitlines()[:20]:
            print(f"    {line}")
        print(f"    doorkeep approvals allow {question['id']}")
    return 0

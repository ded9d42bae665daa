"""`doorkeep doctor`: everything that can be wrong, and for each what to do. It looks, and changes nothing."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from app.commands.checks.finding import Finding

_MARKS = {"ok": ("✓", "32"), "note": ("·", "36"), "warning": ("!", "33"), "problem": ("✗", "31")}


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Adds `doctor [--json]`."""
    parser = subparsers.add_parser("doctor", help="check everything that can be wrong")
    parser.add_argument("--json", action="store_true", help="one object a line")


def run(args: argparse.Namespace) -> int:
    """0 where no problem was found, else 1."""
    problems = 0
    counted = 0
    for finding in examine(args.home):
        counted += 1
        problems += finding.state == "problem"
        _print_json(finding) if args.json else _print(finding)
    if not args.json:
        print()
        print("No problem was found." if not problems else f"{problems} of {counted} checks found a problem.")
    return 1 if problems else 0


def examine(home: str) -> Iterator[Finding]:
    """Every finding, in the order of a call's way. A check that fails by itself is a finding, not an end."""
    from app.commands.checks.connections import check_clients
    from app.commands.checks.finding import Finding
    from app.commands.checks.history import check_log
    from app.commands.checks.permissions import check_settings
    from app.commands.checks.place import check_home
    from app.commands.checks.running import check_gateway
    from app.commands.checks.servers import check_servers
    from app.commands.checks.system import check_system

    checks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("home", lambda: check_home(home)),
        ("system", check_system),
        ("settings", lambda: check_settings(home)),
        ("gateway", lambda: check_gateway(home)),
        ("log", lambda: check_log(home)),
        ("servers", lambda: check_servers(home)),
        ("clients", lambda: check_clients(home)),
    ]
    for name, check in checks:
        try:
            yield from check()
        except Exception as error:  # whatever it is, the other checks still tell something
            words = f"This check could not be made: {type(error).__name__}: {error}"
            yield Finding(name, "problem", words, "Please report this.")


def _print_json(finding: Finding) -> None:
    import msgspec

    print(msgspec.json.encode(finding).decode(), flush=True)


def _print(finding: Finding) -> None:
    mark, code = _MARKS[finding.state]
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        mark = f"\x1b[{code}m{mark}\x1b[0m"
    print(f"{mark} {finding.check:<11} {finding.words}", flush=True)
    if finding.fix:
        print(f"{'':14}{finding.fix}", flush=True)

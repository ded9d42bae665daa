"""`doorkeep servers login` and `logout`: signing in to a remote server in the browser, and out again.

The browser is opened here, in the user's own session; the address is printed too, to be opened anywhere on this computer.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from app.control.client import ControlClient

BEGIN_SECONDS = 120.0
"""Until the address for the browser is known; the keychain may ask for its password meanwhile."""
RESULT_SECONDS = 500.0


def register(actions: Any) -> None:
    """Options of the two actions."""
    login = actions.add_parser("login", help="sign in to a remote server in the browser")
    login.add_argument("name")
    login.add_argument("--no-browser", action="store_true", help="only print the address to open")
    login.add_argument("--json", action="store_true", help="facts as JSON")
    logout = actions.add_parser("logout", help="sign out of a remote server")
    logout.add_argument("name")
    logout.add_argument("--json", action="store_true", help="facts as JSON")


def login(args: argparse.Namespace) -> int:
    """Sign in."""
    from app.control.client import ensure_gateway

    with ensure_gateway(args.home) as control:
        fact = signed_in(control, args.name, browser=not args.no_browser)
    _print(args, fact)
    return 0


def logout(args: argparse.Namespace) -> int:
    """Sign out."""
    from app.control.client import ensure_gateway

    with ensure_gateway(args.home) as control:
        _print(args, control.call("sign_out", seconds=BEGIN_SECONDS, name=args.name))
    return 0


def signed_in(control: ControlClient, name: str, *, browser: bool, **setting: Any) -> dict[str, Any]:
    """Sign in to a server, of the settings or at `url`. Tells the address on stderr. Raises DoorkeepError."""
    from app.desktop.browser import open_page

    begun = control.call("sign_in", seconds=BEGIN_SECONDS, name=name, **setting)
    opened = browser and open_page(begun["url"])
    lead = (
        "Your browser shows the sign-in; if it does not, open"
        if opened
        else "To sign in, open in a browser on this computer"
    )
    print(f"{lead}:\n\n  {begun['url']}\n", file=sys.stderr, flush=True)
    try:
        return control.call("sign_in_result", seconds=RESULT_SECONDS, name=name)
    except KeyboardInterrupt:
        control.call("cancel_sign_in", name=name)
        raise


def _print(args: argparse.Namespace, fact: dict[str, Any]) -> None:
    print(json.dumps(fact, ensure_ascii=False) if args.json else fact["words"])

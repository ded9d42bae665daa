"""`doorkeep gateway`, `status`, `stop`, `pause`, `resume`: the gateway itself, from a terminal."""

from __future__ import annotations

import contextlib
import json
import os
import time
from typing import TYPE_CHECKING, Any

from app.bridge.home import stopped_mark
from app.core.errors import DoorkeepError, GatewayUnreachableError

if TYPE_CHECKING:
    import argparse

STOP_SECONDS = 25.0
"""Calls in flight get 10 s, servers 5 s; the rest is for a busy machine."""

_WORDS = {
    "gateway": "run the gateway in the foreground",
    "status": "state of gateway, servers and sessions",
    "stop": "end the gateway and do not start it by itself",
    "pause": "refuse every call until resumed",
    "resume": "allow calls again",
}


def register(commands: argparse._SubParsersAction[Any]) -> None:
    """Options of the five commands."""
    for name, words in _WORDS.items():
        parser = commands.add_parser(name, help=words)
        if name != "gateway":
            parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Carries out one of them."""
    if args.command == "gateway":
        return _serve(args.home)
    if args.command == "status":
        return _status(args.home, args.json)
    if args.command == "stop":
        return _stop(args.home, args.json)
    return _pause(args.home, args.command, args.json)


def _serve(home: str) -> int:
    from app.gateway.main import serve

    with contextlib.suppress(FileNotFoundError):
        os.unlink(stopped_mark(home))
    return serve(home, echo=True)


def _status(home: str, as_json: bool) -> int:
    from app.control.client import ControlClient

    try:
        with ControlClient.connect(home) as control:
            found = control.call("status")
    except GatewayUnreachableError as error:
        found = {
            "state": "stopped",
            "home": home,
            "stopped_by_user": os.path.exists(stopped_mark(home)),
            "detail": str(error),
        }
    if as_json:
        _print(found)
        return 0
    if found["state"] == "stopped":
        by_user = " You stopped it, so nothing starts it by itself." if found["stopped_by_user"] else ""
        print(f"stopped.{by_user} Home: {home}. Start it: doorkeep gateway")
        return 0
    print(f"{found['state']}  Doorkeep {found['version']}, process {found['pid']}, home {found['home']}")
    for words in (found.get("settings_error"), found.get("journal_error")):
        if words:
            print(f"  problem   {words}")
    for server in found["servers"]:
        process = f"process {server['pid']}" if server["pid"] else ""
        calls = f"{server['in_flight']} in flight" if server["in_flight"] else ""
        print(f"  server    {server['name']:16} {server['state']:9} {process:15} {calls}".rstrip())
    for session in found["sessions"]:
        print("  session   " + "  ".join(f"{key}={value}" for key, value in session.items() if value not in ("", None)))
    if found.get("approvals"):
        print(f"  {found['approvals']} question(s) wait for your answer: doorkeep approvals list")
    return 0


def _stop(home: str, as_json: bool) -> int:
    from app.control.client import ControlClient

    stopped = True
    try:
        with ControlClient.connect(home) as control:
            control.call("stop", stay=True)
            _await_end(control)
    except GatewayUnreachableError:
        stopped = False
        _mark(home)
    if as_json:
        _print({"state": "stopped", "was_running": stopped, "home": home})
    else:
        print("stopped." if stopped else "No gateway was running. None is started until you run doorkeep gateway.")
    return 0


def _await_end(control: Any) -> None:
    """The gateway closes this connection as the last thing it does for anyone."""
    end = time.monotonic() + STOP_SECONDS
    while True:
        try:
            control.line(max(0.0, end - time.monotonic()))
        except TimeoutError:
            raise DoorkeepError(
                f"The gateway has not ended within {STOP_SECONDS:.0f} s.",
                "A call or a server may be stuck.",
                "Run `doorkeep stop` once more: it then ends at once.",
            ) from None
        except GatewayUnreachableError:
            return


def _mark(home: str) -> None:
    try:
        os.makedirs(home, mode=0o700, exist_ok=True)
        os.close(os.open(stopped_mark(home), os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as error:
        raise DoorkeepError(
            f"{stopped_mark(home)} cannot be written: {error.strerror}.",
            "A client may start a gateway again.",
            "Check the folder's owner and the disk.",
        ) from None


def _pause(home: str, name: str, as_json: bool) -> int:
    from app.control.client import ensure_gateway

    with ensure_gateway(home) as control:
        found = control.call(name)
    if as_json:
        _print(found)
    else:
        print("paused: every call is refused." if name == "pause" else "running: calls are decided again.")
    return 0


def _print(found: Any) -> None:
    print(json.dumps(found, ensure_ascii=False))

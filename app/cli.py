"""`doorkeep …`: finds the command's room and turns errors into one line and an exit status. No command lives here."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

COMMANDS = {
    "gateway": ("app.commands.gateway_commands", "run the gateway in the foreground"),
    "status": ("app.commands.gateway_commands", "state of gateway, servers and sessions"),
    "stop": ("app.commands.gateway_commands", "end the gateway and do not start it by itself"),
    "pause": ("app.commands.gateway_commands", "refuse every call until resumed"),
    "resume": ("app.commands.gateway_commands", "allow calls again"),
    "folders": ("app.commands.folders", "which folders servers may read and change"),
    "servers": ("app.commands.servers", "servers and their tools"),
    "clients": ("app.commands.clients", "connect AI apps, and look after their configurations"),
    "secrets": ("app.commands.secrets", "tokens and passwords, kept in the system's keychain"),
    "approvals": ("app.commands.approvals", "what waits for your answer"),
    "log": ("app.commands.log", "every call: list, follow, show, verify, export"),
    "undo": ("app.commands.call", "take back a change that a call made"),
    "call": ("app.commands.call", "call a tool by hand, through the same door"),
    "setup": ("app.commands.setup", "carry the setup to another computer, without secrets"),
    "diagnostics": ("app.commands.diagnostics", "write a zip for a bug report, with secrets taken out"),
    "doctor": ("app.commands.doctor", "check everything that can be wrong"),
    "help": ("app.commands.help", "the user's guide"),
    "updates": ("app.commands.updates", "whether there is a newer version; asks only if you turn it on"),
    "install": ("app.commands.installing", "from an unpacked archive: install this Doorkeep for you"),
    "uninstall": ("app.commands.installing", "leave every AI app and remove what was installed for you"),
    "self-test": ("app.commands.self_test", "prove that this build works, one JSON line a check"),
    "demo": ("app.demo", "the main job from end to end, on a throw-away home"),
}
"""Name → the module that has `register(subparsers)` and `run(args) -> int`, and what it does."""


def main(argv: list[str] | None = None) -> int:
    """Runs one command. Returns 0, 1 (it failed: one line on stderr) or 2 (usage)."""
    given = sys.argv[1:] if argv is None else argv
    if "--version" in given[:1]:
        from app.version import VERSION

        print(f"doorkeep {VERSION}")
        return 0
    args = _parse(given)
    if args.command is None:
        return _tray(args.home)
    return _run(args)


def _parse(given: list[str]) -> argparse.Namespace:
    import argparse

    parser = argparse.ArgumentParser(
        prog="doorkeep",
        description="Stands between AI apps and your computer.",
        epilog="doorkeep COMMAND --help tells the rest; doorkeep alone starts the desktop app.",
    )
    parser.add_argument("--version", action="store_true", help="show the version")
    parser.add_argument("--home", help="where all state lies (else DOORKEEP_HOME, else the default)")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    wanted = next((COMMANDS[word][0] for word in given if word in COMMANDS), None)
    if wanted is not None:
        _room(wanted).register(commands)
    for name, (module, words) in COMMANDS.items():
        if module != wanted:
            commands.add_parser(name, help=words)
    _accept_home_everywhere(commands)
    return parser.parse_args(given)


def _tray(home: str | None) -> int:
    """The desktop app is a program of its own: this one knows no Qt."""
    import subprocess

    from app.bridge.programs import tray_command

    try:
        return subprocess.run([*tray_command(), *(["--home", home] if home else [])], check=False).returncode
    except OSError as error:
        print(
            f"doorkeep: the desktop app could not be started: {error.strerror}. Install Doorkeep anew.", file=sys.stderr
        )
        return 1
    except KeyboardInterrupt:
        return 130


def _accept_home_everywhere(commands: argparse._SubParsersAction[Any]) -> None:
    """`--home` counts before and after the command's words alike."""
    import argparse

    for parser in commands.choices.values():
        parser.add_argument("--home", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        for action in parser._actions:  # argparse has no public way to its sub-parsers
            if isinstance(action, argparse._SubParsersAction):
                _accept_home_everywhere(action)


def _room(module: str) -> Any:
    import importlib

    return importlib.import_module(module)


def _run(args: argparse.Namespace) -> int:
    from app.bridge.home import find_home
    from app.core.errors import DoorkeepError

    args.home = find_home(args.home)
    try:
        return _room(COMMANDS[args.command][0]).run(args)
    except DoorkeepError as error:
        print(f"doorkeep: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `doorkeep log | head`
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())

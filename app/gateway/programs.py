"""What to run for a built-in server: the command line, environment and folder of its process.

It gets the user's environment without what steers Python or Doorkeep itself. Command servers: `app.gateway.preparing`.
"""

from __future__ import annotations

import os

import msgspec

from app.core.errors import DoorkeepError
from app.desktop import inside
from app.gateway.pins import builtin_folder

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
"""The folder that `app` and `servers` lie in."""


class ServerUnavailableError(DoorkeepError):
    """A server cannot be started now. The words are for the client and for the user."""


class Program(msgspec.Struct, frozen=True):
    """How to start one server. `die_with_us`: it cannot be trusted to notice that the gateway is gone."""

    argv: list[str]
    env: dict[str, str]
    cwd: str
    die_with_us: bool


def is_builtin(server: str) -> bool:
    """Whether Doorkeep ships this server."""
    return server.isidentifier() and os.path.isfile(os.path.join(builtin_folder(), f"{server}.json"))


def program_of(home: str, server: str) -> Program:
    """What to run for a built-in server. Raises ServerUnavailableError."""
    if not is_builtin(server):
        raise ServerUnavailableError(
            f"There is no server named {server}.", "", "`doorkeep servers list` prints the names."
        )
    undo = os.path.join(home, "undo", server)
    argv = inside.command(f"servers.{server}", "--gateway", "--undo", undo)
    return Program(argv, {**_environment(), "PYTHONPATH": ROOT, "PYTHONNOUSERSITE": "1"}, home, False)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DOORKEEP_"))}

"""What to add to a client's configuration by hand, in its own form: for clients whose files Doorkeep does not change.

YAML is never spliced: Goose writes its file anew and drops comments, and starts empty after a mistake in it.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from app.clients import toml_splice
from app.clients.client import Client
from app.clients.known import CLIENTS
from app.clients.locations import this_machine
from app.clients.serving import served
from app.clients.targets import Installation
from app.core.errors import ClientConfigError

GOOSE_SECONDS = 300
"""How long Goose is to wait for a call: as long as a question may stay unanswered, and more."""


class Snippet(msgspec.Struct, frozen=True):
    """`text` goes to `where`; `commands` do the same by the client's own command line, where it has one."""

    client: str
    title: str
    where: str
    text: str
    commands: tuple[str, ...] = ()


class _ByHand(NamedTuple):
    """A client that is only served by a snippet."""

    title: str
    where: str
    write: Callable[[dict[str, dict[str, Any]]], str]


def _plain(entries: dict[str, dict[str, Any]]) -> str:
    return json.dumps({"mcpServers": entries}, indent=2, ensure_ascii=False) + "\n"


def _goose(entries: dict[str, dict[str, Any]]) -> str:
    lines = ["extensions:"]
    for name, entry in entries.items():
        members = {
            "name": name,
            "type": "stdio",
            "cmd": entry["command"],
            "args": entry["args"],
            "envs": {},
            "enabled": True,
            "timeout": GOOSE_SECONDS,
        }
        lines.append(f"  {_yaml(name)}:")
        lines += [f"    {key}: {_yaml(value)}" for key, value in members.items()]
    return "\n".join(lines) + "\n"


def _continue(entries: dict[str, dict[str, Any]]) -> str:
    lines = ["mcpServers:"]
    for name, entry in entries.items():
        lines.append(f"  - name: {_yaml(name)}")
        lines += [f"    {key}: {_yaml(entry[key])}" for key in ("command", "args")]
    return "\n".join(lines) + "\n"


def _yaml(value: Any) -> str:
    """JSON is YAML, as long as no character is written as two escapes (YAML 1.2, 10.3)."""
    return json.dumps(value, ensure_ascii=False)


BY_HAND = {
    "any": _ByHand("Any other app", "the app's list of servers", _plain),
    "goose": _ByHand(
        "Goose", "~/.config/goose/config.yaml (Windows: %APPDATA%\\Block\\goose\\config\\config.yaml)", _goose
    ),
    "continue": _ByHand("Continue", "~/.continue/config.yaml", _continue),
    "jetbrains": _ByHand(
        "JetBrains AI Assistant", "Settings ▸ Tools ▸ AI Assistant ▸ Model Context Protocol ▸ Add ▸ As JSON", _plain
    ),
    "copilot-cli": _ByHand("Copilot CLI", "~/.copilot/mcp-config.json", _plain),
    "warp": _ByHand("Warp", "Settings ▸ Agents ▸ MCP servers, or ~/.warp/.mcp.json", _plain),
    "kiro": _ByHand("Kiro", "~/.kiro/settings/mcp.json", _plain),
}
"""Clients whose files Doorkeep does not change. Facts of November 2026."""
NAMES = (*BY_HAND, *CLIENTS)


def snippet(installation: Installation, client: str = "any", servers: tuple[str, ...] = ()) -> Snippet:
    """What to add for that client; no servers named: all that are on. Raises ClientConfigError for an unknown client."""
    names = servers or served(installation.home)
    known = CLIENTS.get(client)
    if known is not None:
        return _of_known(installation, known, names)
    form = BY_HAND.get(client)
    if form is None:
        raise ClientConfigError(f"There is no client {client!r}.", fix=f"Known: {', '.join(NAMES)}.")
    return Snippet(client, form.title, form.where, form.write({name: installation.entry(name) for name in names}))


def _of_known(installation: Installation, client: Client, names: tuple[str, ...]) -> Snippet:
    entries = {name: installation.entry(name, client.shape) for name in names}
    if client.dialect == "toml":
        text = "\n".join(toml_splice.block("", client.section, name, one) + "\n" for name, one in entries.items())
    else:
        text = json.dumps({client.section: entries}, indent=2, ensure_ascii=False) + "\n"
    commands: list[str] = []
    if client.adds:
        for name in names:
            plain = installation.entry(name)
            words = shlex.join([plain["command"], *plain["args"]])
            commands.append(f"{client.adds.format(name=name)} {words}")
    where = f"{client.places(this_machine())[0].path}, under {client.section}"
    return Snippet(client.id, client.title, where, text, tuple(commands))

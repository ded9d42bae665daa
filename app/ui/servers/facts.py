"""What the Servers page shows, read from the settings, the pins, the log and the system. Runs in the background; knows no widget."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections import Counter
from typing import Any, NamedTuple

from app.clients import ownership
from app.clients.known import CLIENTS
from app.core.bundles.installed import folder_of
from app.core.errors import ClientConfigError, SettingsError
from app.core.journal.filter import Condition, Filter
from app.core.journal.reader import Reader
from app.core.journal.record import CallRecord
from app.core.secret_names import uses, uses_of
from app.core.settings import Rule, ServerSetting, Settings, load_kept, signature
from app.desktop.memory import used

BUILTIN = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))),
    "resources",
    "builtin",
)
COUNTED = 100
"""Calls of today are counted up to this number; more is said as more."""
TAIL_BYTES = 32_768
MOST_PIN = 8 * 1024 * 1024


class ToolFact(NamedTuple):
    """One tool as it was accepted. `schema` is its input schema (JSON Schema, an object)."""

    name: str
    title: str
    description: str
    read_only: bool
    schema: dict[str, Any]


class ServerFact(NamedTuple):
    """One server as the settings and its accepted tool list say. `kind`: builtin, command or remote.

    `pinned`: its tools were accepted. `secrets`: those that it alone uses. `bundle`: the folder that it was unpacked to.
    `oauth`: one signs in to it in the browser. `adopted`: the app in whose own settings it stood before.
    """

    name: str
    title: str
    kind: str
    enabled: bool
    rules: dict[str, Rule]
    tools: list[ToolFact]
    pinned: bool = True
    secrets: tuple[str, ...] = ()
    bundle: str = ""
    oauth: bool = False
    adopted: str = ""


class Looked(NamedTuple):
    """One look. With `error` the settings cannot be read, and what they say is not known."""

    servers: list[ServerFact]
    error: SettingsError | None
    signature: tuple[int, ...] = ()


class Lately(NamedTuple):
    """What was called today (at most COUNTED), and the last call that failed."""

    today: int = 0
    error: CallRecord | None = None


def look(home: str) -> Looked:
    """Every server that ships or is named in the settings."""
    error: SettingsError | None = None
    seen = signature(home)
    try:
        settings = load_kept(home)
    except SettingsError as found:
        settings, error = Settings(), found
    builtin = _names(BUILTIN)
    facts = [_fact(home, name, settings.servers.get(name), name in builtin) for name in builtin]
    used = Counter(use.secret for use in {(use.secret, use.server): use for use in uses(settings)}.values())
    before = adopted_from(home)
    for name, one in sorted(settings.servers.items()):
        if name not in builtin:
            own = {use.secret: None for use in uses_of(name, one) if used[use.secret] == 1 and use.place != "sign-in"}
            more = {
                "secrets": tuple(own),
                "bundle": folder_of(home, one) or "",
                "oauth": bool(one.url) and one.auth == "oauth",
                "adopted": before.get(name, ""),
            }
            facts.append(_fact(home, name, one, False)._replace(**more))
    return Looked(facts, error, seen)


def adopted_from(home: str) -> dict[str, str]:
    """The app that each adopted server was taken over from, by server. A record that cannot be read has none."""
    found: dict[str, str] = {}
    for client in CLIENTS.values():
        with contextlib.suppress(ClientConfigError):
            for entries in ownership.load(home, client.id).adopted.values():
                found.update({one.server: client.title for one in entries.values() if one.state == "done"})
    return found


def _fact(home: str, name: str, setting: ServerSetting | None, builtin: bool) -> ServerFact:
    pin = _pin(os.path.join(BUILTIN if builtin else os.path.join(home, "pins"), f"{name}.json"))
    said: dict[str, Any] = pin.get("server") or {}
    kind = "builtin" if builtin else "remote" if setting is not None and setting.url else "command"
    return ServerFact(
        name,
        str(said.get("title") or name),
        kind,
        setting.enabled if setting is not None else True,
        dict(setting.tools) if setting is not None else {},
        [_tool(tool) for tool in pin.get("tools") or [] if isinstance(tool, dict) and tool.get("name")],
        bool(pin),
    )


def _tool(raw: dict[str, Any]) -> ToolFact:
    hints = raw.get("annotations") or {}
    name = str(raw["name"])
    title = str(raw.get("title") or hints.get("title") or name.replace("_", " "))
    schema = raw.get("inputSchema")
    read_only = bool(hints.get("readOnlyHint"))
    return ToolFact(
        name, title, str(raw.get("description") or ""), read_only, schema if isinstance(schema, dict) else {}
    )


def _names(folder: str) -> list[str]:
    try:
        return sorted(name[:-5] for name in os.listdir(folder) if name.endswith(".json"))
    except OSError:
        return []


def _pin(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            found = json.loads(file.read(MOST_PIN))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def lately(home: str, servers: list[str], now: float | None = None) -> dict[str, Lately]:
    """What was called of each server. Raises JournalError."""
    day = time.localtime(now)
    midnight = round(time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1)) * 1000)
    found: dict[str, Lately] = {}
    with Reader(home) as reader:
        for name in servers:
            of = Condition("server", (name,))
            today = reader.query(Filter((of,), since_ms=midnight), COUNTED).records
            failed = reader.query(Filter((of, Condition("outcome", ("error", "lost")))), 1).records
            found[name] = Lately(len(today), failed[0] if failed else None)
    return found


def memory(pids: dict[str, int]) -> dict[str, int]:
    """Bytes of memory in use by each process; one that the system tells nothing of is left out."""
    found = used(pids.values())
    return {name: found[pid] for name, pid in pids.items() if pid in found}


def log_size(home: str, server: str) -> int:
    """How many bytes of its own messages there are."""
    try:
        return os.stat(_log_path(home, server)).st_size
    except OSError:
        return 0


def _log_path(home: str, server: str) -> str:
    return os.path.join(home, "logs", f"{server}.log")


def tail(home: str, server: str, since: int = 0) -> str:
    """The end of what the server wrote on its stderr, at most TAIL_BYTES; empty where it wrote nothing. Raises OSError.

    `since`: only what came after so many bytes, unless the file began anew.
    """
    path = _log_path(home, server)
    try:
        with open(path, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = since if since <= size else 0
            file.seek(max(start, size - TAIL_BYTES))
            content = file.read(TAIL_BYTES)
    except FileNotFoundError:
        return ""
    if size - start > TAIL_BYTES:
        content = content.partition(b"\n")[2]
    return content.decode("utf-8", "replace")

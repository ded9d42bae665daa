"""What a server of others says of itself beside what the user accepted, in a form that a person can read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

import msgspec

from app.gateway.pins import PinFile
from app.gateway.suspicion import Warned, warnings, warnings_of_text

MAX_LOOKED = 400_000
"""Bytes of all tools that are looked through for warnings: others wait meanwhile."""
NOT_LOOKED_AT = Warned("hides", "", "was not looked through: the server has more text than anybody reads")
_canonical = msgspec.json.Encoder(order="sorted").encode


class Part(msgspec.Struct, frozen=True):
    """One member of a tool that differs; empty texts where it is on one side only. Objects are laid out as JSON."""

    what: str
    before: str
    after: str


class Change(msgspec.Struct, frozen=True):
    """One tool that is not as it was accepted."""

    name: str
    kind: Literal["new", "changed", "gone"]
    parts: list[Part]
    warnings: list[Warned]


class ToolSeen(msgspec.Struct, frozen=True):
    """One tool as it is now."""

    name: str
    title: str
    description: str
    read_only: bool
    warnings: list[Warned]


class Seen(msgspec.Struct, frozen=True):
    """All of a server that a person accepts. `digest` names exactly this; `accepted`: something was accepted before."""

    name: str
    title: str
    version: str
    protocol: str
    instructions: str
    tools: list[ToolSeen]
    changes: list[Change]
    warnings: list[Warned]
    accepted: bool
    digest: str


def seen(now: PinFile, before: PinFile | None, others: Mapping[str, Iterable[str]]) -> Seen:
    """What to show. `others`: the tools of other servers, by server."""
    warned = _warned(now, others)
    return Seen(
        name=now.server.name,
        title=now.server.title,
        version=now.server.version,
        protocol=now.protocol,
        instructions=now.server.instructions,
        tools=[_seen_tool(tool, warned[name]) for name, tool in _by_name(now).items()],
        changes=changes(before, now, warned) if before is not None else [],
        warnings=warnings_of_text("instructions", now.server.instructions),
        accepted=before is not None,
        digest=digest(now),
    )


def digest(file: PinFile) -> str:
    """Names one state of a server, as 32 hexadecimal digits; what the user thinks of it is no part of that."""
    plain = msgspec.structs.replace(file, reviewed=True, kept_hidden=False)
    whole = msgspec.json.decode(msgspec.json.encode(plain))
    return hashlib.sha256(_canonical(whole)).hexdigest()[:32]


def changes(before: PinFile, after: PinFile, warned: Mapping[str, list[Warned]]) -> list[Change]:
    """Every tool that is not the same on both sides, in the order of `after`, those that are gone last."""
    old, new = _by_name(before), _by_name(after)
    found: list[Change] = []
    for name, tool in new.items():
        if name not in old:
            found.append(Change(name, "new", _parts({}, tool), warned[name]))
        elif old[name] != tool:
            found.append(Change(name, "changed", _parts(old[name], tool), warned[name]))
    found += [Change(name, "gone", _parts(tool, {}), []) for name, tool in old.items() if name not in new]
    return found


def _warned(file: PinFile, others: Mapping[str, Iterable[str]]) -> dict[str, list[Warned]]:
    """The warnings about each tool; what is beyond MAX_LOOKED bytes is not looked at, and that is said."""
    found: dict[str, list[Warned]] = {}
    left = MAX_LOOKED
    for name, tool in _by_name(file).items():
        left -= len(_canonical(tool))
        found[name] = warnings(tool, others) if left >= 0 else [NOT_LOOKED_AT]
    return found


def _seen_tool(tool: dict[str, Any], warned: list[Warned]) -> ToolSeen:
    hints = tool.get("annotations")
    read_only = isinstance(hints, dict) and cast("dict[str, Any]", hints).get("readOnlyHint") is True
    title = tool.get("title") or ""
    return ToolSeen(str(tool.get("name")), str(title), str(tool.get("description") or ""), read_only, warned)


def _parts(before: dict[str, Any], after: dict[str, Any]) -> list[Part]:
    names = [name for name in {**before, **after} if name != "name" and before.get(name) != after.get(name)]
    return [Part(name, _shown(before.get(name)), _shown(after.get(name))) for name in names]


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return msgspec.json.format(_canonical(value), indent=2).decode("utf-8", "replace")


def _by_name(file: PinFile) -> dict[str, dict[str, Any]]:
    tools = [msgspec.json.decode(tool, type=dict[str, Any]) for tool in file.tools]
    return {str(tool.get("name")): tool for tool in tools}

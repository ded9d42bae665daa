"""The lists that a server shows, and the command that writes them to `resources/builtin/SERVER.json` for the gateway to pin.

The running server answers from that file too, so that it starts without deriving schemas; a test holds both together.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import msgspec

from servers.runtime import wire

if TYPE_CHECKING:
    from servers.runtime.server import Server
    from servers.runtime.tools import Tool


class Builtin(msgspec.Struct):
    """One file of `resources/builtin`: `server` and `tools` as the client sees them, `facts` for the gateway."""

    server: msgspec.Raw
    tools: msgspec.Raw
    facts: dict[str, wire.ToolFacts]


def folder() -> str:
    """Where the built-in lists lie: beside the package `servers`, in the checkout, in a wheel and in a bundle."""
    here = os.path.dirname(os.path.abspath(__file__))
    return os.path.join(os.path.dirname(os.path.dirname(here)), "resources", "builtin")


def tool_object(tool: Tool, *, short: bool = False) -> dict[str, Any]:
    """The tool exactly as in `tools/list`; `short` as of `Server.short_list`."""
    from servers.runtime.schema import object_schema, terse

    schema = object_schema(tool.arguments)
    shown: dict[str, Any] = {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": terse(schema) if short else schema,
    }
    if tool.result is not None:
        shown["outputSchema"] = object_schema(tool.result)
    shown["annotations"] = dict(tool.hints) if short else {"title": tool.title, **tool.hints}
    if tool.meta:
        shown["_meta"] = tool.meta
    return shown


def capabilities(server: Server) -> dict[str, Any]:
    """What `initialize` and `server/discover` declare."""
    offered: dict[str, Any] = {}
    if server.tools:
        offered["tools"] = {}
    if server.templates:
        offered["resources"] = {"subscribe": True, "listChanged": True} if server.watch is not None else {}
    if server.prompts:
        offered["prompts"] = {}
    if any(one.complete for one in (*server.templates, *server.prompts.values())):
        offered["completions"] = {}
    return offered


def described(server: Server) -> dict[str, Any]:
    """Everything of a server that a pin holds; the content of its file in `resources/builtin`."""
    return {
        "server": {
            "name": server.name,
            "title": server.title,
            "version": server.version,
            "instructions": server.instructions,
            "capabilities": capabilities(server),
        },
        "tools": [tool_object(tool, short=server.short_list) for tool in server.tools.values()],
        "facts": {tool.name: tool.facts for tool in server.tools.values()},
    }


def body(server: Server, method: str) -> bytes:
    """The members of the result of a list that never changes, without braces."""
    if method == "tools/list":
        return b'"tools":' + tools_text(server)
    if method == "prompts/list":
        return b'"prompts":' + wire.encode([prompt.shown() for prompt in server.prompts.values()])
    return b'"resourceTemplates":' + wire.encode([template.shown() for template in server.templates])


def tools_text(server: Server) -> bytes:
    """The JSON list of tools: from the file where it is of this version and these tools, else made now."""
    # Whoever starts a server by hand has no switches; the gateway shows what is behind them from its pin.
    hidden = {tool.name for tool in server.tools.values() if tool.facts.switch}
    found = _read(server.name)
    if found is not None and list(found.facts) == list(server.tools):
        try:
            of = msgspec.json.decode(found.server, type=dict[str, Any])
        except msgspec.DecodeError:
            of = {}
        if of.get("version") == server.version:
            kept = _without(found.tools, hidden) if hidden else bytes(found.tools)
            return msgspec.json.format(kept, indent=-1)  # a line break would end the message
    shown = [tool for tool in server.tools.values() if tool.name not in hidden]
    return wire.encode([tool_object(tool, short=server.short_list) for tool in shown])


class _Named(msgspec.Struct):
    name: str


def _without(tools: msgspec.Raw, names: set[str]) -> bytes:
    """A JSON list of tools, less those named."""
    rows = msgspec.json.decode(tools, type=list[msgspec.Raw])
    return wire.encode([row for row in rows if msgspec.json.decode(row, type=_Named).name not in names])


def _read(name: str) -> Builtin | None:
    try:
        with open(os.path.join(folder(), f"{name}.json"), "rb") as file:
            return msgspec.json.decode(file.read(), type=Builtin)
    except (OSError, msgspec.DecodeError):
        return None


def write(module: str, to: str = "") -> str:
    """Write the lists of `module`'s server to its file, or to the folder `to`; gives the path."""
    import importlib

    from servers.runtime.server import Server

    server = getattr(importlib.import_module(module), "server", None)
    if not isinstance(server, Server):  # a package, then, with a module of that name
        server = importlib.import_module(f"{module}.server").server
    path = os.path.join(to or folder(), f"{server.name}.json")
    with open(path, "wb") as file:
        file.write(msgspec.json.format(wire.encode(described(server)), indent=2) + b"\n")
    return path


def main(argv: list[str]) -> int:
    """`python -m servers.runtime.lists servers.filesystem …`: write the files of these servers."""
    for module in argv:
        sys.stderr.write(write(module) + "\n")
    return 0 if argv else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What the model sees of each server, as the user accepted it: handshakes and tool lists are answered from here.

Built-in pins ship in `resources/builtin`; others lie in HOME/pins. Nothing is started to answer a list.
"""

from __future__ import annotations

import os
from typing import Any

import msgspec

from app.bridge.home import ready_answers
from app.core.private_file import replace_private
from servers.runtime import wire

LIST_TTL_MS = 60_000
"""How long a modern client may keep a list (schema 2026-07-28, `CacheableResult.ttlMs`)."""


class ServerFacts(msgspec.Struct):
    """The member `server` of a pin."""

    name: str
    version: str = ""
    title: str = ""
    instructions: str = ""
    capabilities: dict[str, dict[str, Any]] = {}


class PinFile(msgspec.Struct):
    """The form of `resources/builtin/SERVER.json` and `HOME/pins/SERVER.json`; `facts` only where the server is ours."""

    server: ServerFacts
    tools: list[msgspec.Raw] = []
    facts: dict[str, wire.ToolFacts] | None = None


class _Hints(msgspec.Struct, frozen=True, rename="camel"):
    read_only_hint: bool = False


class _ToolHead(msgspec.Struct):
    name: str
    annotations: _Hints = _Hints()


class Tool(msgspec.Struct, frozen=True):
    """One tool, as far as deciding needs it. `facts` is None for a server that is not ours."""

    name: str
    read_only: bool
    facts: wire.ToolFacts | None


class Pin:
    """A pin, opened, with its answers ready as JSON text."""

    def __init__(self, file: PinFile) -> None:
        self.builtin = file.facts is not None
        self.name = file.server.name
        self.capabilities = file.server.capabilities
        self.tools: dict[str, Tool] = {}
        for raw in file.tools:
            head = msgspec.json.decode(raw, type=_ToolHead)
            facts = file.facts.get(head.name, wire.ToolFacts(changes=True)) if file.facts is not None else None
            self.tools[head.name] = Tool(head.name, head.annotations.read_only_hint, facts)
        lines = [msgspec.json.format(bytes(raw), indent=-1) for raw in file.tools]  # a pin may be laid out for people
        tools = b'"tools":[' + b",".join(lines) + b"]"
        self.tools_legacy = b"{" + tools + b"}"
        self.tools_modern = b'{"resultType":"complete",%b,"ttlMs":%d,"cacheScope":"private"}' % (tools, LIST_TTL_MS)
        self._server = file.server

    def initialize(self, version: str) -> bytes:
        """The result of `initialize` for one legacy revision (schema 2025-11-25, `InitializeResult`)."""
        return msgspec.json.encode({"protocolVersion": version, **self.handshake()})

    def handshake(self) -> dict[str, Any]:
        """`initialize` without its version."""
        capabilities = {name: value for name, value in self.capabilities.items() if name != "extensions"}
        if "tools" in capabilities:
            capabilities["tools"] = {**capabilities["tools"], "listChanged": True}
        return {"capabilities": capabilities, "serverInfo": self.server_info(), **self._instructions()}

    def discover(self) -> dict[str, Any]:
        """The result of `server/discover` (schema 2026-07-28, `DiscoverResult`)."""
        return {
            "resultType": "complete",
            "supportedVersions": list(wire.SUPPORTED),
            "capabilities": self.capabilities,
            **self._instructions(),
            "_meta": {wire.META_SERVER: self.server_info()},
            "ttlMs": LIST_TTL_MS,
            "cacheScope": "private",
        }

    def server_info(self) -> dict[str, str]:
        """Schema `Implementation`."""
        server = self._server
        info = {"name": server.name, "title": server.title, "version": server.version or "0"}
        return {key: value for key, value in info.items() if value}

    def ready(self) -> bytes:
        """What the bridge may answer while no gateway runs."""
        return msgspec.json.encode(
            {
                "initialize": self.handshake(),
                "discover": self.discover(),
                "tools/list": msgspec.Raw(self.tools_modern),
            }
        )

    def _instructions(self) -> dict[str, str]:
        return {"instructions": self._server.instructions} if self._server.instructions else {}


def unknown_pin(server: str) -> Pin:
    """Stands for a server that nobody pinned: no tools, and instructions that say why."""
    words = f"Doorkeep has no server named {server}, so there are no tools. Ask the user to add it in Doorkeep."
    return Pin(PinFile(ServerFacts(server, instructions=words, capabilities={"tools": {}})))


class Pins:
    """All pins of one home, each read when first asked for. A pin in home never stands for a built-in server."""

    def __init__(self, home: str, builtin: str | None = None) -> None:
        self._home = home
        self._builtin = builtin or builtin_folder()
        self._known: dict[str, Pin | None] = {}

    def get(self, server: str) -> Pin | None:
        """The pin of a server, or None: nobody accepted one, or it cannot be read."""
        if server not in self._known:
            found = self._read(os.path.join(self._builtin, f"{server}.json"))
            self._known[server] = found or self._read(os.path.join(self._home, "pins", f"{server}.json"), ours=False)
        return self._known[server]

    def builtin_names(self) -> list[str]:
        """The servers that ship with Doorkeep, sorted."""
        try:
            names = os.listdir(self._builtin)
        except OSError:
            return []
        return sorted(name[:-5] for name in names if name.endswith(".json"))

    def write_ready_answers(self) -> None:
        """Leave `lists/SERVER.json` for the bridge, for every server that has a pin. Raises OSError."""
        names = set(self.builtin_names())
        pinned = os.path.join(self._home, "pins")
        if os.path.isdir(pinned):
            names.update(name[:-5] for name in os.listdir(pinned) if name.endswith(".json"))
        os.makedirs(os.path.join(self._home, "lists"), mode=0o700, exist_ok=True)
        for name in names:
            pin = self.get(name)
            if pin is not None:
                _write_if_changed(ready_answers(self._home, name), pin.ready())

    def _read(self, path: str, ours: bool = True) -> Pin | None:
        try:
            with open(path, "rb") as file:
                found = msgspec.json.decode(file.read(), type=PinFile)
            if not ours:
                found.facts = None
            return Pin(found)
        except (OSError, msgspec.DecodeError):
            return None


def builtin_folder() -> str:
    """Where the pins of the built-in servers ship."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return os.path.join(root, "resources", "builtin")


def _write_if_changed(path: str, content: bytes) -> None:
    try:
        with open(path, "rb") as file:
            if file.read() == content:
                return
    except OSError:
        pass
    replace_private(path, content)

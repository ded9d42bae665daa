"""A played door with a server of others, `other`, that speaks the era a test wants, and what its one client hears."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from servers.runtime import wire
from tests.fakes.door import MODERN_META, Client, Door, HandChild, tool

TOOLS = [tool("look", read_only=True), tool("do", read_only=False)]
EVERYTHING: dict[str, Any] = {
    "tools": {"listChanged": True},
    "resources": {"subscribe": True, "listChanged": True},
    "prompts": {"listChanged": True},
    "completions": {},
    "logging": {},
}
CAPABLE = {"sampling": {}, "elicitation": {"form": {}}, "roots": {"listChanged": True}}
LEGACY = wire.LEGACY[0]


def pin(door: Door, protocol: str, tools: list[dict[str, Any]] = TOOLS) -> None:
    """What the user accepted of it."""
    facts = {"name": "other", "version": "1", "instructions": "Be kind.", "capabilities": EVERYTHING}
    path = Path(door.home, "pins", "other.json")
    path.write_text(json.dumps({"server": facts, "tools": tools, "protocol": protocol}))


class Stranger:
    """The server's end, and one client in front of it."""

    def __init__(
        self, door: Door, *, server: str, client: str, capabilities: dict[str, Any] | None = None, rules: str = "allow"
    ) -> None:
        self.door = door
        self.protocol = server
        door.core.pins.forget("other")
        pin(door, server)
        door.settings(f'[servers.other]\ncommand = "x"\ntools = {{ do = "{rules}", look = "allow" }}\n')
        able = CAPABLE if capabilities is None else capabilities
        modern = client == wire.MODERN
        self.client: Client = Client(
            door, "other", {**MODERN_META, wire.META_CAPABILITIES: able} if modern else None, "tester"
        )
        door.clients.append(self.client)
        if not modern:
            self.client.initialize(client, able)

    @property
    def child(self) -> HandChild:
        return self.door.servers.children["other"]

    def say(self, message: dict[str, Any] | bytes) -> None:
        """The server writes a line."""
        self.door.say(lambda: self.child.say(message))

    def tell(self, method: str, **params: Any) -> None:
        self.say({"jsonrpc": "2.0", "method": method, "params": params})

    def give(self, request: dict[str, Any], result: dict[str, Any]) -> None:
        """The server answers, in its own era."""
        if self.protocol == wire.MODERN:
            result = {"resultType": "complete", **result}
        self.say({"jsonrpc": "2.0", "id": request["id"], "result": result})

    def greet(
        self,
        tools: list[dict[str, Any]] = TOOLS,
        protocol: str = "",
        capabilities: dict[str, Any] = EVERYTHING,
    ) -> None:
        """The server, just started, says who it is and lists its tools."""
        opening = "server/discover" if self.protocol == wire.MODERN else "initialize"
        asked = self.child.last(opening)
        info = {"name": "other", "version": "1"}
        if self.protocol == wire.MODERN:
            found = {
                "supportedVersions": [wire.MODERN],
                "capabilities": capabilities,
                "_meta": {wire.META_SERVER: info},
            }
            self.give(asked, {**found, "ttlMs": 0, "cacheScope": "private"})
        else:
            version = protocol or asked["params"]["protocolVersion"]
            self.give(asked, {"protocolVersion": version, "capabilities": capabilities, "serverInfo": info})
        self.list(tools)

    def list(self, tools: list[dict[str, Any]] = TOOLS) -> None:
        extra = {"ttlMs": 0, "cacheScope": "private"} if self.protocol == wire.MODERN else {}
        self.give(self.child.last("tools/list"), {"tools": tools, **extra})

    def call(self, name: str = "look", **more: Any) -> Any:
        """The client calls; the first time, the server is greeted. Gives the call's id."""
        id_ = self.client.call(name, **more)
        if "other" in self.door.servers.children and not self.child.requests("tools/list"):
            self.greet()
        return id_

    def answer(self, text: str) -> None:
        self.give(self.child.last("tools/call"), {"content": [{"type": "text", "text": text}]})

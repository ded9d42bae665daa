"""What the model sees of each server, as the user accepted it: handshakes and tool lists are answered from here.

Built-in pins ship in `resources/builtin`; others lie in HOME/pins. Nothing is started to answer a list.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from app.bridge.home import ready_answers
from app.core.private_file import replace_private
from app.gateway.translation import offered
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.greeting import Greeted

LIST_TTL_MS = 60_000
"""How long a modern client may keep a list (schema 2026-07-28, `CacheableResult.ttlMs`)."""


class ServerFacts(msgspec.Struct):
    """The member `server` of a pin."""

    name: str
    version: str = ""
    title: str = ""
    instructions: str = ""
    capabilities: dict[str, dict[str, Any]] = {}


class PinFile(msgspec.Struct, omit_defaults=True):
    """The form of `resources/builtin/SERVER.json` and `HOME/pins/SERVER.json`; `facts` only where the server is ours.

    `protocol`: the revision that a server of others spoke. `reviewed`: the user has looked at the tools.
    `kept_hidden`, of what a server said last: the user has seen the difference and lets it stay hidden.
    """

    server: ServerFacts
    tools: list[msgspec.Raw] = []
    facts: dict[str, wire.ToolFacts] | None = None
    protocol: str = ""
    reviewed: bool = True
    kept_hidden: bool = False


class _Hints(msgspec.Struct, frozen=True, rename="camel"):
    read_only_hint: bool | None = False


class _ToolHead(msgspec.Struct):
    """Of a tool as its server wrote it; some write null for what they leave out."""

    name: str
    annotations: _Hints | None = None


class Tool(msgspec.Struct, frozen=True):
    """One tool, as far as deciding needs it. `facts` is None for a server that is not ours."""

    name: str
    read_only: bool
    facts: wire.ToolFacts | None


class Pin:
    """A pin, opened, with its answers ready as JSON text."""

    def __init__(self, file: PinFile, hidden: Container[str] = (), switches: frozenset[str] = frozenset()) -> None:
        """`hidden`: tools that are others now than the user accepted. `switches`: what is turned on for some folder."""
        self.builtin = file.facts is not None
        self.behind: frozenset[str] = frozenset(facts.switch for facts in (file.facts or {}).values() if facts.switch)
        """Switches of folders that tools wait for. Such a tool is not shown, but known: its server says why it is refused."""
        self.file = file
        self.protocol = file.protocol
        self.name = file.server.name
        self.capabilities = file.server.capabilities
        self.tools: dict[str, Tool] = {}
        shown: list[msgspec.Raw] = []
        for raw in file.tools:
            head = msgspec.json.decode(raw, type=_ToolHead)
            if head.name in hidden:
                continue
            facts = file.facts.get(head.name, wire.ToolFacts(changes=True)) if file.facts is not None else None
            if facts is None or not facts.switch or facts.switch in switches:
                shown.append(raw)
            reads = head.annotations is not None and head.annotations.read_only_hint is True
            self.tools[head.name] = Tool(head.name, reads, facts)
        lines = [msgspec.json.format(bytes(raw), indent=-1) for raw in shown]  # a pin may be laid out for people
        tools = b'"tools":[' + b",".join(lines) + b"]"
        self.tools_legacy = b"{" + tools + b"}"
        self.tools_modern = b'{"resultType":"complete",%b,"ttlMs":%d,"cacheScope":"private"}' % (tools, LIST_TTL_MS)
        self._server = file.server
        self._offering: dict[frozenset[str], Pin] = {frozenset(): self} if not switches else {}

    def offering(self, switches: frozenset[str]) -> Pin:
        """The same pin, with the tools that wait for these switches."""
        on = switches & self.behind
        if on not in self._offering:
            self._offering[on] = Pin(self.file, switches=on)
        return self._offering[on]

    def initialize(self, version: str) -> bytes:
        """The result of `initialize` for one legacy revision (schema 2025-11-25, `InitializeResult`)."""
        return msgspec.json.encode({"protocolVersion": version, **self.handshake()})

    def handshake(self) -> dict[str, Any]:
        """`initialize` without its version."""
        capabilities = dict(offered(self.capabilities, from_modern=self._modern, to_modern=False))
        if "tools" in capabilities:
            capabilities["tools"] = {**capabilities["tools"], "listChanged": True}
        return {"capabilities": capabilities, "serverInfo": self.server_info(), **self._instructions()}

    def discover(self) -> dict[str, Any]:
        """The result of `server/discover` (schema 2026-07-28, `DiscoverResult`)."""
        capabilities = dict(offered(self.capabilities, from_modern=self._modern, to_modern=True))
        if "tools" in capabilities and not self.builtin:
            capabilities["tools"] = {**capabilities["tools"], "listChanged": True}
        return {
            "resultType": "complete",
            "supportedVersions": list(wire.SUPPORTED),
            "capabilities": capabilities,
            **self._instructions(),
            "_meta": {wire.META_SERVER: self.server_info()},
            "ttlMs": LIST_TTL_MS,
            "cacheScope": "private",
        }

    @property
    def _modern(self) -> bool:
        return self.builtin or self.protocol == wire.MODERN

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
    words = (
        f"Doorkeep knows no tools of a server named {server}. Ask the user to add it in Doorkeep, "
        f"or, if it is there, to look at what it offers: `doorkeep servers review {server}`."
    )
    return Pin(PinFile(ServerFacts(server, instructions=words, capabilities={"tools": {}})))


class Pins:
    """All pins of one home, each read when first asked for. A pin in home never stands for a built-in server."""

    def __init__(self, home: str, builtin: str | None = None) -> None:
        self._home = home
        self._builtin = builtin or builtin_folder()
        self._known: dict[str, Pin | None] = {}
        self._differing: dict[str, PinFile | None] = {}

    def get(self, server: str) -> Pin | None:
        """The pin of a server, or None: nobody accepted one, or it cannot be read."""
        if server not in self._known:
            file = _read(os.path.join(self._builtin, f"{server}.json")) or self.accepted(server)
            hidden: set[str] = set()
            if file is not None and file.facts is None:
                now = self.differing(server)
                hidden = set(unlike(file.tools, now.tools)) & set(_by_name(now.tools)) if now is not None else set()
            try:
                self._known[server] = None if file is None else Pin(file, hidden)
            except msgspec.DecodeError:
                self._known[server] = None
        return self._known[server]

    def is_builtin(self, server: str) -> bool:
        """Whether it ships with Doorkeep."""
        return os.path.exists(os.path.join(self._builtin, f"{server}.json"))

    def accepted(self, server: str) -> PinFile | None:
        """What the user accepted of a server of others."""
        return _not_ours(_read(os.path.join(self._home, "pins", f"{server}.json")))

    def differing(self, server: str) -> PinFile | None:
        """What such a server said of itself last, where that is not what was accepted."""
        if server not in self._differing:
            self._differing[server] = _not_ours(_read(self._found_path(server)))
        return self._differing[server]

    def to_review(self, servers: Iterable[str]) -> list[str]:
        """Those that the user should look at: never looked at, or others now than accepted and that not seen either."""
        return [server for server in servers if self._waits(server)]

    def _waits(self, server: str) -> bool:
        now, pin = self.differing(server), self.get(server)
        unseen = pin is not None and not pin.builtin and not pin.file.reviewed
        return unseen or (now is not None and not now.kept_hidden)

    def keep_hidden(self, server: str) -> None:
        """The user has seen what differs and lets it stay hidden; another difference is told again. Raises OSError."""
        now = self.differing(server)
        if now is not None and not now.kept_hidden:
            now.kept_hidden = True
            replace_private(self._found_path(server), msgspec.json.encode(now))

    def found(self, server: str, found: Greeted, *, tools_only: bool = False) -> bool:
        """Hold what a server says of itself now against what was accepted. True: other tools are shown from now on."""
        accepted = self.accepted(server)
        if accepted is None or self.is_builtin(server):
            return False
        before = self.get(server)
        now = pin_file(found)
        if tools_only:
            now.server, now.protocol = accepted.server, accepted.protocol
        self._keep_difference(server, accepted, now)
        self._known.pop(server, None)
        after = self.get(server)
        return before is not None and after is not None and before.tools_legacy != after.tools_legacy

    def accept(self, server: str, file: PinFile) -> None:
        """The user accepted this. Raises OSError."""
        os.makedirs(os.path.join(self._home, "pins"), mode=0o700, exist_ok=True)
        content = msgspec.json.format(msgspec.json.encode(file), indent=1)
        replace_private(os.path.join(self._home, "pins", f"{server}.json"), content)
        self._forget_difference(server)
        self._known.pop(server, None)

    def forget(self, server: str) -> None:
        """The server is gone, with what was accepted of it."""
        for path in (os.path.join(self._home, "pins", f"{server}.json"), ready_answers(self._home, server)):
            with contextlib.suppress(OSError):
                os.unlink(path)
        self._forget_difference(server)
        self._known.pop(server, None)

    def _keep_difference(self, server: str, accepted: PinFile, now: PinFile) -> None:
        """A tool that is missing is none: many servers leave out what this very client could not use."""
        names = set(_by_name(now.tools))
        if not names.intersection(unlike(accepted.tools, now.tools)):
            self._forget_difference(server)
            return
        with contextlib.suppress(OSError):  # a full disk: it is found again when the server is started next
            before = self.differing(server)
            now.kept_hidden = before is not None and before.kept_hidden and not unlike(before.tools, now.tools)
            os.makedirs(os.path.dirname(self._found_path(server)), mode=0o700, exist_ok=True)
            _write_if_changed(self._found_path(server), msgspec.json.encode(now))
        self._differing.pop(server, None)

    def _forget_difference(self, server: str) -> None:
        self._differing.pop(server, None)
        with contextlib.suppress(OSError):
            os.unlink(self._found_path(server))

    def _found_path(self, server: str) -> str:
        return os.path.join(self._home, "pins", "found", f"{server}.json")

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


def _read(path: str) -> PinFile | None:
    try:
        with open(path, "rb") as file:
            return msgspec.json.decode(file.read(), type=PinFile)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def _not_ours(file: PinFile | None) -> PinFile | None:
    """A pin in home never stands for a server of ours."""
    if file is not None:
        file.facts = None
    return file


def pin_file(found: Greeted) -> PinFile:
    """What a server says of itself, in the form of a pin."""
    facts = ServerFacts(found.name, found.version, found.title, found.instructions, found.capabilities)
    return PinFile(facts, found.tools, protocol=found.protocol)


def unlike(before: list[msgspec.Raw], after: list[msgspec.Raw]) -> list[str]:
    """The names of tools that are not the same in both lists, whatever the order of their members."""
    one, other = (_by_name(tools) for tools in (before, after))
    return [name for name in {**one, **other} if one.get(name) != other.get(name)]


def _by_name(tools: list[msgspec.Raw]) -> dict[str, Any]:
    decoded = [msgspec.json.decode(tool, type=dict[str, Any]) for tool in tools]
    return {str(tool.get("name")): tool for tool in decoded}


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

"""What a freshly started server of others says of itself: its revision, its name, what it offers, and all its tools.

Every wait here has a bound, and so has every list. Nothing that it says is shown to a client from here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import msgspec

from app.core import known
from app.gateway import eras
from app.gateway.limits import Timer
from servers.runtime import wire

START_SECONDS = 120.0
"""To the end of the greeting: a package may have to be fetched first."""
PROBE_SECONDS = 10.0
"""A server that does not answer the modern question by then is asked the older way as well."""
MOST_PAGES = 100
MOST_TOOLS = 2000
MOST_BYTES = 8 * 1024 * 1024
"""Of all tools together."""


class Greeted(msgspec.Struct):
    """What was found out. `protocol` is the revision spoken from now on."""

    protocol: str
    name: str = ""
    version: str = ""
    title: str = ""
    instructions: str = ""
    capabilities: dict[str, dict[str, Any]] = {}
    tools: list[msgspec.Raw] = []

    @property
    def modern(self) -> bool:
        """It speaks 2026-07-28."""
        return self.protocol == wire.MODERN


class _Implementation(msgspec.Struct):
    """Read leniently: nothing depends on it, and some servers write null, or a number for a version."""

    name: Any = ""
    version: Any = ""
    title: Any = ""


class _Meta(msgspec.Struct):
    server: _Implementation = msgspec.field(name=wire.META_SERVER, default_factory=_Implementation)


class _Opening(msgspec.Struct, rename="camel"):
    """`InitializeResult` and `DiscoverResult`."""

    protocol_version: str = ""
    supported_versions: list[str] = []
    capabilities: dict[str, Any] = {}
    server_info: _Implementation = msgspec.field(default_factory=_Implementation)
    instructions: str | None = None
    meta: _Meta = msgspec.field(name="_meta", default_factory=_Meta)


class _Page(msgspec.Struct, rename="camel"):
    tools: list[msgspec.Raw] = []
    next_cursor: str | None = None


class _Named(msgspec.Struct):
    name: str


_read_opening = msgspec.json.Decoder(_Opening).decode
_read_page = msgspec.json.Decoder(_Page).decode
_read_named = msgspec.json.Decoder(_Named).decode
_read_error = msgspec.json.Decoder(wire.ErrorObject).decode


class Greeting:
    """One greeting. `send` takes lines for the server; `done` gets a Greeted, or words that say why not, once."""

    def __init__(
        self,
        send: Callable[[bytes], None],
        later: Callable[[float, Callable[[], None]], Timer],
        done: Callable[[Greeted | str], None],
        *,
        client: eras.ClientInfo,
        capabilities: dict[str, Any],
        asked_version: str = wire.LEGACY[0],
        protocol: str = "",
        only_tools: bool = False,
    ) -> None:
        """`protocol`: the revision it spoke last, or nothing where that is not known. `only_tools`: it was greeted before."""
        self._send = send
        self._later = later
        self._done: Callable[[Greeted | str], None] | None = done
        self._client = client
        self._capabilities = capabilities
        self._asked_version = asked_version
        self._count = 0
        self._open: dict[wire.RequestId, str] = {}
        self._tried_older = False
        self._found: Greeted | None = None
        self._bytes = 0
        self._timers = [later(START_SECONDS, self._late)]
        if only_tools:
            self._found = Greeted(protocol)
            self._list()
        elif protocol and protocol != wire.MODERN:
            self._initialize()
        else:
            self._ask("server/discover", {"_meta": self._meta()})
            self._timers.append(later(PROBE_SECONDS, self._initialize))

    def end(self) -> None:
        """Nobody wants to know any more."""
        self._done = None
        for timer in self._timers:
            timer.cancel()

    def answered(self, message: wire.Message) -> bool:
        """Take an answer; False where it belongs to no request of the greeting."""
        method = self._open.pop(message.id, "") if isinstance(message.id, (int, str, float)) else ""
        if not method:
            return False
        try:
            if self._found is not None and method != "tools/list":
                return True  # the other way of opening was quicker
            if message.error:
                self._failed(method, _read_error(message.error))
            elif method == "tools/list":
                self._listed(_read_page(message.result))
            else:
                self._opened(method, _read_opening(message.result))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            self._finish(f"Its answer to {method} makes no sense: {error}")
        return True

    # --

    def _initialize(self) -> None:
        if self._tried_older or self._found is not None or self._done is None:
            return
        self._tried_older = True
        info = {"name": self._client.name or "doorkeep", "version": self._client.version or "0"}
        params = {"protocolVersion": self._asked_version, "capabilities": self._capabilities, "clientInfo": info}
        self._ask("initialize", params)

    def _opened(self, method: str, said: _Opening) -> None:
        if method == "initialize":
            self._send(wire.notification_line("notifications/initialized"))
            protocol, server = said.protocol_version or wire.LEGACY[0], said.server_info
        else:
            if wire.MODERN not in said.supported_versions:
                self._initialize()
                return
            protocol, server = wire.MODERN, said.meta.server
        capabilities: dict[str, dict[str, Any]] = {
            name: cast("dict[str, Any]", value) if isinstance(value, dict) else {}
            for name, value in said.capabilities.items()
            if value is not None
        }
        name, version, title = _word(server.name), _word(server.version), _word(server.title)
        self._found = Greeted(protocol, name, version, title, said.instructions or "", capabilities)
        if "tools" in capabilities:
            self._list()
        else:
            self._finish(self._found)

    def _list(self, cursor: str = "") -> None:
        params: dict[str, Any] = {"cursor": cursor} if cursor else {}
        if self._found is not None and self._found.modern:
            params["_meta"] = self._meta()
        self._ask("tools/list", params)

    def _listed(self, page: _Page) -> None:
        found = self._found
        if found is None:
            return
        for tool in page.tools:
            _read_named(tool)
            self._bytes += len(bytes(tool))
        found.tools += [msgspec.Raw(bytes(tool)) for tool in page.tools]
        if len(found.tools) > MOST_TOOLS or self._bytes > MOST_BYTES or self._count > MOST_PAGES:
            self._finish("It lists more tools than anybody could use.")
        elif page.next_cursor:
            self._list(page.next_cursor)
        else:
            self._finish(found)

    def _failed(self, method: str, error: wire.ErrorObject) -> None:
        if method == "server/discover" and not self._tried_older:
            self._initialize()
        elif method == "tools/list" or not self._open:  # else the other way of opening may still come to something
            self._finish(f"It answered {method} with an error: {error.message[:500]}")

    def _ask(self, method: str, params: dict[str, Any]) -> None:
        self._count += 1
        id_ = f"doorkeep-hello-{self._count}"
        self._open[id_] = method
        self._send(wire.request_line(id_, method, wire.encode(params)))

    def _meta(self) -> msgspec.Raw:
        info = {"name": self._client.name or "doorkeep", "version": self._client.version or "0"}
        meta = {wire.META_VERSION: wire.MODERN, wire.META_CAPABILITIES: self._capabilities, wire.META_CLIENT: info}
        return msgspec.Raw(wire.encode(meta))

    def _late(self) -> None:
        self._finish(f"It did not say what it offers within {START_SECONDS:.0f} s.")

    def _finish(self, found: Greeted | str) -> None:
        done = self._done
        self.end()
        if done is not None:
            done(known.without(found) if isinstance(found, str) else without_secrets(found))


def _word(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def without_secrets(found: Greeted) -> Greeted:
    """Without the values that the server was given: what it says of itself is kept in files, and shown to models."""
    return Greeted(
        found.protocol,
        known.without(found.name),
        known.without(found.version),
        known.without(found.title),
        known.without(found.instructions),
        known.without_in(found.capabilities),
        [msgspec.Raw(known.without_in_json(bytes(tool))) for tool in found.tools],
    )

"""How answers are dressed in either era, and the answers that are the same every time: the handshake and the lists.

Built as bytes once and kept; a client may hold the modern ones for the time they state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servers.runtime import lists, wire

if TYPE_CHECKING:
    from servers.runtime.server import Server

LIST_TTL_MS = 300_000
"""Lists do not change while the process lives; a client keeps them no longer than this, so that an update shows soon."""
_CACHED = b',"ttlMs":%d,"cacheScope":"public"' % LIST_TTL_MS
STALE = b',"ttlMs":0,"cacheScope":"private"'
"""For answers that depend on files: not to be kept."""


class Answers:
    """`signed`: modern results name the server in `_meta` (schema 2026-07-28, ResultMetaObject); the gateway needs no such thing."""

    def __init__(self, server: Server, *, signed: bool) -> None:
        self._server = server
        self._info = wire.encode({"name": server.name, "title": server.title, "version": server.version})
        meta = b',"_meta":{"%b":%b}' % (wire.META_SERVER.encode(), self._info)
        self._signature = meta if signed else b""
        self._meta = meta
        self._lists: dict[str, bytes] = {}

    def line(self, id_: wire.RequestId, body: bytes, *, modern: bool, doorkeep: bytes = b"") -> bytes:
        """One answer line. `body` is the members of the result without braces; not empty in the modern era."""
        if modern:
            return b'{"jsonrpc":"2.0","id":%b,"result":{"resultType":"complete",%b%b}%b}\n' % (
                wire.encode(id_),
                body,
                self._signature,
                doorkeep,
            )
        return b'{"jsonrpc":"2.0","id":%b,"result":{%b}%b}\n' % (wire.encode(id_), body, doorkeep)

    def _offer(self) -> bytes:
        text = b'"capabilities":%b' % wire.encode(lists.capabilities(self._server))
        if self._server.instructions:
            text += b',"instructions":%b' % wire.encode(self._server.instructions)
        return text

    def initialized(self, version: str) -> bytes:
        """The body that opens the older way (2025-11-25, InitializeResult)."""
        return b'"protocolVersion":%b,"serverInfo":%b,%b' % (wire.encode(version), self._info, self._offer())

    def discovered(self) -> bytes:
        """The body of `server/discover` (2026-07-28, DiscoverResult); signed in any case."""
        versions = wire.encode(wire.SUPPORTED)
        meta = b"" if self._signature else self._meta
        return b'"supportedVersions":%b,%b%b%b' % (versions, self._offer(), _CACHED, meta)

    def listed(self, method: str, *, modern: bool) -> bytes:
        """The body of a list that never changes: `tools/list`, `prompts/list`, `resources/templates/list`."""
        text = self._lists.get(method)
        if text is None:
            text = self._lists[method] = lists.body(self._server, method)
        return text + _CACHED if modern else text

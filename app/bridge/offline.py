"""What the bridge says when it has no gateway: ready answers for handshakes and lists, one clear error for everything else.

It never lets a call through and never makes up a tool: what it lists, the gateway left in `lists/SERVER.json`.
"""

from __future__ import annotations

import os

from app.bridge.framing import MODERN, Request
from app.bridge.home import ready_answers
from app.bridge.jsontext import dump, parse, quoted

TYPE_CHECKING = False  # `typing` itself costs 7 ms
if TYPE_CHECKING:
    from typing import Any

LEGACY = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
PARSE_ERROR = -32700
INTERNAL_ERROR = -32603
INVALID_REQUEST = -32600
UNSUPPORTED_VERSION = -32022
META_SERVER = "io.modelcontextprotocol/serverInfo"
MAX_READY = 16 * 1024 * 1024

_LISTS = {
    "tools/list": "tools",
    "prompts/list": "prompts",
    "resources/list": "resources",
    "resources/templates/list": "resourceTemplates",
}
_MODERN_ONLY = ("resultType", "ttlMs", "cacheScope")

TOOLS_CHANGED = b'{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n'
NO_JSON = "The line is no JSON object."
TOO_LONG = "The message is longer than 64 MiB, the most that Doorkeep passes on. Ask for less at a time."
LOST = (
    "Doorkeep's gateway ended while this call was running. It may or may not have been done: look before calling again. "
    "Doorkeep starts its gateway again by itself."
)
LOST_STOPPED = (
    "The user switched Doorkeep off while this call was under way. It may or may not have been done. "
    "Ask the user to start Doorkeep, then look before calling again."
)
UNANSWERED = "Doorkeep's bridge was closed before the answer came. The call may or may not have been done."
STOPPED = (
    "Doorkeep is switched off, so nothing was done. Ask the user to start Doorkeep (open the app, or run `doorkeep gateway`), "
    "then call again."
)
UNREACHABLE = (
    "Doorkeep's gateway does not answer, so nothing was done. Ask the user to open Doorkeep, or to run `doorkeep doctor`, "
    "which says what is wrong; then call again."
)


class Offline:
    """Answers for one server of one home. Reads the ready answers anew each time: the gateway may have renewed them."""

    def __init__(self, home: str, server: str) -> None:
        self.server = server
        self.made_up = False  # an empty list was given because no ready answer was there
        self._path = ready_answers(home, server)

    def answer(self, request: Request, words: str, initialize: Any = None) -> bytes:
        """One answer line. `words` say why there is no gateway; `initialize`: parameters of the handshake it answers."""
        modern = bool(request.version)
        if modern and request.version != MODERN:
            return self._unsupported(request)
        if request.method == "initialize":
            return result_line(request.id, self._handshake(words, initialize))
        if request.method == "server/discover":
            return result_line(request.id, self._discover(words))
        if request.method in _LISTS:
            return result_line(request.id, _fit(self._list(request.method), modern))
        if request.method in ("ping", "logging/setLevel"):
            return result_line(request.id, _fit({}, modern))
        return failure(request, words)

    def _ready(self) -> dict[str, Any]:
        try:
            fd = os.open(self._path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError:
            return {}
        try:
            pieces: list[bytes] = []
            while piece := os.read(fd, 1 << 20):
                pieces.append(piece)
                if len(pieces) * (1 << 20) > MAX_READY:
                    return {}
        except OSError:
            return {}
        finally:
            os.close(fd)
        found = parse(b"".join(pieces))
        return found if isinstance(found, dict) else {}

    def _handshake(self, words: str, initialize: Any) -> dict[str, Any]:
        asked = initialize.get("protocolVersion") if isinstance(initialize, dict) else None
        result: dict[str, Any] = {"protocolVersion": asked if asked in LEGACY else LEGACY[0]}
        ready = self._ready().get("initialize")
        if isinstance(ready, dict):
            return {**result, **ready}
        return {
            **result,
            "capabilities": {"tools": {"listChanged": True}},
            "serverInfo": self._name(),
            "instructions": words,
        }

    def _discover(self, words: str) -> dict[str, Any]:
        ready = self._ready().get("discover")
        if isinstance(ready, dict):
            return _fit(ready, modern=True)
        made: dict[str, Any] = {
            "supportedVersions": [MODERN, *LEGACY],
            "capabilities": {"tools": {"listChanged": True}},
            "instructions": words,
            "_meta": {META_SERVER: self._name()},
        }
        return _fit(made, modern=True, listed=True)

    def _list(self, method: str) -> dict[str, Any]:
        ready = self._ready().get(method)
        if isinstance(ready, dict):
            return ready
        self.made_up = self.made_up or method == "tools/list"
        return {"ttlMs": 0, "cacheScope": "private", _LISTS[method]: []}

    def _name(self) -> dict[str, Any]:
        return {"name": self.server, "version": "0"}

    def _unsupported(self, request: Request) -> bytes:
        data = dump({"supported": [MODERN, *LEGACY], "requested": request.version})
        return error_line(request.id, UNSUPPORTED_VERSION, f"Unsupported protocol version {request.version}", data)


def _fit(result: dict[str, Any], modern: bool, listed: bool = False) -> dict[str, Any]:
    """A result in the shape of the client's era (schema 2026-07-28: `resultType`; lists also `ttlMs` and `cacheScope`)."""
    if not modern:
        return {key: value for key, value in result.items() if key not in _MODERN_ONLY}
    fitted = {"resultType": "complete", **result}
    return {**fitted, "ttlMs": 0, "cacheScope": "private"} if listed else fitted


def failure(request: Request, words: str) -> bytes:
    """The one error a request gets: a result the model can read for a tool call, else a JSON-RPC error (schema, `CallToolResult`)."""
    if request.method != "tools/call":
        return error_line(request.id, INTERNAL_ERROR, words)
    return result_line(
        request.id, _fit({"content": [{"type": "text", "text": words}], "isError": True}, bool(request.version))
    )


def result_line(id_: Any, result: dict[str, Any]) -> bytes:
    """One answer line, newline included."""
    return f'{{"jsonrpc":"2.0","id":{dump(id_)},"result":{dump(result)}}}\n'.encode()


def error_line(id_: Any, code: int, words: str, extra: str = "") -> bytes:
    """One JSON-RPC error line; `id_` None where the request could not be read (JSON-RPC 2.0 §5); `extra` is JSON text."""
    tail = f',"data":{extra}' if extra else ""
    return f'{{"jsonrpc":"2.0","id":{dump(id_)},"error":{{"code":{code},"message":{quoted(words)}{tail}}}}}\n'.encode()

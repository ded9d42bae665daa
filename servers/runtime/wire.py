"""What the gateway and the built-in servers say to each other over a pipe: JSON-RPC lines of MCP plus Doorkeep's private words.

The only module of `servers` that `app` imports. It holds data and pure functions; nothing here touches a file.

Private words never reach a client:
- the member `doorkeep` beside `params` of a request (`CallOrder`), beside `result` or `error` of an answer and beside `params` of a
  notification that a resource changed (`CallFacts`);
- the notification `doorkeep/policy` (`Policy`) and the request `doorkeep/plan` (`PlanRequest` → `Plan`);
- the requests `doorkeep/secret`, `store_secret`, `remove_secret`, `hold_secret` and `release_secret` of a server to its gateway
  (`app.gateway.private`), told by ids that begin with PRIVATE, and the notification `doorkeep/sign_in_needed`;
- the error codes STALE_POLICY and WORLD_MOVED.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from typing import Literal

import msgspec

MODERN = "2026-07-28"
"""The stateless revision: every request carries its version in `_meta`."""
LEGACY = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
"""Revisions that open with `initialize`, newest first."""
SUPPORTED = (MODERN, *LEGACY)

META_VERSION = "io.modelcontextprotocol/protocolVersion"
META_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
META_CLIENT = "io.modelcontextprotocol/clientInfo"
META_SERVER = "io.modelcontextprotocol/serverInfo"
META_SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId"

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
UNSUPPORTED_VERSION = -32022
ASK_FIRST = -32093
"""No before-image of this change can be kept, and the user did not agree to that: the gateway plans it and asks."""
STALE_POLICY = -32091
"""The call's generation is newer than the server's table: the gateway sends the policy and the call again."""
WORLD_MOVED = -32092
"""The plan made now has another guard than the one the user said yes to: nothing was applied."""

PRIVATE = "doorkeep-private-"
"""How the ids of requests begin that a server makes of its gateway alone (`servers.runtime.gateway`)."""

MAX_LINE = 64 * 1024 * 1024
"""The longest line, in bytes, that any of our programs accepts from a peer."""

RequestId = int | str | float
NO_RAW = msgspec.Raw()


class Message(msgspec.Struct):
    """One JSON-RPC line, opened only as far as routing needs; `params`, `result` and `error` stay bytes.

    `id` is UNSET in a notification and None in an answer to an unreadable request (JSON-RPC 2.0 §5).
    """

    jsonrpc: str = ""
    id: RequestId | msgspec.UnsetType | None = msgspec.UNSET
    method: str | msgspec.UnsetType = msgspec.UNSET
    params: msgspec.Raw = NO_RAW
    result: msgspec.Raw = NO_RAW
    error: msgspec.Raw = NO_RAW
    doorkeep: msgspec.Raw = NO_RAW


class ErrorObject(msgspec.Struct, omit_defaults=True):
    """JSON-RPC 2.0 §5.1."""

    code: int
    message: str
    data: msgspec.Raw = NO_RAW


Access = Literal["off", "read", "ask", "write"]
GitSwitch = Literal["remote", "hooks", "create"]
"""What git may do in a folder only where the user turned it on: speak to other computers, run the repository's own hooks, make
new repositories."""


class Folder(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of the policy table: an absolute, real path (no symlink in it) and what servers may do at and below it.

    `protected` rows are Doorkeep's own (its home, clients' configurations, shell start files): no grant below them counts.
    `reveal` are globs, relative to the folder, of sensitive files that the user lets servers read. `git` is what the user
    turned on for repositories at and below it.
    """

    path: str
    access: Access
    protected: bool = False
    reveal: tuple[str, ...] = ()
    git: tuple[GitSwitch, ...] = ()


class Policy(msgspec.Struct, frozen=True):
    """Parameters of `doorkeep/policy`. `generation` grows by one with each accepted version of the settings.

    `result_chars`: what one result may hold at most, in characters; `undo_megabytes`: what the undo store may hold. `tokens`:
    the git server's, which secret it may ask for which host.
    """

    generation: int
    folders: tuple[Folder, ...] = ()
    result_chars: int = 4_000_000
    undo_megabytes: int = 1000
    tokens: dict[str, str] = {}


class CallOrder(msgspec.Struct, omit_defaults=True):
    """The member `doorkeep` of a request: the policy it was decided under, and the guard of the plan that was agreed to."""

    generation: int = 0
    guard: str = ""
    session: str = ""


class Refusal(msgspec.Struct, omit_defaults=True):
    """Why a server of ours did not do a call: words for a person, and where they are known the row of the policy table that
    says so and the absolute path that was asked for."""

    reason: str
    folder: str = ""
    path: str = ""


class CallFacts(msgspec.Struct, omit_defaults=True):
    """The member `doorkeep` of an answer, errors included: absolute paths touched, the undoable change made, and the rule that
    forbade it."""

    paths: list[str] = []
    change_id: str = ""
    refused: Refusal | None = None


class PlanRequest(msgspec.Struct, omit_defaults=True):
    """Parameters of `doorkeep/plan`: what `tools/call` would be given."""

    name: str
    arguments: msgspec.Raw = NO_RAW


class Plan(msgspec.Struct, omit_defaults=True):
    """What a call would do, found out without doing it.

    `reads` and `writes` are absolute paths; `preview` is text for a person (usually a unified diff, at most 20,000 characters);
    `guard` names the state of the world that the plan was made from; `undoable` is False where no before-image can be kept.
    """

    reads: list[str] = []
    writes: list[str] = []
    preview: str = ""
    guard: str = ""
    undoable: bool = True


class ToolFacts(msgspec.Struct, omit_defaults=True):
    """What the gateway must know of a built-in tool beside what the model sees; kept in `resources/builtin/SERVER.json`.

    `reads` and `writes` name arguments that hold a path or a list of paths. `changes`: it changes something, so it can plan.
    `plan_first`: the paths are not in the arguments, so only a plan tells them. `switch`: it is shown to clients only where
    the user turned this on for a folder of git's.
    """

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    changes: bool = False
    plan_first: bool = False
    switch: GitSwitch | Literal[""] = ""


def path_key(path: str) -> str:
    """The form under which two spellings of one path are equal: case and Unicode form folded where the system's file systems do."""
    if sys.platform == "win32":
        return os.path.normcase(path)
    if sys.platform == "darwin":
        return unicodedata.normalize("NFC", path).casefold()
    return path


class Grants:
    """The policy table, asked by path. The longest granted folder governs; a protected row above or at the path only takes away."""

    def __init__(self, folders: tuple[Folder, ...] = ()) -> None:
        self.folders = folders
        self._by_key = {path_key(folder.path): folder for folder in sorted(folders, key=lambda f: f.protected)}

    def covering(self, path: str) -> Folder | None:
        """The row that governs `path` (absolute, normalised, no trailing separator), or None: nothing was granted there."""
        granted: Folder | None = None
        guard: Folder | None = None
        key = path_key(path)
        while True:
            folder = self._by_key.get(key)
            if folder is not None:
                if folder.protected:
                    guard = folder if guard is None else stricter(guard, folder)
                elif granted is None:
                    granted = folder
            parent = os.path.dirname(key)
            if parent == key:
                break
            key = parent
        if guard is None or granted is None:
            return guard if guard is not None and guard.access == "off" else granted
        return stricter(guard, granted)

    def access(self, path: str) -> Access:
        """What servers may do at `path`; `off` where nothing was granted."""
        folder = self.covering(path)
        return folder.access if folder else "off"


_RANK: dict[str, int] = {"off": 0, "read": 1, "ask": 2, "write": 3}


def stricter(one: Folder, other: Folder) -> Folder:
    """Of two rows that both cover a path, the one that allows less."""
    return one if _RANK[one.access] <= _RANK[other.access] else other


_decode = msgspec.json.Decoder(Message).decode
encode = msgspec.json.Encoder().encode


def decode(line: bytes | bytearray | memoryview) -> Message:
    """Open one line. Raises `msgspec.DecodeError` (not JSON) or its subclass `msgspec.ValidationError` (not JSON-RPC)."""
    return _decode(line)


def request_line(id_: RequestId, method: str, params: bytes = b"", doorkeep: bytes = b"") -> bytes:
    """One request line, newline included; `params` and `doorkeep` are JSON text or empty."""
    return b'{"jsonrpc":"2.0","id":%b,"method":%b%b%b}\n' % (
        encode(id_),
        encode(method),
        b',"params":' + params if params else b"",
        b',"doorkeep":' + doorkeep if doorkeep else b"",
    )


def notification_line(method: str, params: bytes = b"", doorkeep: bytes = b"") -> bytes:
    """One notification line, newline included."""
    return b'{"jsonrpc":"2.0","method":%b%b%b}\n' % (
        encode(method),
        b',"params":' + params if params else b"",
        b',"doorkeep":' + doorkeep if doorkeep else b"",
    )


def result_line(id_: RequestId, result: bytes | msgspec.Raw, doorkeep: bytes = b"") -> bytes:
    """One answer line. The id stands first after the version, so that the bridge finds it without parsing the rest."""
    return b'{"jsonrpc":"2.0","id":%b,"result":%b%b}\n' % (
        encode(id_),
        bytes(result),
        b',"doorkeep":' + doorkeep if doorkeep else b"",
    )


def error_line(id_: RequestId | None, code: int, message: str, data: bytes = b"", doorkeep: bytes = b"") -> bytes:
    """One error line; `id_` is None where the request could not be read (JSON-RPC 2.0 §5). `doorkeep` is JSON text or empty."""
    body = b'{"code":%d,"message":%b%b}' % (code, encode(message), b',"data":' + data if data else b"")
    private = b',"doorkeep":' + doorkeep if doorkeep else b""
    return b'{"jsonrpc":"2.0","id":%b,"error":%b%b}\n' % (encode(id_), body, private)


def tool_error(text: str, modern: bool) -> bytes:
    """The result of a refused or failed tool call, in words that the model can act on (schema 2026-07-28, `CallToolResult`)."""
    head = b'{"resultType":"complete","content":' if modern else b'{"content":'
    return head + b'[{"type":"text","text":%b}],"isError":true}' % encode(text)

"""The two eras of the protocol: what a request says of itself, and what a result looks like in each.

Built-in servers speak 2026-07-28; the older revisions are made here, and nothing of the newer one is left in them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from servers.runtime import wire

HEAD = b'{"resultType":"complete",'
"""How every result of a built-in server begins."""
_MODERN_ONLY = ("resultType", "ttlMs", "cacheScope")


class ClientInfo(msgspec.Struct, frozen=True):
    """Schema `Implementation`, as far as the log needs it."""

    name: str = ""
    version: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip() or "unknown"


class Elicitation(msgspec.Struct, frozen=True):
    """Schema 2026-07-28, `ClientCapabilities.elicitation`; empty means forms."""

    form: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    url: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


class Capabilities(msgspec.Struct, frozen=True):
    """Schema 2026-07-28, `ClientCapabilities`, as far as Doorkeep uses it."""

    elicitation: Elicitation | msgspec.UnsetType = msgspec.UNSET

    @property
    def forms(self) -> bool:
        """The client can show the user a form."""
        asked = self.elicitation
        return asked is not msgspec.UNSET and (asked.form is not msgspec.UNSET or asked.url is msgspec.UNSET)


class Meta(msgspec.Struct, frozen=True):
    """`params._meta` of a request (schema 2026-07-28, `RequestMetaObject`)."""

    version: str | msgspec.UnsetType = msgspec.field(name=wire.META_VERSION, default=msgspec.UNSET)
    capabilities: Capabilities | msgspec.UnsetType = msgspec.field(name=wire.META_CAPABILITIES, default=msgspec.UNSET)
    client: ClientInfo | msgspec.UnsetType = msgspec.field(name=wire.META_CLIENT, default=msgspec.UNSET)
    token: str | int | msgspec.UnsetType = msgspec.field(name="progressToken", default=msgspec.UNSET)


NO_META = Meta()


class Params(msgspec.Struct):
    """Parameters of any request, as far as the era goes."""

    meta: Meta = msgspec.field(name="_meta", default=NO_META)


class CallParams(msgspec.Struct, rename="camel"):
    """Parameters of `tools/call` in every revision."""

    name: str
    arguments: dict[str, Any] | None = None
    meta: Meta = msgspec.field(name="_meta", default=NO_META)
    input_responses: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    request_state: str | msgspec.UnsetType = msgspec.UNSET


class InitializeParams(msgspec.Struct, rename="camel"):
    """Parameters of `initialize` (schema 2025-11-25, `InitializeRequestParams`)."""

    protocol_version: str
    client_info: ClientInfo = ClientInfo()
    capabilities: dict[str, Any] = {}


decode_params = msgspec.json.Decoder(Params).decode
decode_call = msgspec.json.Decoder(CallParams).decode
decode_initialize = msgspec.json.Decoder(InitializeParams).decode
_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def spoken(requested: str) -> str:
    """The revision to answer `initialize` with: the requested one where it is known, else the newest that has a handshake."""
    return requested if requested in wire.LEGACY else wire.LEGACY[0]


def meta_error(meta: Meta) -> tuple[int, str, bytes] | None:
    """Why a modern request cannot be served: (code, message, data), or None (schema 2026-07-28, `RequestMetaObject`)."""
    if meta.version != wire.MODERN:
        data = msgspec.json.encode({"supported": list(wire.SUPPORTED), "requested": meta.version})
        return wire.UNSUPPORTED_VERSION, f"Unsupported protocol version {meta.version}", data
    if meta.capabilities is msgspec.UNSET:
        return wire.INVALID_PARAMS, f"params._meta is missing {wire.META_CAPABILITIES}", b""
    return None


def fitted(result: bytes, modern: bool, method: str = "tools/call") -> bytes:
    """A result in the client's era; `result` is the modern form. Raises `msgspec.DecodeError` for what is no object."""
    if modern:
        return result
    if method == "tools/call" and result.startswith(HEAD):
        return b"{" + result[len(HEAD) :]
    return plain_result(result)


def plain_result(result: bytes) -> bytes:
    """Any result without the members that only the modern era has. Raises `msgspec.DecodeError` for what is no object."""
    members = _members(result)
    for name in _MODERN_ONLY:
        members.pop(name, None)
    return msgspec.json.encode(members)


def input_required(message: str, choices: list[str], state: str) -> bytes:
    """A question to the user through the client (schema 2026-07-28, `InputRequiredResult`, `ElicitRequestFormParams`)."""
    schema = {
        "type": "object",
        "properties": {
            "answer": {"type": "string", "title": "Allow this?", "enum": choices},
        },
        "required": ["answer"],
    }
    request = {
        "method": "elicitation/create",
        "params": {"mode": "form", "message": message, "requestedSchema": schema},
    }
    return msgspec.json.encode(
        {"resultType": "input_required", "inputRequests": {"approval": request}, "requestState": state}
    )


_CHILD_META = b'{"%b":"%b","%b":{},"%b":' % tuple(
    text.encode() for text in (wire.META_VERSION, wire.MODERN, wire.META_CAPABILITIES, wire.META_CLIENT)
)


def child_meta(client: ClientInfo, token: int = 0) -> bytes:
    """The `_meta` that a server of ours is spoken to with; `token` 0 means that nobody wants progress."""
    name = wire.encode({"name": client.name or "unknown", "version": client.version or "0"})
    return _CHILD_META + name + (b',"progressToken":%d}' % token if token else b"}")


def progress_line(token: str | int, progress: float, total: float | None, message: str) -> bytes:
    """One `notifications/progress` line (every revision)."""
    params: dict[str, Any] = {"progressToken": token, "progress": progress}
    if total is not None:
        params["total"] = total
    if message:
        params["message"] = message
    return wire.notification_line("notifications/progress", msgspec.json.encode(params))

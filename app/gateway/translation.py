"""Parameters and results of others' servers from one era to the other. Pure functions; what both eras share is left as it is.

Schemas 2025-11-25 and 2026-07-28.
"""

from __future__ import annotations

from typing import Any

import msgspec

from app.gateway import eras
from servers.runtime import wire

META_LOG = "io.modelcontextprotocol/logLevel"
CACHED = ("tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read")
"""Their results say in the modern era how long they may be kept (`CacheableResult`)."""
CARRIERS = ("tools/call", "prompts/get", "resources/read")
"""Requests that a modern server may answer with a question (`InputRequiredResult`)."""
QUESTIONS = {"sampling/createMessage": "sampling", "elicitation/create": "elicitation", "roots/list": "roots"}
"""What a server may ask of a client, and the capability that a client declares for it."""
BEFORE_ONLY = ("tasks",)
"""Server capabilities that only the older revisions have, and the modern one not in this form."""

Members = dict[str, Any]
"""A JSON object whose values are mostly still text (`msgspec.Raw`)."""

_read_meta = msgspec.json.Decoder(dict[str, Any]).decode
_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class InputRequired(msgspec.Struct, rename="camel"):
    """Schema 2026-07-28, `InputRequiredResult`."""

    input_requests: dict[str, InputRequest] = {}
    request_state: str | msgspec.UnsetType = msgspec.UNSET


class InputRequest(msgspec.Struct):
    """One question of a server."""

    method: str
    params: msgspec.Raw = msgspec.Raw(b"{}")


class _Type(msgspec.Struct):
    result_type: str = msgspec.field(name="resultType", default="complete")


_read_type = msgspec.json.Decoder(_Type).decode
read_input_required = msgspec.json.Decoder(InputRequired).decode


def opened(params: msgspec.Raw | bytes) -> Members:
    """The members of parameters. Raises `msgspec.DecodeError` for what is no object."""
    return dict(_members(params or b"{}"))


def asks_for_input(result: bytes) -> bool:
    """Whether a modern result is a question. Raises `msgspec.DecodeError` for what is no object."""
    return b'"input_required"' in result and _read_type(result).result_type == "input_required"


def legacy_params(params: Members) -> Members:
    """A modern client's parameters for a legacy server."""
    kept = {name: value for name, value in params.items() if name not in ("inputResponses", "requestState")}
    if "_meta" in kept:
        meta = opened(wire.encode(kept["_meta"]))
        for name in (wire.META_VERSION, wire.META_CAPABILITIES, wire.META_CLIENT, META_LOG):
            meta.pop(name, None)
        kept["_meta"] = meta
        if not meta:
            del kept["_meta"]
    return kept


def modern_params(params: Members, client: eras.ClientInfo, capabilities: Members, log_level: str) -> Members:
    """A legacy client's parameters for a modern server."""
    meta = opened(wire.encode(params["_meta"])) if "_meta" in params else {}
    meta[wire.META_VERSION] = wire.MODERN
    meta[wire.META_CAPABILITIES] = {name: value for name, value in capabilities.items() if name != "tasks"}
    meta[wire.META_CLIENT] = {"name": client.name or "unknown", "version": client.version or "0"}
    if log_level:
        meta[META_LOG] = log_level
    return {**params, "_meta": meta}


def modern_result(result: bytes, method: str) -> bytes:
    """A legacy server's result for a modern client. Raises `msgspec.DecodeError` for what is no object."""
    members: Members = {"resultType": "complete", **_members(result)}
    if method in CACHED:
        members.setdefault("ttlMs", 0)
        members.setdefault("cacheScope", "private")
    return wire.encode(members)


def fitted(result: bytes, method: str, *, from_modern: bool, to_modern: bool) -> bytes:
    """A result in the client's era. Raises `msgspec.DecodeError` for what is no object."""
    if from_modern == to_modern:
        return result
    return modern_result(result, method) if to_modern else eras.plain_result(result)


def offered(
    capabilities: dict[str, dict[str, Any]], *, from_modern: bool, to_modern: bool
) -> dict[str, dict[str, Any]]:
    """A server's capabilities as a client of an era may use them through the door."""
    if from_modern == to_modern:
        return capabilities
    lost = BEFORE_ONLY if to_modern else ("extensions",)
    return {name: value for name, value in capabilities.items() if name not in lost}


def meta_of(params: Members) -> dict[str, Any]:
    """`_meta` of parameters, opened; empty where there is none that makes sense."""
    meta = params.get("_meta")
    if meta is None:
        return {}
    try:
        return _read_meta(meta if isinstance(meta, msgspec.Raw) else wire.encode(meta))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}


def token_of(params: Members) -> str | int | None:
    """The progress token of a request."""
    token = meta_of(params).get("progressToken")
    return token if isinstance(token, str | int) else None

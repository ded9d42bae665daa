"""The parameters of the requests that a server takes, opened as far as they are needed (schema 2026-07-28 and before)."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from servers.runtime import wire
from servers.runtime.errors import ProtocolError

NO_BYTES = msgspec.Raw()
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for text that is no JSON, no UTF-8, not of the wanted shape, or nested too deeply."""


class Meta(msgspec.Struct, gc=False):
    """`_meta` of a request. `version` is there in the modern era only."""

    version: str | UnsetType = msgspec.field(name=wire.META_VERSION, default=UNSET)
    capabilities: dict[str, Any] | UnsetType = msgspec.field(name=wire.META_CAPABILITIES, default=UNSET)
    token: str | int | float | UnsetType = msgspec.field(name="progressToken", default=UNSET)


class Params(msgspec.Struct):
    """Parameters of a request that asks for nothing in particular, or for a page of a list."""

    meta: Meta | UnsetType = msgspec.field(name="_meta", default=UNSET)
    cursor: str | UnsetType = UNSET


class CallParams(Params, kw_only=True):
    """`tools/call`."""

    name: str
    arguments: msgspec.Raw = NO_BYTES


class InitializeParams(Params, kw_only=True, rename="camel"):
    """`initialize` (2025-11-25 and before)."""

    protocol_version: str


class ReadParams(Params, kw_only=True):
    """`resources/read`."""

    uri: str


class Filter(msgspec.Struct):
    """What a client wants to hear of (schema 2026-07-28, `SubscriptionFilter`), as far as a server of ours can tell it."""

    uris: list[str] = msgspec.field(name="resourceSubscriptions", default_factory=list[str])
    lists: bool = msgspec.field(name="resourcesListChanged", default=False)


class ListenParams(Params, kw_only=True):
    """`subscriptions/listen`."""

    notifications: Filter = msgspec.field(default_factory=Filter)


class PromptParams(Params, kw_only=True):
    """`prompts/get`."""

    name: str
    arguments: dict[str, str] = {}


class Reference(msgspec.Struct):
    """What a completion is for: a prompt (`ref/prompt`, `name`) or a resource template (`ref/resource`, `uri`)."""

    type: str
    name: str = ""
    uri: str = ""


class Argument(msgspec.Struct):
    """The argument being typed."""

    name: str
    value: str


class Context(msgspec.Struct):
    """Arguments that the user has settled already."""

    arguments: dict[str, str] = {}


class CompleteParams(Params, kw_only=True):
    """`completion/complete`."""

    ref: Reference
    argument: Argument
    context: Context = msgspec.field(default_factory=Context)


class CancelledParams(msgspec.Struct, rename="camel"):
    """`notifications/cancelled`."""

    request_id: wire.RequestId


def read(decode: Any, params: msgspec.Raw) -> Any:
    """Parameters as their struct. Raises ProtocolError naming what is wrong."""
    try:
        return decode(params or b"{}")
    except UNREADABLE as error:
        raise ProtocolError(wire.INVALID_PARAMS, f"The parameters cannot be read: {error}") from None


def is_modern(meta: Meta | UnsetType) -> bool:
    """Whether the request says which revision it is made in. Raises ProtocolError for another than ours, or half a statement."""
    if meta is UNSET or meta.version is UNSET:
        return False
    if meta.version != wire.MODERN:
        where = wire.encode({"supported": wire.SUPPORTED, "requested": meta.version})
        raise ProtocolError(wire.UNSUPPORTED_VERSION, "Unsupported protocol version", where)
    if meta.capabilities is UNSET:
        raise ProtocolError(wire.INVALID_PARAMS, f"params._meta lacks {wire.META_CAPABILITIES}")
    return True

"""Resources: URI templates over what a server holds, and the answer to `resources/read`.

A resource that is not there is an error in words; no content is ever cut silently.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from servers.runtime import wire
from servers.runtime.answers import STALE
from servers.runtime.errors import ProtocolError, ToolError
from servers.runtime.templates import UriTemplate

if TYPE_CHECKING:
    from servers.runtime.call import Call
    from servers.runtime.requests import Params, ReadParams
    from servers.runtime.server import Server

NOT_FOUND_BEFORE = -32002
"""Resource not found, in 2025-11-25 and before; since then INVALID_PARAMS (2026-07-28, basic §Error Codes)."""


class TextContents(msgspec.Struct, omit_defaults=True, rename="camel"):
    """Text of a resource. `uri` is filled with the one asked for where it is left empty."""

    uri: str = ""
    mime_type: str = ""
    text: str = msgspec.field(default_factory=str)


class BlobContents(msgspec.Struct, omit_defaults=True, rename="camel"):
    """Bytes of a resource, on the wire as base64."""

    uri: str = ""
    mime_type: str = ""
    blob: bytes = msgspec.field(default_factory=bytes)


Contents = TextContents | BlobContents
Complete = Callable[["Call", str, dict[str, str]], Sequence[str]]
"""Completes one variable or argument: given the call, what is typed so far and the others, gives the values that fit."""


class Resource(msgspec.Struct, omit_defaults=True, rename="camel"):
    """One entry of `resources/list`."""

    uri: str
    name: str
    title: str = ""
    description: str = ""
    mime_type: str = ""
    size: int = -1


class ResourceTemplate:
    """A registered template: `read` gets the call and the variables of the URI by name."""

    def __init__(
        self,
        uri: str,
        read: Callable[..., Sequence[Contents] | Contents],
        *,
        name: str,
        title: str,
        description: str,
        mime_type: str,
        complete: dict[str, Complete],
    ) -> None:
        self.uri = UriTemplate(uri)
        self.read = read
        self.name = name
        self.complete = complete
        self._title = title
        self._description = description
        self._mime_type = mime_type
        unknown = set(complete) - set(self.uri.variables)
        if unknown:
            raise ValueError(f"{uri} has no variable {', '.join(sorted(unknown))}")

    def shown(self) -> dict[str, Any]:
        """The template exactly as in `resources/templates/list`."""
        shown = {
            "uriTemplate": self.uri.text,
            "name": self.name,
            "title": self._title,
            "description": self._description,
        }
        return {**shown, "mimeType": self._mime_type} if self._mime_type else shown


def read(server: Server, call: Call, params: ReadParams) -> bytes:
    """The body of `resources/read`."""
    for template in server.templates:
        variables = template.uri.match(params.uri)
        if variables is None:
            continue
        try:
            found = template.read(call, **variables)
        except ToolError as error:
            raise ProtocolError(_not_found(call), error.text, _where(params.uri)) from None
        contents = [found] if isinstance(found, (TextContents, BlobContents)) else list(found)
        for one in contents:
            one.uri = one.uri or params.uri
        body = b'"contents":' + wire.encode(contents)
        return body + STALE if call.modern else body
    raise ProtocolError(_not_found(call), f"There is no resource {params.uri[:200]}", _where(params.uri))


def _not_found(call: Call) -> int:
    return wire.INVALID_PARAMS if call.modern else NOT_FOUND_BEFORE


def _where(uri: str) -> bytes:
    return wire.encode({"uri": uri})


def listed(server: Server, call: Call, params: Params) -> bytes:
    """The body of `resources/list`: what the server's own listing names, one page; empty where it has none."""
    if isinstance(params.cursor, str):
        raise ProtocolError(wire.INVALID_PARAMS, "This cursor is not one of this list's, which has one page")
    found = list(server.list_resources(call)) if server.list_resources is not None else []
    body = b'"resources":' + wire.encode(found)
    return body + STALE if call.modern else body

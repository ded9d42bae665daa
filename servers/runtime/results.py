"""What tools give back, and how it becomes the result of `tools/call`. A result is built once, as bytes, without models between.

Results of the 2026-07-28 revision begin exactly with `{"resultType":"complete",`, so that the gateway can drop it by slicing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, cast

import msgspec

from servers.runtime import wire

_SURROGATES = re.compile("[\ud800-\udfff]")


class Text(str):
    """A result that is text alone: for payloads, which no output schema describes."""

    __slots__ = ()


class Image(msgspec.Struct, frozen=True):
    """A picture; `mime` such as `image/png`. Clients that show no pictures need a `Text` beside it."""

    content: bytes
    mime: str


class Planned(msgspec.Struct):
    """What a change would do: `plan` for the user and the gateway, `state` for the tool's own `apply`."""

    plan: wire.Plan
    state: Any = None


Content = Text | Image | Sequence["Text | Image"]
Result = Content | msgspec.Struct


def _encode(value: object) -> bytes:
    """JSON text. A file name that is no text in UTF-8 (a lone surrogate in Python's eyes) is shown with replacement characters."""
    try:
        return wire.encode(value)
    except UnicodeEncodeError:
        return wire.encode(_mended(msgspec.to_builtins(value)))


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {_mended(key): _mended(one) for key, one in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list):
        return [_mended(one) for one in cast("list[Any]", value)]
    return value


def _block(part: str | Image) -> bytes:
    if isinstance(part, Image):
        # msgspec writes bytes as base64 text, which is what ImageContent.data wants.
        return b'{"type":"image","data":%b,"mimeType":%b}' % (_encode(part.content), _encode(part.mime))
    return b'{"type":"text","text":%b}' % _encode(str(part))


def tool_body(result: object) -> bytes:
    """The members of a CallToolResult, without braces: text alone, pictures, or a struct as facts and as the same JSON in text."""
    if isinstance(result, str):
        return b'"content":[{"type":"text","text":%b}]' % _encode(str(result))
    if isinstance(result, msgspec.Struct) and not isinstance(result, Image):
        facts = _encode(result)
        return b'"content":[{"type":"text","text":%b}],"structuredContent":%b' % (_encode(facts.decode()), facts)
    if isinstance(result, Image):
        return b'"content":[%b]' % _block(result)
    if isinstance(result, (list, tuple)):
        return b'"content":[%b]' % b",".join([_block(part) for part in cast("Sequence[Text | Image]", result)])
    raise TypeError(f"a tool gave back {type(result).__name__}, not Text, Image or a struct")


def error_body(text: str) -> bytes:
    """The members of a CallToolResult that says why the call failed."""
    return b'"content":[{"type":"text","text":%b}],"isError":true' % _encode(text)

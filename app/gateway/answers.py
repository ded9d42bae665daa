"""A server's result on its way to the client: bounded, and summed up for the log.

Structured content and media are never cut; what is too large becomes an error that names size and limit.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from app.core.redaction import MAX_PREVIEW, clean_head

_SMALL = 16 * 1024


class Block(msgspec.Struct, rename="camel"):
    """One content block (schema `ContentBlock`), as far as a preview needs it."""

    type: str = ""
    text: str = ""
    mime_type: str = ""
    data: str = ""
    uri: str = ""


class Contents(msgspec.Struct, rename="camel"):
    """One entry of `ReadResourceResult.contents`."""

    text: str = ""
    mime_type: str = ""


class Result(msgspec.Struct, rename="camel"):
    """A result of `tools/call` or `resources/read`, opened for the preview."""

    content: list[Block] = []
    contents: list[Contents] = []
    is_error: bool = False


class LargeResult(msgspec.Struct, rename="camel"):
    """The same without copying what may be megabytes."""

    content: list[msgspec.Raw] = []
    contents: list[msgspec.Raw] = []
    is_error: bool = False


class Summary(msgspec.Struct):
    """What the log says of a result."""

    preview: str
    is_error: bool


_small = msgspec.json.Decoder(Result).decode
_large = msgspec.json.Decoder(LargeResult).decode
_TEXT = b'"text":"'


def summary(result: bytes) -> Summary:
    """Preview (at most 2,000 characters, secrets redacted) and whether it is an error. Raises `msgspec.DecodeError`."""
    if len(result) <= _SMALL:
        found = _small(result)
        if len(found.content) == 1 and found.content[0].type == "text":
            return Summary(clean_head(found.content[0].text, MAX_PREVIEW), found.is_error)
        words = [_shown(block) for block in found.content]
        words += [entry.text or f"[{entry.mime_type or 'data'}]" for entry in found.contents]
        return Summary(clean_head("\n".join(words), MAX_PREVIEW), found.is_error)
    opened = _large(result)
    words = [_head(bytes(raw)) for raw in (*opened.content[:8], *opened.contents[:8])]
    return Summary(clean_head("\n".join(words), MAX_PREVIEW), opened.is_error)


def _shown(block: Block) -> str:
    if block.type == "text":
        return block.text
    if block.data:
        return f"[{block.type} {block.mime_type}, {len(block.data) * 3 // 4} bytes]"
    return f"[{block.type} {block.uri}]".replace(" ]", "]")


def _head(block: bytes) -> str:
    """The beginning of a block that may be megabytes long."""
    if len(block) <= _SMALL:
        return _shown(msgspec.json.decode(block, type=Block))
    start = block.find(_TEXT)
    if start < 0 or start > 256:
        return f"[{len(block)} bytes]"
    cut = block[start + len(_TEXT) : start + len(_TEXT) + 4 * MAX_PREVIEW]
    for end in range(len(cut), max(0, len(cut) - 16), -1):  # an escape or a character may be cut through
        try:
            return msgspec.json.decode(b'"' + cut[:end] + b'"', type=str)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return f"[{len(block)} bytes]"


def too_large(result: bytes, limit: int) -> str | None:
    """Words for a result that may not go out whole and cannot be cut, or None. `limit` in bytes."""
    if len(result) <= limit:
        return None
    return (
        f"The result has {len(result)} bytes; the limit is {limit} (result_bytes in Doorkeep's settings). "
        "Ask for less: a range, a page, a narrower search."
    )


def cut_text(result: bytes, limit: int) -> bytes:
    """A stranger's result with at most `limit` characters of text; each text block loses only its end, and says how much."""
    if len(result) <= limit:
        return result
    whole = cast("dict[str, Any]", msgspec.json.decode(result))
    blocks = whole.get("content")
    if not isinstance(blocks, list):
        return result
    left = limit
    changed = False
    for block in cast("list[Any]", blocks):
        text = cast("dict[str, Any]", block).get("text") if isinstance(block, dict) else None
        if not isinstance(text, str):
            continue
        if len(text) > left:
            block["text"] = f"{text[:left]}\n[cut by Doorkeep: {len(text) - left} of {len(text)} characters left out]"
            changed = True
        left = max(0, left - len(text))
    return msgspec.json.encode(whole) if changed else result

"""Cursors: where the next page begins, opaque to the client, and good only for the call that gave it.

A cursor of another call, of other arguments, or of a file that changed since is a clear error, never another page's content.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, TypeVar

import msgspec

from servers.runtime import wire
from servers.runtime.errors import ToolError

Position = TypeVar("Position", int, str, list[int], list[str])

FREE = ("cursor", "limit", "max_chars", "lines")
"""Arguments that may differ from page to page."""


class _Sealed(msgspec.Struct, array_like=True):
    call: str
    etag: str
    position: msgspec.Raw


def make(position: Position, tool: str, arguments: msgspec.Struct, etag: str = "") -> str:
    """The cursor of the page that begins at `position`; `etag` names the state of what is being paged through."""
    sealed = _Sealed(_mark(tool, arguments), _short(etag.encode()), msgspec.Raw(wire.encode(position)))
    return base64.urlsafe_b64encode(wire.encode(sealed)).rstrip(b"=").decode()


def read(cursor: str, kind: type[Position], tool: str, arguments: msgspec.Struct, etag: str = "") -> Position:
    """The position in `cursor`. Raises ToolError where it is not one of this call's, or what it points into has changed."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        sealed = msgspec.json.decode(text, type=_Sealed)
        position = msgspec.json.decode(sealed.position, type=kind)
    except (binascii.Error, ValueError, msgspec.DecodeError, RecursionError):
        raise ToolError(
            "The cursor is not one that this server gave. Leave it out to begin with the first page."
        ) from None
    if sealed.call != _mark(tool, arguments):
        raise ToolError(
            f"The cursor belongs to another call. Repeat the arguments of the {tool} that gave it, or leave it out."
        )
    if sealed.etag != _short(etag.encode()):
        raise ToolError("What the cursor points into has changed meanwhile. Leave the cursor out to begin again.")
    return position


def _mark(tool: str, arguments: msgspec.Struct) -> str:
    fields: dict[str, Any] = msgspec.to_builtins(arguments)
    kept = {name: value for name, value in sorted(fields.items()) if name not in FREE}
    return _short(wire.encode([tool, kept]))


def _short(text: bytes) -> str:
    if not text:
        return ""
    import hashlib  # 4 ms at start, and only paging needs it

    return hashlib.blake2b(text, digest_size=8).hexdigest()

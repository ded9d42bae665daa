"""Reading what a client sent, and the JSON-RPC error it gets where that makes no sense. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from servers.runtime import wire


class RefusalError(Exception):
    """A JSON-RPC error for the request at hand; `extra` is JSON text or empty."""

    def __init__(self, code: int, message: str, extra: bytes = b"") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.extra = extra


def read(decode: Callable[[Any], Any], raw: msgspec.Raw) -> Any:
    """Parameters as their struct. Raises RefusalError naming what is wrong."""
    try:
        return decode(raw or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RefusalError(wire.INVALID_PARAMS, f"The parameters cannot be read: {error}") from None
    except RecursionError:
        raise RefusalError(wire.INVALID_PARAMS, "The parameters are nested too deeply") from None

"""Lines of stdin as JSON objects, and messages as lines on stdout. Nothing but protocol is written."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, cast

import anyio
import anyio.to_thread

from servers.runtime import wire


async def next_line() -> bytes:
    """The next line, empty at the end."""
    return await anyio.to_thread.run_sync(_read, abandon_on_cancel=True)


def _read() -> bytes:
    return sys.stdin.buffer.readline(wire.MAX_LINE)


def parsed(line: bytes) -> dict[str, Any] | None:
    """One message. What is none is answered where JSON-RPC says so (2.0 §5), else passed over."""
    if not line.strip():
        return None
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        write_line(wire.error_line(None, wire.PARSE_ERROR, "This line is not JSON."))
        return None
    if not isinstance(message, dict):
        write_line(wire.error_line(None, wire.INVALID_REQUEST, "A message is one JSON object."))
        return None
    return cast("dict[str, Any]", message)


def write(message: dict[str, Any]) -> None:
    """One message, at once."""
    write_line(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n")


def write_line(line: bytes) -> None:
    """One line, whole."""
    left = memoryview(line)
    while left:
        left = left[os.write(1, left) :]

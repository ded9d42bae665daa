"""The remote server as a stdio server: lines of the client's go upstream, messages of the server's come down as lines.

Nothing but protocol is written to stdout, and no header or token anywhere.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import Any, cast

import anyio
import anyio.to_thread

from servers.remote.upstream import Upstream
from servers.runtime import wire


async def serve(url: str, headers: dict[str, str]) -> None:
    """Serve stdin and stdout until stdin ends."""
    logging.disable(logging.CRITICAL)  # the SDK's own log repeats what the client is told
    upstream = Upstream(url, headers, _write)
    async with anyio.create_task_group() as tasks:
        while line := await anyio.to_thread.run_sync(_next_line, abandon_on_cancel=True):
            message = _parsed(line)
            if message is not None:
                await upstream.send(message, tasks)
        tasks.cancel_scope.cancel()


def _next_line() -> bytes:
    return sys.stdin.buffer.readline(wire.MAX_LINE)


def _parsed(line: bytes) -> dict[str, Any] | None:
    """One message. What is none is answered where JSON-RPC says so (2.0 §5), else passed over."""
    if not line.strip():
        return None
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        _write_line(wire.error_line(None, wire.PARSE_ERROR, "This line is not JSON."))
        return None
    if not isinstance(message, dict):
        _write_line(wire.error_line(None, wire.INVALID_REQUEST, "A message is one JSON object."))
        return None
    return cast("dict[str, Any]", message)


def _write(message: dict[str, Any]) -> None:
    _write_line(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n")


def _write_line(line: bytes) -> None:
    left = memoryview(line)
    while left:
        left = left[os.write(1, left) :]

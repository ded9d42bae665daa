"""One request to a login server and its answer, within bounds: what tokens are renewed and ended by."""

from __future__ import annotations

import httpx2
import msgspec

SECONDS = 30.0
MOST_BYTES = 1024 * 1024
PASSING = ("temporarily_unavailable", "server_error", "slow_down")
"""Errors that say nothing of the sign-in itself (RFC 6749 §4.1.2.1, RFC 8628 §3.5)."""


class Answer(msgspec.Struct, frozen=True):
    """`body` is cut at MOST_BYTES."""

    status: int
    body: bytes = b""

    @property
    def error(self) -> str:
        """The `error` of RFC 6749 §5.2, or empty."""
        try:
            return msgspec.json.decode(self.body, type=_Error).error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ""

    @property
    def final(self) -> bool:
        """The login server refuses, and would again."""
        return self.status in (400, 401) and self.error not in PASSING


class _Error(msgspec.Struct):
    error: str = ""


async def answer_to(request: httpx2.Request) -> Answer:
    """Send it, follow nothing. Raises `httpx2.TransportError` where no answer came."""
    async with httpx2.AsyncClient(timeout=SECONDS) as client:
        response = await client.send(request, stream=True)
        try:
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    break
            return Answer(response.status_code, body[:MOST_BYTES])
        finally:
            await response.aclose()

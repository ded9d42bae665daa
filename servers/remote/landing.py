"""Where the browser comes back to: one address on this computer's loopback, for one sign-in, and one page in words.

Only the answer with the state that was sent out is taken (RFC 6749 §10.12); whatever else comes there is told so and changes
nothing. The page loads nothing and is not kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator
from html import escape
from urllib.parse import parse_qs, urlsplit

import msgspec

MOST_BYTES = 16 * 1024
"""Of one request's head."""
READ_SECONDS = 10.0
MOST_AT_ONCE = 32
PATH = "/callback"

_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>{title}</title><style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:16vh auto;padding:0 1.5rem}}"
    "@media(prefers-color-scheme:dark){{body{{background:#16181b;color:#e6e6e6}}}}</style><h1>{title}</h1><p>{words}</p>"
)
_HEADERS = (
    "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\nConnection: close\r\n"
)


class Came(msgspec.Struct, frozen=True):
    """What the browser brought: a `code`, or an `error` of RFC 6749 §4.1.2.1. `issuer`: RFC 9207."""

    code: str = ""
    state: str = ""
    error: str = ""
    issuer: str | None = None


class Landing:
    """An open one. `redirect` is its address; `expect` says which state the answer has to bring."""

    def __init__(self, port: int) -> None:
        self.redirect = f"http://127.0.0.1:{port}{PATH}"
        self._host = f"127.0.0.1:{port}"
        self._state = ""
        self._came: asyncio.Future[Came] = asyncio.get_running_loop().create_future()
        self._at_once = 0

    def expect(self, state: str) -> None:
        """The state that was sent out with the user."""
        self._state = state

    async def came(self) -> Came:
        """What the browser brought; waits for as long as the caller does."""
        return await asyncio.shield(self._came)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: one request, one page."""
        self._at_once += 1
        try:
            if self._at_once <= MOST_AT_ONCE:
                async with asyncio.timeout(READ_SECONDS):
                    head = await reader.readuntil(b"\r\n\r\n")
                    writer.write(self._answer(head))
                    await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # a browser that opens a connection ahead and never uses it
        finally:
            self._at_once -= 1
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _answer(self, head: bytes) -> bytes:
        lines = head.decode("latin-1").split("\r\n")
        method, _, rest = lines[0].partition(" ")
        target = urlsplit(rest.rpartition(" ")[0])
        hosts = [line.partition(":")[2].strip() for line in lines[1:] if line.lower().startswith("host:")]
        if method != "GET" or target.path != PATH or hosts != [self._host]:
            return _page("404 Not Found", "Nothing is here", "Doorkeep waits here for the end of a sign-in.")
        said = parse_qs(target.query, keep_blank_values=True)
        given = {name: values[0] for name, values in said.items() if len(values) == 1}
        came = Came(given.get("code", ""), given.get("state", ""), given.get("error", ""), given.get("iss"))
        ours = bool(self._state) and secrets.compare_digest(came.state.encode(), self._state.encode())
        if not ours or not (came.code or came.error):
            words = (
                "It does not belong to the sign-in that Doorkeep began. Nothing was changed; go on in the other page."
            )
            return _page("400 Bad Request", "This is another sign-in", words)
        if not self._came.done():
            self._came.set_result(came)
        if came.error:
            return _page("200 OK", "You are not signed in", "The sign-in was refused. You can close this page.")
        return _page("200 OK", "Back to Doorkeep", "Doorkeep finishes the sign-in now. You can close this page.")


def _page(status: str, title: str, words: str) -> bytes:
    body = _PAGE.format(title=escape(title), words=escape(words)).encode()
    return f"HTTP/1.1 {status}\r\n{_HEADERS}Content-Length: {len(body)}\r\n\r\n".encode() + body


@contextlib.asynccontextmanager
async def opened(port: int = 0) -> AsyncGenerator[Landing, None]:
    """A landing on a port, or on a free one. Raises OSError where the port is taken."""
    made: list[Landing] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await made[0].serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", port, limit=MOST_BYTES)
    made.append(Landing(server.sockets[0].getsockname()[1]))
    try:
        yield made[0]
    finally:
        server.close()

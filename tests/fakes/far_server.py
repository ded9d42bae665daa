"""A remote MCP server on loopback, made with the official SDK: Streamable HTTP or the older SSE, perhaps behind a token."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

PROGRAM = """
import os, sys
import uvicorn
from mcp.server.mcpserver import Context, MCPServer

server = MCPServer("far", version="1.2.3", instructions="Far away.")

@server.tool()
def echo(text: str) -> str:
    "Gives the text back."
    return text

@server.tool()
async def steps(count: int, ctx: Context) -> str:
    "Reports progress."
    for number in range(count):
        await ctx.report_progress(number + 1, count)
    return "done"

@server.resource("far://{name}")
def thing(name: str) -> str:
    return f"the thing {name}"

app = server.sse_app() if sys.argv[1] == "sse" else server.streamable_http_app()
TOKEN = os.environ.get("FAR_TOKEN", "")

async def guarded(scope, receive, send):
    if scope["type"] == "http" and TOKEN:
        given = dict(scope["headers"]).get(b"authorization", b"")
        status = 401 if not given else 403
        if given != b"Bearer " + TOKEN.encode():
            await send({"type": "http.response.start", "status": status, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
    await app(scope, receive, send)

shown = {"ssl_certfile": sys.argv[3], "ssl_keyfile": sys.argv[3]} if len(sys.argv) > 3 else {}
uvicorn.run(guarded, fd=int(sys.argv[2]), log_level="critical", lifespan="on", **shown)
"""


class FarServer:
    """A running one. `url` is where a client finds it; it can end and come back at the same place."""

    def __init__(self, transport: str, token: str = "", certificate: str = "") -> None:
        """`certificate`: a PEM file with a certificate and its key; with it https is spoken."""
        self.certificate = certificate
        self.scheme = "https" if certificate else "http"
        self.transport = transport
        self.token = token
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"{self.scheme}://127.0.0.1:{self.port}/{'sse' if transport == 'sse' else 'mcp'}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve; returns when it answers."""
        if self._socket.fileno() < 0:
            self._socket = socket.create_server(("127.0.0.1", self.port))
        fd = self._socket.fileno()
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, self.transport, str(fd), *([self.certificate] if self.certificate else [])],
            pass_fds=[fd],
            env={**os.environ, "FAR_TOKEN": self.token},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._socket.close()
        end = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                try:
                    unchecked = ssl._create_unverified_context()  # who it is matters to whoever is tested
                    urllib.request.urlopen(
                        f"{self.scheme}://127.0.0.1:{self.port}/nothing", timeout=10, context=unchecked
                    ).close()
                    return
                except urllib.error.HTTPError as answer:
                    answer.close()
                    return
            assert time.monotonic() < end, "the far server did not come up"

    def end(self) -> None:
        """Gone, as in a cable pulled."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None


@contextlib.contextmanager
def running(transport: str = "http", token: str = "", certificate: str = "") -> Iterator[FarServer]:
    """A far server for as long as the block lasts."""
    made = FarServer(transport, token, certificate)
    made.start()
    try:
        yield made
    finally:
        made.end()

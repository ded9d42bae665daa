"""Repositories of a folder served over http or https on loopback by git's own http-backend, pushes included."""

from __future__ import annotations

import base64
import http.server
import os
import ssl
import subprocess
import threading
from pathlib import Path


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self._body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts: list[bytes] = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        return b"".join(parts)

    def _answer(self, body: bytes) -> None:
        server = self.server
        assert isinstance(server, GitServer)
        server.requests.append(self.path)
        shown = self.headers.get("Authorization", "")
        server.shown.append(base64.b64decode(shown.removeprefix("Basic ")).decode() if shown else "")
        if server.moved_to:
            self.send_response(302)
            self.send_header("Location", server.moved_to + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if server.refuses or (server.wants and server.shown[-1] != server.wants):
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="test"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        run = subprocess.run(
            ["git", "http-backend"],
            input=body,
            capture_output=True,
            check=False,
            timeout=60,
            env={
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(server.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REMOTE_USER": "tester",
                "REMOTE_ADDR": "127.0.0.1",
                "REQUEST_METHOD": self.command,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "CONTENT_LENGTH": str(len(body)),
            },
        )
        head, _, content = run.stdout.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self.send_response(int(lines.pop("Status", "200").split()[0]))
        for name, value in lines.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))  # TLS is not ended properly, so the end must be known
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Nobody reads it."""


class GitServer(http.server.ThreadingHTTPServer):
    """Serves the repositories below `root` until `close`. `refuses`: it asks everybody who they are. `wants`: it asks for this
    `name:password`; `shown` is what each request brought. `moved_to`: it sends everybody on to another server.
    """

    def __init__(self, root: Path, certificate: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = root
        self.refuses = False
        self.wants = ""
        self.moved_to = ""
        self.requests: list[str] = []
        self.shown: list[str] = []
        self.scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # The handshake belongs to the thread of each request: one that hangs there must not hold up the others.
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
            self.scheme = "https"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def url(self, name: str) -> str:
        """The address of the repository `name`."""
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}/{name}"

    def close(self) -> None:
        """End it."""
        self.shutdown()
        self.server_close()
        self._thread.join(20)

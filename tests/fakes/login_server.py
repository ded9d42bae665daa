"""A remote MCP server behind a real login: the official SDK's authorization server and resource server, on loopback.

What it does is steered by `POST /test/KEY=VALUE`, and what it saw is told by `GET /test`; both are for tests alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

PROGRAM = '''
import json, secrets, sys, time
import uvicorn
from pydantic import AnyHttpUrl
from mcp.server.auth.provider import (
    AccessToken, AuthorizationCode, AuthorizeError, OAuthAuthorizationServerProvider, RefreshToken, TokenError,
    construct_redirect_uri,
)
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions, RevocationOptions
from mcp.server.mcpserver import MCPServer
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken

BASE = f"http://127.0.0.1:{sys.argv[2]}"
state = {"lives": 3600, "deny": "", "down": "", "absent": "", "wide": "", "rotate": "1", "open": "", "mute": ""}
seen = {"registered": [], "refreshes": 0, "reused": 0, "revoked": 0, "scopes": [], "resources": [], "clients": [], "issued": []}


class Anywhere(list):
    """The redirect addresses of the client that was registered by hand: any on loopback."""

    def __contains__(self, uri):
        return uri.host == "127.0.0.1"


ANYWHERE = Anywhere([AnyHttpUrl("http://127.0.0.1/callback")])


class Provider(OAuthAuthorizationServerProvider):
    def __init__(self):
        self.clients, self.codes, self.access, self.refresh, self.spent = {}, {}, {}, {}, {}
        self.clients["by-hand"] = OAuthClientInformationFull(
            client_id="by-hand", client_secret="a-secret-of-the-client", token_endpoint_auth_method="client_secret_post",
            redirect_uris=None, scope="use more", grant_types=["authorization_code", "refresh_token"])

    async def get_client(self, client_id):
        found = self.clients.get(client_id)
        if client_id == "by-hand" and found.redirect_uris is None:
            found = found.model_copy(update={"redirect_uris": ANYWHERE})
        return found

    async def register_client(self, client_info):
        seen["registered"].append(client_info.client_name)
        self.clients[client_info.client_id] = client_info

    async def authorize(self, client, params):
        seen["scopes"].append(" ".join(params.scopes or []))
        seen["resources"].append(params.resource)
        if state["deny"]:
            raise AuthorizeError(error="access_denied", error_description="no")
        code = secrets.token_urlsafe(24)
        self.codes[code] = AuthorizationCode(
            code=code, scopes=params.scopes or ["use"], expires_at=time.time() + 300, client_id=client.client_id,
            code_challenge=params.code_challenge, redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly, resource=params.resource)
        return construct_redirect_uri(str(params.redirect_uri), code=code, state=params.state)

    async def load_authorization_code(self, client, code):
        return self.codes.get(code)

    def _tokens(self, client, scopes, refresh=None):
        access = "access-" + secrets.token_urlsafe(24)
        lives = int(state["lives"])
        self.access[access] = AccessToken(token=access, client_id=client.client_id, scopes=scopes, expires_at=int(time.time()) + lives)
        if refresh is None:
            refresh = "refresh-" + secrets.token_urlsafe(24)
            self.refresh[refresh] = RefreshToken(token=refresh, client_id=client.client_id, scopes=scopes)
        seen["issued"] += [access, refresh]
        return OAuthToken(access_token=access, expires_in=lives, refresh_token=refresh, scope=" ".join(scopes))

    async def exchange_authorization_code(self, client, code):
        del self.codes[code.code]
        seen["clients"].append(client.client_id)
        return self._tokens(client, code.scopes)

    async def load_refresh_token(self, client, token):
        if token in self.spent:  # a token that is used twice was stolen: the whole sign-in ends
            seen["reused"] += 1
            self.refresh.clear()
            self.access.clear()
        return self.refresh.get(token)

    async def exchange_refresh_token(self, client, token, scopes):
        seen["refreshes"] += 1
        if not state["rotate"]:
            return self._tokens(client, scopes, token.token)
        self.spent[token.token] = True
        del self.refresh[token.token]
        return self._tokens(client, scopes)

    async def load_access_token(self, token):
        found = self.access.get(token)
        return found if found and found.expires_at > time.time() else None

    async def revoke_token(self, token):
        seen["revoked"] += 1
        self.access.pop(token.token, None)
        self.refresh.pop(token.token, None)


provider = Provider()
far = MCPServer(
    "far", version="1.2.3", auth_server_provider=provider,
    auth=AuthSettings(
        issuer_url=BASE, resource_server_url=BASE + "/mcp", required_scopes=["use"],
        client_registration_options=ClientRegistrationOptions(enabled=True, valid_scopes=["use", "more"], default_scopes=["use"]),
        revocation_options=RevocationOptions(enabled=True)))


@far.tool()
def echo(text: str) -> str:
    "Gives the text back."
    return text


app = far.streamable_http_app()


async def answer(send, status, body=b"", headers=()):
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


async def steered(scope, receive, send):
    if scope["type"] != "http":
        return await app(scope, receive, send)
    path = scope["path"]
    if path.startswith("/test"):
        for pair in path.removeprefix("/test").strip("/").split("&"):
            name, mark, value = pair.partition("=")
            if mark:
                state[name] = value
        if path == "/test/end-all":
            provider.access.clear()
            provider.refresh.clear()
        if path == "/test/end-access":
            provider.access.clear()
        return await answer(send, 200, json.dumps(seen).encode())
    if state["down"] and path.startswith(state["down"]):
        return await answer(send, 503)
    if state["absent"] and any(path.startswith(one) for one in state["absent"].split(",")):
        return await answer(send, 404)
    if path == "/mcp" and scope["method"] == "POST" and (state["wide"] or state["open"]):
        given = dict(scope["headers"]).get(b"authorization", b"").decode().removeprefix("Bearer ")
        token = provider.access.get(given)
        if token and state["wide"] and state["wide"] not in token.scopes:
            challenge = f'Bearer error="insufficient_scope", scope="{state["wide"]}"'
            return await answer(send, 403, headers=[(b"www-authenticate", challenge.encode())])
    await app(scope, receive, send)


uvicorn.run(steered, fd=int(sys.argv[1]), log_level="critical", lifespan="on")
'''


class LoginServer:
    """A running one."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.url = f"{self.base}/mcp"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve; returns when it answers."""
        fd = self._socket.fileno()
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(fd), str(self.port)],
            pass_fds=[fd],
            env={**os.environ},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError, ValueError):
                self.seen()
                break
            assert time.monotonic() < end, "the login server did not come up"
        self._socket.close()

    def seen(self) -> dict[str, Any]:
        """What it saw so far."""
        with urllib.request.urlopen(f"{self.base}/test", timeout=30) as answer:
            return json.loads(answer.read())

    def set(self, **state: str) -> None:
        """Steer it."""
        pairs = "&".join(f"{name}={value}" for name, value in state.items())
        urllib.request.urlopen(f"{self.base}/test/{pairs}", timeout=30).close()

    def end_access(self) -> None:
        """No access token is good any more; refresh tokens are."""
        urllib.request.urlopen(f"{self.base}/test/end-access", timeout=30).close()

    def end_all(self) -> None:
        """Everybody is signed out there."""
        urllib.request.urlopen(f"{self.base}/test/end-all", timeout=30).close()

    def end(self) -> None:
        """Gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
        self._socket.close()


@contextlib.contextmanager
def running() -> Iterator[LoginServer]:
    """One for as long as the block lasts."""
    made = LoginServer()
    try:
        made.start()
        yield made
    finally:
        made.end()


def browse(url: str) -> tuple[int, str]:
    """What a browser does: follow the redirects to the last page; its status and text."""
    try:
        with urllib.request.urlopen(url, timeout=30) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as page:
        with page:
            return page.code, page.read().decode()


def redirect_of(url: str) -> str:
    """The address that a sign-in comes back to."""
    return urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["redirect_uri"][0]

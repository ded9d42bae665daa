"""Signing in to a remote server: found out where, registered, asked in the browser, and kept in the keychain. By the official SDK's
flow: RFC 9728 and 8414 for where, PKCE, a client's metadata document or RFC 7591 for who, RFC 8707 for what for.

This process opens no browser: it tells the gateway the address, and the gateway whoever asked for the sign-in.
"""

from __future__ import annotations

import contextlib
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import anyio
import httpx2
from mcp.client.auth import OAuthClientProvider, OAuthFlowError, OAuthRegistrationError, OAuthTokenError
from mcp.client.auth.utils import is_valid_client_metadata_url, union_scopes
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)
from pydantic import AnyUrl, PrivateAttr, ValidationError

from servers.remote import failures, landing
from servers.remote import kept as keeping
from servers.remote.asking import Gateway, RefusalError
from servers.remote.kept import Kept
from servers.remote.told import Told, allowed, filled, is_near, names_in
from servers.runtime import wire

PERSON_SECONDS = 300.0
"""How long the user may take in the browser."""
WHOLE_SECONDS = 420.0
"""And everything together."""
NAME = "Doorkeep"


class SignInError(Exception):
    """The sign-in did not succeed; the words are for a person."""


class _Metadata(OAuthClientMetadata):
    """Whatever scope the flow settles on, those that the settings name, or that were found missing, are asked for with it."""

    _beside: str = PrivateAttr(default="")

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, union_scopes(value, self._beside or None) if name == "scope" else value)


class _Store:
    """The SDK's `TokenStorage`, for one sign-in: it begins anew, and what came of it is kept only when all has gone well."""

    def __init__(self, client: OAuthClientInformationFull | None) -> None:
        self._client = client

    async def get_tokens(self) -> OAuthToken | None:
        return None

    async def set_tokens(self, tokens: OAuthToken) -> None:
        del tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self._client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self._client = client_info


async def sign_in(told: Told, gateway: Gateway) -> str:
    """Do it; gives words for a person. Raises SignInError or RefusalError."""
    url = filled(told.url, await gateway.secrets(names_in(told.url)))
    if not allowed(url):
        raise SignInError("The address has to be https://…; http:// only on this computer.")
    try:
        with anyio.fail_after(WHOLE_SECONDS):
            async with landing.opened(told.oauth.port) as page:
                found = await _Flow(told, gateway, url, page).run()
    except TimeoutError:
        raise SignInError(
            f"Nobody finished the sign-in within {PERSON_SECONDS / 60:.0f} minutes. Begin it again."
        ) from None
    except OSError as error:
        raise SignInError(
            f"The port {told.oauth.port} on this computer, where the browser has to come back to, cannot be used: "
            f"{error.strerror}. End the program that has it, or name another one (oauth.port)."
        ) from None
    async with gateway.turn(told.sign_in):
        await gateway.store(told.sign_in, keeping.text_of(found))
    return f"Signed in to {httpx2.URL(url).host}."


class _Flow:
    """One sign-in."""

    def __init__(self, told: Told, gateway: Gateway, url: str, page: landing.Landing) -> None:
        self._told = told
        self._gateway = gateway
        self._url = url
        self._host = httpx2.URL(url).host
        self._page = page
        self._forced = False

    async def run(self) -> Kept:
        provider = await self._provider()
        hooks: dict[str, list[Any]] = {"request": [self._guard], "response": [self._force]}
        timeout = httpx2.Timeout(30.0)
        async with httpx2.AsyncClient(auth=provider, timeout=timeout, event_hooks=hooks) as client:
            self._provider_in_use = provider
            try:
                status = await self._knock(client)
            except (SignInError, RefusalError, TimeoutError):
                raise
            except Exception as error:  # whatever a stranger's login server does, the user gets words
                raise SignInError(self._words(error)) from None
        if status in (401, 403):
            raise SignInError(f"You signed in, but {self._host} does not take it (HTTP {status}). Ask its makers.")
        return self._kept(provider)

    async def _provider(self) -> OAuthClientProvider:
        oauth = self._told.oauth
        before = keeping.read(await self._gateway.secret(self._told.sign_in))
        metadata = _Metadata(
            client_name=NAME,
            redirect_uris=[AnyUrl(self._page.redirect)],
            token_endpoint_auth_method="none",  # noqa: S106 - a method's name (RFC 7591 §2)
        )
        metadata._beside = union_scopes(oauth.scope or None, before.wanted if before is not None else None) or ""  # pyright: ignore[reportPrivateUsage]
        document = oauth.client_id if is_valid_client_metadata_url(oauth.client_id) else None
        return OAuthClientProvider(
            self._url,
            metadata,
            _Store(None if document else await self._registered()),
            self._send_out,
            self._come_back,
            document,
        )

    async def _registered(self) -> OAuthClientInformationFull | None:
        """The client that the user registered there by hand."""
        oauth = self._told.oauth
        if not oauth.client_id:
            return None
        secrets = await self._gateway.secrets(names_in(oauth.client_secret))
        return OAuthClientInformationFull(
            client_id=oauth.client_id,
            client_secret=filled(oauth.client_secret, secrets) or None,
            redirect_uris=[AnyUrl(self._page.redirect)],
        )

    async def _knock(self, client: httpx2.AsyncClient) -> int:
        """The request that wants a login; the flow hangs on it. Gives the status of its last answer."""
        params = {
            "protocolVersion": wire.LEGACY[0],
            "capabilities": {},
            "clientInfo": {"name": NAME.lower(), "version": "1"},
        }
        request = client.build_request(
            "POST",
            self._url,
            json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params},
            headers={"Accept": "application/json, text/event-stream"},
        )
        response = await client.send(request, stream=True)
        await response.aclose()
        return response.status_code

    async def _guard(self, request: httpx2.Request) -> None:
        """Nothing of a sign-in travels in the clear, and a far server cannot make us call what runs on this computer."""
        self._check(str(request.url))

    def _check(self, url: str) -> None:
        host = httpx2.URL(url).host
        if not allowed(url) or (is_near(host) and not is_near(self._host)):
            raise SignInError(f"{self._host} wants the sign-in to go to {host[:100]!r}, which is no safe place for it.")

    async def _force(self, response: httpx2.Response) -> None:
        """A server that lets anybody greet it may still want a login for its tools: the user asked to sign in, so we do."""
        if not self._forced and str(response.request.url) == self._url and response.status_code != 401:
            if response.status_code >= 500 or response.status_code == 404:
                raise SignInError(failures.of_status(response.status_code, self._host))
            response.status_code = 401
        self._forced = True

    async def _send_out(self, address: str) -> None:
        self._check(address)
        self._choose_method()
        states = parse_qs(urlsplit(address).query).get("state", [""])
        self._page.expect(states[0])
        self._gateway.tell("doorkeep/sign_in_at", {"url": address})

    def _choose_method(self) -> None:
        """How a client that was registered by hand shows who it is: as its server says, else in the form."""
        context = self._provider_in_use.context
        client, server = context.client_info, context.oauth_metadata
        if client is None or client.token_endpoint_auth_method is not None or client.client_secret is None:
            return
        offered = (server.token_endpoint_auth_methods_supported if server is not None else None) or []
        basic = "client_secret_basic" in offered and "client_secret_post" not in offered
        client.token_endpoint_auth_method = "client_secret_basic" if basic else "client_secret_post"

    async def _come_back(self) -> AuthorizationCodeResult:
        with anyio.fail_after(PERSON_SECONDS):
            came = await self._page.came()
        if came.error:
            why = "you, or its rules, said no" if came.error == "access_denied" else came.error[:100]
            raise SignInError(f"{self._host} refused the sign-in: {why}.")
        return AuthorizationCodeResult(code=came.code, state=came.state, iss=came.issuer)

    def _kept(self, provider: OAuthClientProvider) -> Kept:
        context = provider.context
        tokens, client, server = context.current_tokens, context.client_info, context.oauth_metadata
        if tokens is None or client is None:
            raise SignInError(f"{self._host} wants no sign-in: it can be used without one (leave auth out).")
        base = context.get_authorization_base_url(self._url)
        return Kept(
            access_token=tokens.access_token,
            token_endpoint=str(server.token_endpoint) if server is not None else urljoin(base, "/token"),
            client_id=client.client_id,
            refresh_token=tokens.refresh_token or "",
            renew_at=keeping.renewal_of(tokens.expires_in),
            scope=tokens.scope or "",
            client_secret=client.client_secret or "",
            method=client.token_endpoint_auth_method or "",
            revocation_endpoint=str((server.revocation_endpoint if server is not None else None) or ""),
            resource=context.get_resource_url() if context.protected_resource_metadata is not None else "",
        )

    def _words(self, error: Exception) -> str:
        if isinstance(error, OAuthRegistrationError):
            port = f", port = {self._told.oauth.port or 8765}"
            return (
                f"{self._host} takes no new programs by itself. Where its makers let you register one, do so with the redirect "
                f"address http://127.0.0.1:{self._told.oauth.port or 8765}{landing.PATH}, and write into the settings: "
                f'oauth = {{ client_id = "…"{port} }}. Or use a token: auth = "secret:NAME".'
            )
        if isinstance(error, OAuthTokenError):
            return f"{self._host} let you in, but its login server gave no token. Try again later."
        if isinstance(error, OAuthFlowError):
            return f"The sign-in to {self._host} does not add up, and was stopped: {str(error)[:300]}."
        if isinstance(error, httpx2.HTTPError):
            host = self._host
            with contextlib.suppress(RuntimeError):
                host = error.request.url.host
            return failures.of_error(error, host)
        if isinstance(error, ValidationError):
            return f"What {self._host} says of its login cannot be read. Ask its makers."
        return f"The sign-in to {self._host} failed ({type(error).__name__}). Try again."

"""What opens the remote server: headers with secrets in them, and the token of a sign-in, renewed when it has ended.

A secret is asked for when a connection is made, and again when the server does not take it, so that one that was replaced is
used from then on. Only one process renews a sign-in at a time, since a refresh token may be good for one use. No browser is ever
opened here: where the user has to sign in, the answer to the request says so.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, Protocol

import httpx2
import msgspec
from mcp.client.auth.utils import extract_field_from_www_auth, extract_scope_from_www_auth, union_scopes

from servers.remote import failures
from servers.remote import kept as keeping
from servers.remote.asking import Gateway, RefusalError
from servers.remote.exchange import answer_to
from servers.remote.kept import Kept
from servers.remote.told import Told, UntoldError, header, names_in

INSUFFICIENT = "insufficient_scope"
"""The error of RFC 6750 §3.1 for a token that may not do this."""


MOST_WORDS = 1024


class _Request(msgspec.Struct):
    id: int | str | float | None = None


class Credentials(Protocol):
    """What `Upstream` needs. `words`: by the ids of requests that were not let in, why, where more is known than the status says."""

    words: dict[Any, str]
    last_words: str
    """The latest of them, for a connection that was not let in as a whole."""

    async def open(self) -> httpx2.Auth:
        """For a new connection. Raises RefusalError or UntoldError in words for a person."""
        ...


def of(told: Told, gateway: Gateway) -> Credentials:
    """What a server needs by its settings."""
    return SignedIn(told, gateway) if told.sign_in else Sent(told, gateway)


class Sent(httpx2.Auth):
    """Headers. Also the base of a sign-in, which may have headers beside its token."""

    def __init__(self, told: Told, gateway: Gateway, fixed: dict[str, str] | None = None) -> None:
        """`fixed`: the headers themselves, where no gateway keeps secrets."""
        self._fixed = fixed
        self.words: dict[Any, str] = {}
        self.last_words = ""
        self._told = told
        self._gateway = gateway
        self._headers: dict[str, str] = {}

    async def open(self) -> httpx2.Auth:
        self._headers = await self._filled()
        return self

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        request.headers.update(self._headers)
        response = yield request
        if response.status_code in (401, 403) and await self._replaced():
            request.headers.update(self._headers)
            response = yield request
        if response.status_code == 401:
            self._say(request, self._refused())

    def _say(self, request: httpx2.Request, words: str) -> None:
        """Why a request was not let in; nobody waits for words about what is no request."""
        self.last_words = words
        try:
            id_ = msgspec.json.decode(request.content, type=_Request).id
        except (httpx2.RequestNotRead, msgspec.DecodeError, RecursionError):
            return
        if id_ is not None and len(self.words) < MOST_WORDS:
            self.words[id_] = words

    async def _replaced(self) -> bool:
        """Whether a secret is another one now than it was."""
        before = self._headers
        try:
            self._headers = await self._filled()
        except (RefusalError, UntoldError):
            return False
        return self._headers != before

    async def _filled(self) -> dict[str, str]:
        if self._fixed is not None:
            return self._fixed
        headers = self._told.headers
        secrets = await self._gateway.secrets([name for value in headers.values() for name in names_in(value)])
        return {name: header(name, value, secrets) for name, value in headers.items()}

    def _refused(self) -> str:
        names = sorted({name for value in self._told.headers.values() for name in names_in(value)})
        host = httpx2.URL(self._told.url).host
        if not names:
            sign_in = ', or sign in, where the server offers that: auth = "oauth" in its settings'
            return f'{host} wants a login (HTTP 401). Give it a token: doorkeep secrets set NAME, and auth = "secret:NAME"{sign_in}.'
        return f"{host} does not take the token (HTTP 401). Set it anew: doorkeep secrets set {' or '.join(names)}."


class SignedIn(Sent):
    """A sign-in."""

    def __init__(self, told: Told, gateway: Gateway) -> None:
        super().__init__(told, gateway)
        self._kept: Kept | None = None

    async def open(self) -> httpx2.Auth:
        await super().open()
        self._kept = keeping.read(await self._gateway.secret(self._told.sign_in))
        return self

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        request.headers.update(self._headers)
        trouble = ""
        if self._kept is not None and self._kept.access_token and not self._kept.fresh:
            trouble = await self._renew(self._kept.access_token)
        self._authorize(request)
        response = yield request
        if response.status_code == 401:
            used = self._token
            trouble = await self._renew(used)
            if self._token not in ("", used):
                self._authorize(request)
                response = yield request
        if response.status_code == 401:
            self._say(request, trouble or self._sign_in_words())
            if not trouble:
                self._gateway.needs_sign_in(self._sign_in_words())
        elif response.status_code == 403 and extract_field_from_www_auth(response, "error") == INSUFFICIENT:
            self._say(request, await self._note_wanted(extract_scope_from_www_auth(response) or ""))

    @property
    def _token(self) -> str:
        return self._kept.access_token if self._kept is not None else ""

    def _authorize(self, request: httpx2.Request) -> None:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"

    async def _renew(self, used: str) -> str:
        """Have another token than `used`: the one that another process left meanwhile, or a new one.

        Gives why that cannot be known now, in words; empty where it is done, or only the user can do more.
        """
        try:
            async with self._gateway.turn(self._told.sign_in):
                self._kept = keeping.read(await self._gateway.secret(self._told.sign_in))
                if self._kept is not None and self._token == used and self._kept.refresh_token:
                    return await self._exchange(self._kept)
        except RefusalError as error:
            return str(error)
        return ""

    async def _exchange(self, kept: Kept) -> str:
        host = httpx2.URL(kept.token_endpoint).host
        try:
            answer = await answer_to(keeping.renewal(kept))
        except httpx2.TransportError as error:
            return f"The sign-in could not be renewed. {failures.of_error(error, host)}"
        found = keeping.renewed(kept, answer.body) if answer.status == 200 else None
        if found is None and answer.final:
            found = msgspec.structs.replace(kept, access_token="", refresh_token="", renew_at=0.0)
        if found is None:
            return f"The sign-in could not be renewed: {host} answered with HTTP {answer.status}. Try again later."
        self._kept = found
        await self._gateway.store(self._told.sign_in, keeping.text_of(found))
        return ""

    async def _note_wanted(self, scope: str) -> str:
        """The server wants more rights for this: the next sign-in asks for them. Gives the words for it."""
        words = f"{self._host()} wants more rights for this than the sign-in gave. {self._remedy()}"
        try:
            async with self._gateway.turn(self._told.sign_in):
                kept = keeping.read(await self._gateway.secret(self._told.sign_in))
                wanted = union_scopes(kept.wanted, scope) if kept is not None else None
                if kept is not None and wanted and wanted != kept.wanted:
                    found = msgspec.structs.replace(kept, wanted=wanted)
                    await self._gateway.store(self._told.sign_in, keeping.text_of(found))
        except RefusalError as error:
            return str(error)
        self._gateway.needs_sign_in(words)
        return words

    def _sign_in_words(self) -> str:
        if self._kept is None:
            return f"{self._host()} wants you to sign in first. {self._remedy()}"
        return f"The sign-in to {self._host()} has ended or was taken back. {self._remedy()}"

    def _remedy(self) -> str:
        return f"Sign in: on Doorkeep's Servers page, or doorkeep servers login {self._told.server}"

    def _host(self) -> str:
        return httpx2.URL(self._told.url).host

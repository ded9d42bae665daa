"""A sign-in as it is kept in the keychain, and the request that renews it. It is one secret, JSON, and stands nowhere else."""

from __future__ import annotations

import base64
import time
from typing import Any
from urllib.parse import quote

import httpx2
import msgspec

EARLY_SECONDS = 30.0
"""A token is renewed so long before it ends, or a quarter of its life: it must not end on its way."""

MOST_SECONDS = 10 * 366 * 86400.0


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """`renew_at`: when the access token has to be renewed, in seconds since 1970; 0: nobody said.

    `method`: how the client shows who it is to the token endpoint (RFC 7591 §2, `token_endpoint_auth_method`). `resource` is empty
    where none is asked for (RFC 8707). `wanted`: scopes that the server has asked for since, to be asked for at the next sign-in.
    An empty `access_token`: signed out by the other side.
    """

    access_token: str
    token_endpoint: str
    client_id: str
    refresh_token: str = ""
    renew_at: float = 0.0
    scope: str = ""
    wanted: str = ""
    client_secret: str = ""
    method: str = ""
    revocation_endpoint: str = ""
    resource: str = ""

    @property
    def fresh(self) -> bool:
        """The access token may still be used, as far as is known."""
        return bool(self.access_token) and (not self.renew_at or time.time() < self.renew_at)


class _Tokens(msgspec.Struct):
    """RFC 6749 §5.1."""

    access_token: str
    expires_in: float | str | None = None
    refresh_token: str | None = None
    scope: str | None = None


def read(text: str | None) -> Kept | None:
    """A sign-in as the keychain gave it; None where there is none, or none that can be read."""
    try:
        return msgspec.json.decode(text, type=Kept) if text else None
    except msgspec.DecodeError:
        return None


def text_of(kept: Kept) -> str:
    """What the keychain is given."""
    return msgspec.json.encode(kept).decode()


def renewal(kept: Kept) -> httpx2.Request:
    """The request for new tokens (RFC 6749 §6)."""
    form = {"grant_type": "refresh_token", "refresh_token": kept.refresh_token, "client_id": kept.client_id}
    if kept.resource:
        form["resource"] = kept.resource
    return as_client(kept, kept.token_endpoint, form)


def revocation(kept: Kept, token: str, hint: str, *, empty_secret: bool = False) -> httpx2.Request:
    """The request that ends a token (RFC 7009 §2.1). `empty_secret`: servers made with the official SDK want the field even of
    clients that have none."""
    form = {"token": token, "token_type_hint": hint, "client_id": kept.client_id}
    if empty_secret:
        form["client_secret"] = ""
    return as_client(kept, kept.revocation_endpoint, form)


def as_client(kept: Kept, url: str, form: dict[str, str]) -> httpx2.Request:
    """A form with what shows who the client is (RFC 6749 §2.3.1)."""
    headers = {"Accept": "application/json"}
    if kept.method == "client_secret_basic" and kept.client_secret:
        pair = f"{quote(kept.client_id, safe='')}:{quote(kept.client_secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    elif kept.client_secret:
        form = {**form, "client_secret": kept.client_secret}
    return httpx2.Request("POST", url, data=form, headers=headers)


def renewed(kept: Kept, answer: bytes) -> Kept | None:
    """The sign-in with the tokens of an answer; what the answer leaves out stays as it was. None where it is no such answer."""
    try:
        tokens = msgspec.json.decode(answer, type=_Tokens)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not tokens.access_token:
        return None
    return msgspec.structs.replace(
        kept,
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token or kept.refresh_token,
        renew_at=renewal_of(tokens.expires_in),
        scope=kept.scope if tokens.scope is None else tokens.scope,
    )


def renewal_of(expires_in: Any) -> float:
    """When a token has to be renewed that lives so many seconds from now; 0 where nothing sensible is said."""
    try:
        seconds = float(expires_in)
    except (TypeError, ValueError):
        return 0.0
    early = min(EARLY_SECONDS, seconds / 4)
    return time.time() + min(seconds, MOST_SECONDS) - early if seconds > 0 else 0.0

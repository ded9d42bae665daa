"""What a process for one remote server was told: where it is, what to send along, how to sign in. Names of secrets, no values.

The gateway tells it in a variable, since addresses and headers may hold keys and every process list shows arguments.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Annotated

import msgspec

VARIABLE = "DOORKEEP_REMOTE"
_WITHIN = re.compile(r"\{secret:([a-z0-9][a-z0-9._-]{0,59})\}")
_WHOLE = re.compile(r"secret:([a-z0-9][a-z0-9._-]{0,59})")
_UNSENDABLE = re.compile(r"[^\t -~]")


class OAuth(msgspec.Struct, frozen=True):
    """What the settings say of signing in (`app.core.settings.OAuthSetting`)."""

    client_id: str = ""
    client_secret: str = ""
    scope: str = ""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0


class Told(msgspec.Struct, frozen=True):
    """`server`: its name in the settings, empty without a gateway. `sign_in`: the secret that its sign-in is kept under, or empty.

    `url` and the values of `headers` may name secrets: `secret:NAME` as a whole, `{secret:NAME}` within.
    """

    url: str
    server: str = ""
    headers: dict[str, str] = {}
    sign_in: str = ""
    oauth: OAuth = OAuth()


class UntoldError(Exception):
    """What it was told cannot be read or used; the words are for a person."""


def from_environment() -> Told:
    """What the gateway left in the environment; it is taken out of it. Raises UntoldError."""
    text = os.environ.pop(VARIABLE, "")
    try:
        return msgspec.json.decode(text, type=Told)
    except msgspec.DecodeError:
        raise UntoldError(f"the variable {VARIABLE} does not say which server is meant") from None


def names_in(text: str) -> list[str]:
    """The secrets that a value names."""
    whole = _WHOLE.fullmatch(text)
    return [whole[1]] if whole else _WITHIN.findall(text)


def filled(text: str, secrets: Mapping[str, str]) -> str:
    """The value with its secrets put in; line breaks around a secret, which an editor may leave, are no part of it."""
    whole = _WHOLE.fullmatch(text)
    if whole:
        return secrets[whole[1]].strip("\r\n ")
    return _WITHIN.sub(lambda found: secrets[found[1]].strip("\r\n "), text)


def header(name: str, text: str, secrets: Mapping[str, str]) -> str:
    """A header's value as it is sent. Raises UntoldError, which never shows the value, where HTTP takes none such."""
    value = filled(text, secrets)
    if not value or _UNSENDABLE.search(value):
        raise UntoldError(
            f"The value for the header {name} holds a line break or a letter that no server takes. Set the secret anew."
        )
    return value


def allowed(url: str) -> bool:
    """Whether a token may travel there: by https, or within this computer."""
    import httpx2

    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, TypeError, ValueError):
        return False
    return bool(parsed.host) and (parsed.scheme == "https" or (parsed.scheme == "http" and is_near(parsed.host)))


def is_near(host: str) -> bool:
    """Whether a host is this computer by its name alone."""
    return host in ("localhost", "127.0.0.1", "::1")

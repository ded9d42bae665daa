"""Secrets by name: `secret:NAME` in the settings, or `{secret:NAME}` within a longer value, and what is noted of each secret in
`HOME/secrets.json`. No value is kept here."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from app.core.private_file import replace_private
from app.core.settings import ServerSetting, Settings

PREFIX = "secret:"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
"""What a secret may be called."""
SIGN_IN = "oauth-"
"""How the secrets begin that Doorkeep keeps of a sign-in in the browser; they are handed to no other program."""
_WITHIN = re.compile(r"\{secret:([a-z0-9][a-z0-9._-]{0,59})\}")


class Use(msgspec.Struct, frozen=True):
    """One place that a secret is filled into.

    `place`: `env TOKEN`, `args`, `url`, `header X-Key`, `token HOST` (git), `auth`, or `sign-in` (what Doorkeep itself keeps of it).
    In `args` every process list shows it.
    """

    secret: str
    server: str
    place: str

    @property
    def shown_by_the_system(self) -> bool:
        """Whether other programs of the computer can read it while the server runs."""
        return self.place == "args"


def named(text: str) -> str:
    """The secret that a setting's value names as a whole; empty where it is a plain value, or a longer one."""
    return text.removeprefix(PREFIX) if text.startswith(PREFIX) else ""


def named_in(text: str) -> list[str]:
    """Every secret that a setting's value needs: the one that it names as a whole, or those within it."""
    whole = named(text)
    return [whole] if whole else _WITHIN.findall(text)


def filled(text: str, secrets: Mapping[str, str]) -> str:
    """The value with its secrets put in. What a secret holds is taken as it is, never read for further names."""
    whole = named(text)
    return secrets[whole] if whole else _WITHIN.sub(lambda found: secrets[found[1]], text)


def sign_in_name(server: str) -> str:
    """Under which name the sign-in to a server is kept."""
    return f"{SIGN_IN}{server}"


def uses_of(server: str, setting: ServerSetting) -> list[Use]:
    """Every secret that one server needs, in the order of its settings."""
    found = [Use(name, server, f"env {key}") for key, value in setting.env.items() for name in named_in(value)]
    found += [Use(name, server, "args") for value in setting.args for name in named_in(value)]
    found += [Use(name, server, "url") for name in named_in(setting.url)]
    found += [Use(name, server, f"header {key}") for key, value in setting.headers.items() for name in named_in(value)]
    found += [Use(named(value), server, f"token {host}") for host, value in setting.tokens.items()]
    found += [Use(name, server, "auth") for name in named_in(setting.auth)]
    if setting.url and setting.auth == "oauth":
        found += [Use(name, server, "auth") for name in named_in(setting.oauth.client_secret)]
        found.append(Use(sign_in_name(server), server, "sign-in"))
    return found


def uses(settings: Settings) -> list[Use]:
    """Every place that a secret is filled into, server by server."""
    return [use for server, setting in settings.servers.items() for use in uses_of(server, setting)]


class Noted(msgspec.Struct, omit_defaults=True):
    """What is known of a secret beside its value; moments are seconds since 1970, 0: never."""

    set_at: int = 0
    used_at: int = 0


class _Names(msgspec.Struct):
    names: dict[str, Noted] = {}


def names_of(home: str) -> dict[str, Noted]:
    """The secrets that were set here. A list that cannot be read has none: the keychain itself is not asked."""
    try:
        with open(_path(home), "rb") as file:
            return msgspec.json.decode(file.read(), type=_Names).names
    except (OSError, msgspec.DecodeError):
        return {}


def write_names(home: str, names: dict[str, Noted]) -> None:
    """Replace the list; the gateway's to do. Raises OSError."""
    replace_private(_path(home), msgspec.json.encode(_Names(names)))


def listed(names: dict[str, Noted], used: list[Use]) -> list[dict[str, Any]]:
    """What `doorkeep secrets list` prints: every secret that is kept or needed. Moments are RFC 3339 UTC, or None."""
    return [
        {
            "name": name,
            "kept": name in names,
            "set_at": _moment(names[name].set_at) if name in names else None,
            "used_at": _moment(names[name].used_at) if name in names else None,
            "uses": [{"server": use.server, "place": use.place} for use in used if use.secret == name],
        }
        for name in shown(names, used)
    ]


def shown(names: Collection[str], used: list[Use]) -> list[str]:
    """The secrets that a person is shown: all that are kept, and all that are to be set. A sign-in is nothing to set."""
    return sorted({*names, *(use.secret for use in used if use.place != "sign-in")})


def _path(home: str) -> str:
    return os.path.join(home, "secrets.json")


def _moment(seconds: int) -> str | None:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)) if seconds else None

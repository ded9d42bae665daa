"""Secrets by name: `secret:NAME` in the settings, and what is noted of each in `HOME/secrets.json`. No value is ever known here."""

from __future__ import annotations

import os
import re
import time
from typing import Any

import msgspec

from app.core.private_file import replace_private
from app.core.settings import ServerSetting, Settings

PREFIX = "secret:"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
"""What a secret may be called."""


class Use(msgspec.Struct, frozen=True):
    """One place that a secret is filled into. `place`: `env TOKEN`, `args` or `auth`; in `args` every process list shows it."""

    secret: str
    server: str
    place: str

    @property
    def shown_by_the_system(self) -> bool:
        """Whether other programs of the computer can read it while the server runs."""
        return self.place == "args"


def named(text: str) -> str:
    """The secret that a setting's value names; empty where it is a plain value."""
    return text.removeprefix(PREFIX) if text.startswith(PREFIX) else ""


def uses_of(server: str, setting: ServerSetting) -> list[Use]:
    """Every secret that one server needs, in the order of its settings."""
    found = [Use(named(value), server, f"env {name}") for name, value in setting.env.items() if named(value)]
    found += [Use(named(value), server, "args") for value in setting.args if named(value)]
    if named(setting.auth):
        found.append(Use(named(setting.auth), server, "auth"))
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
        for name in sorted({*names, *(use.secret for use in used)})
    ]


def _path(home: str) -> str:
    return os.path.join(home, "secrets.json")


def _moment(seconds: int) -> str | None:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)) if seconds else None

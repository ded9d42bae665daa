"""`secret:NAME` in the settings: which secrets servers need, and where. Names only; no value is ever known here."""

from __future__ import annotations

import re

import msgspec

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

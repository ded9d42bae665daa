"""What the gateway and the keychain's process say to each other. Imports nothing that a gateway without secrets would pay for."""

from __future__ import annotations

from typing import Literal

import msgspec


class Request(msgspec.Struct, frozen=True):
    """One deed on one secret."""

    id: int
    do: Literal["get", "set", "remove"]
    name: str
    value: str = ""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """`found`: whether there is, or was, such a secret. `error`: title, detail and fix for a person.

    `asking` comes before the answer where the system may ask the person for a password: more patience is due.
    """

    id: int
    value: str = ""
    found: bool = False
    asking: bool = False
    error: tuple[str, str, str] | None = None

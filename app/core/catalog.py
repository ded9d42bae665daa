"""Well-known servers, as data (`resources/catalog.json`): how each is started, what it needs, what it can reach.

Reading it starts nothing and asks nobody. What a row says of a server is second-hand: its tools are shown before they are trusted.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Literal

import msgspec

from app.core.settings import ServerName, ServerSetting
from app.core.wanted import Answer, Wanted, complete

PATH = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "resources", "catalog.json"
)
By = Literal["reference", "vendor", "archived"]
"""Who keeps it: the protocol's own project, the maker of what it reaches, or nobody any more."""
Reach = Literal["network", "files", "browser"]


class Secret(msgspec.Struct, frozen=True):
    """A secret that the server needs: its name in the keychain, what it is, and the page where one gets it (may be empty)."""

    name: str
    title: str
    get: str = ""


class Ask(msgspec.Struct, frozen=True):
    """Something that only the user knows and that is no secret; it is filled in where `{name}` stands."""

    name: str
    title: str
    default: str = ""
    kind: Literal["text", "folder", "file"] = "text"


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row: a `command` with arguments, or a `url`."""

    name: ServerName
    title: str
    about: str
    categories: tuple[str, ...]
    reaches: tuple[Reach, ...]
    by: By
    command: tuple[str, ...] = ()
    env: dict[str, str] = {}
    url: str = ""
    auth: str = ""
    secrets: tuple[Secret, ...] = ()
    asks: tuple[Ask, ...] = ()
    note: str = ""
    page: str = ""

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """What it asks the user: its secrets, then the rest."""
        secrets = [Wanted(one.name, one.title, "secret", secret=one.name, get=one.get) for one in self.secrets]
        return (*secrets, *(Wanted(ask.name, ask.title, ask.kind, default=ask.default or None) for ask in self.asks))

    def setting(self, answers: Mapping[str, Answer]) -> ServerSetting:
        """What is written into the settings, with the user's answers filled in. Raises DoorkeepError for one that is missing.

        A secret is no answer: its value is asked for when the server starts.
        """
        asked = tuple(one for one in self.wanted if one.kind != "secret")
        given = {name: answer for name, answer in answers.items() if name not in {one.name for one in self.secrets}}
        filled = {name: str(answer) for name, answer in complete(self.title, asked, given).items()}
        if self.url:
            return ServerSetting(url=self.url, auth=self.auth)
        command, *args = [_put_in(part, filled) for part in self.command]
        env = {name: _put_in(value, filled) for name, value in self.env.items()}
        return ServerSetting(command=command, args=tuple(args), env=env)


class _Catalog(msgspec.Struct):
    version: Literal[1]
    servers: tuple[Known, ...]


@cache
def catalog() -> dict[str, Known]:
    """Every known server by name, in the file's order."""
    with open(PATH, "rb") as file:
        return {known.name: known for known in msgspec.json.decode(file.read(), type=_Catalog).servers}


def find(words: str, category: str = "") -> list[Known]:
    """Rows in whose name, title or words every word stands; an empty search finds all."""
    wanted = words.casefold().split()
    return [
        known
        for known in catalog().values()
        if (not category or category in known.categories)
        and all(word in f"{known.name} {known.title} {known.about}".casefold() for word in wanted)
    ]


def categories() -> list[str]:
    """Every category, in the alphabet's order."""
    return sorted({category for known in catalog().values() for category in known.categories})


def _put_in(text: str, filled: dict[str, str]) -> str:
    """Braces are only ours where they name an answer; the answer itself is taken as it is."""
    for name, answer in filled.items():
        if text == f"{{{name}}}":
            return answer
    return text

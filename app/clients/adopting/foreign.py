"""The servers of others that stand in a client's file: what each runs, which of its secrets lie open, and whether it can be
moved behind the door as it is. Pure functions of the text; no value of a secret is ever put into words.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any, Literal, cast

import msgspec

from app.clients import documents
from app.clients.adopting import suspects as room
from app.clients.adopting.strings import Leaf, Texts, entries
from app.clients.adopting.suspects import ADDRESSES, ENV, HEADERS, Suspect, hidden, masked, suspects
from app.clients.client import Client
from app.clients.entries import arguments_of, command_of
from app.clients.holes import WAYS, way_of
from app.clients.splice import SpliceError
from app.core.secret_names import named_in

FILLED_BY_THE_CLIENT = re.compile(r"\$\{[^}]*\}|\{(?:env|file):[^}]*\}|^\$[A-Za-z_][A-Za-z0-9_]*$")
"""What clients put values in for: Doorkeep does not know them."""
OF_THE_CLIENT = {
    "envFile": "reads variables from a file (envFile)",
    "env_vars": "is handed variables of the client's own (env_vars)",
    "env_keys": "takes secrets from the client's own keychain (env_keys)",
    "env_http_headers": "takes headers from the client's own variables (env_http_headers)",
    "bearer_token_env_var": "takes its token from a variable of the client's own (bearer_token_env_var)",
    "headersHelper": "has its headers made by a program (headersHelper)",
}
"""Members of an entry that only the client can follow."""


class Shown(msgspec.Struct, frozen=True):
    """One secret as it may be shown. `in_args`: it stays visible in process lists, since a program takes it there only."""

    place: str
    masked: str
    in_args: bool = False


class Foreign(msgspec.Struct, frozen=True):
    """One server of somebody else's. `command` and `arguments` are shown with their secrets hidden, `address` likewise.

    `problem`: why it cannot be adopted as it stands, in words; empty where it can be.
    """

    key: str
    kind: Literal["command", "remote", "unknown"]
    command: str = ""
    arguments: tuple[str, ...] = ()
    address: str = ""
    variables: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    secrets: tuple[Shown, ...] = ()
    problem: str = ""

    @property
    def runs(self) -> str:
        """What it runs or reaches, in one line."""
        return self.address or " ".join((self.command, *self.arguments))


class Entry(msgspec.Struct, frozen=True):
    """An entry taken apart. It holds values of secrets: never shown, logged or written."""

    key: str
    value: dict[str, Any]
    leaves: tuple[Leaf, ...]
    suspects: tuple[Suspect, ...]


def foreign(client: Client, text: str, ours: Callable[[Any], bool]) -> list[Foreign]:
    """Every server in the text that is not `ours`, in its order. Raises JsoncError and SpliceError."""
    found: list[Foreign] = []
    for key, texts in entries(text, client.section, client.dialect).items():
        if ours(texts.value):
            continue
        if texts.problem or not isinstance(texts.value, dict):
            found.append(Foreign(key, "unknown", problem=texts.problem or "it is not an object"))
        else:
            found.append(_described(_entry(key, texts), text, _parted(client, text, key)))
    return found


def _parted(client: Client, text: str, key: str) -> str:
    """Why the entry cannot be taken out in one piece: TOML may spread a server over tables that do not stand together."""
    try:
        if client.dialect == "toml":
            documents.span(text, client.section, key, client.dialect)
    except SpliceError as error:
        return str(error)
    return ""


def taken_apart(client: Client, text: str, key: str) -> Entry:
    """One entry with its texts and secrets. Raises JsoncError and SpliceError."""
    texts = entries(text, client.section, client.dialect)[key]
    if texts.problem:
        raise SpliceError(texts.problem)
    return _entry(key, texts)


def _entry(key: str, texts: Texts) -> Entry:
    return Entry(key, texts.value, texts.leaves, tuple(suspects(texts.leaves)))


def open_secrets(client: Client, text: str) -> list[tuple[int, int]]:
    """Where secrets stand in the text, as far as every server's entry can be taken apart. Raises JsoncError and SpliceError."""
    found: list[tuple[int, int]] = []
    for texts in entries(text, client.section, client.dialect).values():
        for each in suspects(texts.leaves):
            way = way_of(each.leaf.value, text[each.leaf.start : each.leaf.end])
            start = each.leaf.start + (len(WAYS[way](each.leaf.value[: each.start])) if way else 0)
            found.append((start, start + len(WAYS[way](each.value)) if way else each.leaf.end))
    return found


def address_of(value: dict[str, Any]) -> str:
    """Where a remote server is; empty where the entry is of another kind."""
    return next((str(value[name]) for name in ADDRESSES if isinstance(value.get(name), str)), "")


def table_of(value: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The first of the named members that is an object."""
    return next((cast("dict[str, Any]", value[name]) for name in names if isinstance(value.get(name), dict)), {})


def _described(entry: Entry, text: str, parted: str) -> Foreign:
    value = entry.value
    command, address = command_of(value), address_of(value)
    texts = {leaf.value: hidden(leaf.value, [s for s in entry.suspects if s.leaf is leaf]) for leaf in entry.leaves}
    return Foreign(
        entry.key,
        "command" if command else "remote" if address else "unknown",
        command,
        tuple(texts.get(arg, arg) for arg in arguments_of(value)),
        texts.get(address, address) if not command else "",
        tuple(table_of(value, ENV)),
        tuple(table_of(value, HEADERS)),
        tuple(Shown(each.place, masked(each.value), each.where == "args") for each in entry.suspects),
        parted or _problem(entry, text),
    )


def _problem(entry: Entry, text: str) -> str:
    """The first reason why it cannot be moved as it is; empty where there is none."""
    return _of_its_form(entry.value) or _of_its_texts(entry, text)


def _of_its_form(value: dict[str, Any]) -> str:
    if not command_of(value) and not address_of(value):
        return "it names neither a program nor an address"
    for name, words in OF_THE_CLIENT.items():
        if value.get(name):
            return f"it {words}, which Doorkeep cannot follow"
    folder = value.get("cwd", "")
    if folder and not (isinstance(folder, str) and os.path.isabs(folder)):
        return f"it is to run in a folder that only the client can tell ({folder})"
    for names in (ENV, HEADERS):
        odd = [name for name, one in table_of(value, names).items() if not isinstance(one, str)]
        if odd:
            return f"{odd[0]} is not a text"
    args = _given_arguments(value)
    if args is not None and len(args) != len(arguments_of(value)):
        return "its arguments are not all texts"
    return ""


def _of_its_texts(entry: Entry, text: str) -> str:
    for leaf in entry.leaves:
        if room.where_of(leaf.path) is None and leaf.path != ("command",):
            continue
        filled_in = FILLED_BY_THE_CLIENT.search(leaf.value)
        if filled_in is not None:
            return f"{_name_of(leaf)} is filled in by the client itself ({filled_in.group()})"
        if named_in(leaf.value):
            return f"{_name_of(leaf)} already names a secret in Doorkeep's own way"
    for each in entry.suspects:
        if not way_of(each.leaf.value, text[each.leaf.start : each.leaf.end]):
            return f"{each.place} is written with unusual escapes, which could not be put back as they are"
    return ""


def _given_arguments(value: dict[str, Any]) -> list[Any] | None:
    command = value.get("command")
    if isinstance(command, list):
        return cast("list[Any]", command)[1:]
    args = cast("dict[str, Any]", command).get("args") if isinstance(command, dict) else value.get("args")
    return cast("list[Any]", args) if isinstance(args, list) else None


def _name_of(leaf: Leaf) -> str:
    *before, last = leaf.path
    if isinstance(last, int):
        return f"argument {last if before == ['command'] else last + 1}"
    return " ".join(str(part) for part in leaf.path)

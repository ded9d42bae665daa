"""An entry of a client's file as it becomes a server of ours: its name, its setting, its secrets by name, its text to go back to.

Pure functions, but for what is passed in. Values of secrets are held in `Moving.secrets` alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, cast

import msgspec

from app.clients.adopting.foreign import Entry, address_of, table_of
from app.clients.adopting.strings import Leaf
from app.clients.adopting.suspects import ENV, HEADERS, Suspect, where_of
from app.clients.entries import command_of
from app.clients.holes import WAYS, Hole, Holed, marker, way_of
from app.clients.ownership import Adopted
from app.core.errors import ClientConfigError
from app.core.secret_names import PREFIX, filled, uses_of
from app.core.settings import ServerSetting, Settings

KEPT_FOR_THE_CLIENT = (
    *("disabled", "enabled", "autoApprove", "alwaysAllow", "timeout", "trust", "includeTools", "excludeTools"),
    *("startup_timeout_sec", "tool_timeout_sec", "enabled_tools", "disabled_tools", "required", "alwaysLoad"),
    *("description", "disabledTools"),
)
"""Members that tell the client how to treat a server, whatever it runs: they stay in our entry."""


class Moving(msgspec.Struct, frozen=True):
    """One entry on its way. `secrets`: name → value, for the keychain; `kept`: members that stay in the client's file."""

    key: str
    server: str
    setting: ServerSetting
    secrets: dict[str, str]
    kept: dict[str, Any]
    adopted: Adopted
    notes: tuple[str, ...] = ()


class Names:
    """Names that are free for servers and secrets. What an interrupted or taken back adoption had chosen is used again."""

    def __init__(
        self, builtin: Collection[str], settings: Settings, secrets: Collection[str], known: Mapping[str, str]
    ) -> None:
        """`known`: values of secrets that earlier adoptions kept, of this file or of another."""
        self._builtin = frozenset(builtin)
        self._settings = settings
        self._servers = {*builtin, *settings.servers}
        self._secrets = set(secrets)
        self._known = known

    def twin(self, plain: ServerSetting, values: Collection[str]) -> tuple[str, dict[str, str]]:
        """The server in the settings that is this very one, secrets included, and value → name of these: the same server
        stands in several clients' files. Empty where there is none. `plain`: the setting with its secrets in the open.
        """
        for name, setting in self._settings.servers.items():
            if (
                name in self._builtin
                or not setting.enabled
                or setting.auth
                or _in_the_open(setting, self._known) != plain
            ):
                continue
            named = {self._known[use.secret]: use.secret for use in uses_of(name, setting)}
            if set(values) <= named.keys():
                return name, named
        return "", {}

    def setting_of(self, server: str) -> ServerSetting:
        """As it stands in the settings."""
        return self._settings.servers[server]

    def server(self, key: str, before: Adopted | None, command: str, address: str) -> str:
        """`key` as a server's name, with a number behind it where that is taken."""
        if before is not None and before.server not in self._builtin:
            known = self._settings.servers.get(before.server)
            if known is None or (known.command, _bare(known.url)) == (command, _bare(address)):
                self._servers.add(before.server)
                return before.server
        plain = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")[:26].strip("-") or "server"
        name = _numbered(plain, self._servers)
        self._servers.add(name)
        return name

    def secret(self, server: str, label: str, only: bool, value: str, earlier: str) -> str:
        """A name that nothing is kept under yet, or the `earlier` one where that holds this very value, or nothing."""
        if earlier and (self._known.get(earlier) == value or earlier not in self._secrets):
            self._secrets.add(earlier)
            return earlier
        plain = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")
        plain = server if only or not plain else plain if plain.startswith(f"{server}-") else f"{server}-{plain}"
        name = _numbered(plain[:50].strip("-"), self._secrets)
        self._secrets.add(name)
        return name


def moving(entry: Entry, text: str, place: tuple[int, int], names: Names, before: Adopted | None) -> Moving:
    """One entry made ready. `place`: where its text stands; `before`: what an earlier adoption of it had chosen.

    Raises ClientConfigError where Doorkeep's settings cannot say what the entry says.
    """
    values = {each.value for each in entry.suspects}
    twin, chosen = names.twin(_setting(entry, {leaf: leaf.value for leaf in entry.leaves}), values)
    server = twin or names.server(entry.key, before, command_of(entry.value), address_of(entry.value))
    places: dict[str, str] = {}
    for each in entry.suspects:
        if each.value not in chosen:
            earlier = before.secrets.get(each.place, "") if before is not None else ""
            chosen[each.value] = names.secret(server, each.label, len(values) == 1, each.value, earlier)
        places[each.place] = chosen[each.value]
    texts = {leaf: _with_names(leaf, entry.suspects, chosen) for leaf in entry.leaves}
    return Moving(
        entry.key,
        server,
        names.setting_of(twin) if twin else _setting(entry, texts),
        {name: value for value, name in chosen.items() if value in values},
        {name: entry.value[name] for name in KEPT_FOR_THE_CLIENT if _plain(entry.value.get(name))},
        Adopted(server, _original(entry, text, place, chosen), places),
        tuple(_notes(entry, server)),
    )


def _in_the_open(setting: ServerSetting, known: Mapping[str, str]) -> ServerSetting | None:
    """What the server runs, with its secrets filled in; None where one of them is not known."""
    try:
        return ServerSetting(
            command=setting.command,
            args=tuple(filled(arg, known) for arg in setting.args),
            env={name: filled(value, known) for name, value in setting.env.items()},
            cwd=setting.cwd,
            url=filled(setting.url, known),
            headers={name: filled(value, known) for name, value in setting.headers.items()},
        )
    except KeyError:
        return None


def _setting(entry: Entry, texts: dict[Leaf, str]) -> ServerSetting:
    by_path = {leaf.path: text for leaf, text in texts.items()}
    command, address = command_of(entry.value), address_of(entry.value)
    env = {name: by_path[(member, name)] for member, name in _members(entry, ENV)}
    headers = {name: by_path[(member, name)] for member, name in _members(entry, HEADERS)}
    if command:
        args = [text for leaf, text in texts.items() if where_of(leaf.path) == "args"]
        made = {"command": command, "args": args, "env": env, "cwd": entry.value.get("cwd") or ""}
    else:
        url = next(text for leaf, text in texts.items() if leaf.value == address and where_of(leaf.path) == "url")
        made = {"url": url, "headers": headers}
    try:
        return msgspec.convert(made, ServerSetting)
    except msgspec.ValidationError as error:
        raise ClientConfigError(
            f'"{entry.key}" cannot be written into Doorkeep\'s settings: {error}.', "Nothing was written."
        ) from None


def _members(entry: Entry, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """(member, name) of every variable or header."""
    found = next((name for name in names if isinstance(entry.value.get(name), dict)), "")
    return [(found, name) for name in table_of(entry.value, names)]


def _with_names(leaf: Leaf, suspects: tuple[Suspect, ...], chosen: dict[str, str]) -> str:
    """The text with each secret's name in its place."""
    pieces: list[str] = []
    at = 0
    for each in suspects:
        if each.leaf is leaf:
            if each.whole:
                return PREFIX + chosen[each.value]
            pieces += (leaf.value[at : each.start], marker(chosen[each.value]))
            at = each.end
    return "".join((*pieces, leaf.value[at:]))


def _original(entry: Entry, text: str, place: tuple[int, int], chosen: dict[str, str]) -> Holed:
    """The entry's own text with a marker for each secret; positions are bytes of UTF-8."""
    pieces: list[bytes] = []
    holes: list[Hole] = []
    length, at = 0, place[0]
    for each in sorted(entry.suspects, key=lambda one: (one.leaf.start, one.start)):
        leaf = each.leaf
        way = way_of(leaf.value, text[leaf.start : leaf.end])
        before = leaf.start + len(WAYS[way](leaf.value[: each.start]))
        pieces.append(text[at:before].encode())
        length += len(pieces[-1])
        mark = marker(chosen[each.value]).encode()
        holes.append(Hole(length, length + len(mark), chosen[each.value], way))
        pieces.append(mark)
        length += len(mark)
        at = before + len(WAYS[way](each.value))
    pieces.append(text[at : place[1]].encode())
    return Holed(b"".join(pieces), tuple(holes))


def _notes(entry: Entry, server: str) -> list[str]:
    found: list[str] = []
    shown = sorted({each.place for each in entry.suspects if each.where == "args"})
    if shown:
        found.append(
            f"{server} is given {', '.join(shown)} on its command line, as before: while it runs, other programs of this "
            "computer can read that there. Its maker may take it from a variable instead."
        )
    if address_of(entry.value) and not command_of(entry.value) and not entry.suspects:
        found.append(f"If {server} asks you to sign in: doorkeep servers login {server}")
    return found


def _plain(value: Any) -> bool:
    """Whether a member may be written again as it is: no object, no list of objects."""
    if isinstance(value, list):
        return all(isinstance(one, str) for one in cast("list[Any]", value))
    return isinstance(value, (str, bool, int))


def _bare(url: str) -> str:
    """An address without what may hold a secret."""
    return re.split(r"[?#]", re.sub(r"://[^/@]*@", "://", url), maxsplit=1)[0]


def _numbered(plain: str, taken: Collection[str]) -> str:
    return next(name for n in range(1, len(taken) + 2) if (name := plain if n == 1 else f"{plain}-{n}") not in taken)

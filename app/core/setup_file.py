"""The setup as one file to carry to another computer: folders, servers, rules, limits. Never a secret, and never a surprise:
what an import would change is said before, and a server from a file arrives switched off.

References like `secret:github` are names, not secrets, and stay. Pure functions of the settings, except where `home` is given.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

import msgspec

from app.core import settings as settings_file
from app.core.errors import SettingsError
from app.core.folders import append_folder, refuse_own_home, shown
from app.core.redaction import MARK, clean_text, names_secret
from app.core.settings import MAX_BYTES, FolderSetting, Limits, ServerName, ServerSetting, Settings, expand

FORMAT = 1
_REFERENCE = re.compile(r"secret:[A-Za-z0-9_.-]{1,64}|oauth")
_IN_A_HEADER = re.compile(r"secret:[a-z0-9._-]{1,64}|(?:[A-Za-z]{1,20} )?\{secret:[a-z0-9._-]{1,64}\}")
_FLAG = re.compile(r"--?[A-Za-z][A-Za-z0-9_.-]*")


class Setup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file. `doorkeep_setup` is the version of its format; folders are written with `~` where they lie in the account."""

    doorkeep_setup: int
    folders: tuple[FolderSetting, ...] = ()
    servers: dict[ServerName, ServerSetting] = {}
    limits: Limits = Limits()


class Import(msgspec.Struct, frozen=True):
    """What an import would do. `changes`: one line each, empty where nothing would change; `left_out`: what it would not do, why.

    `apply` changes the settings document.
    """

    changes: tuple[str, ...]
    left_out: tuple[str, ...]
    apply: Callable[[Any], None]


def export(settings: Settings) -> bytes:
    """The setup as JSON, UTF-8, without a secret in it."""
    folders = tuple(msgspec.structs.replace(each, path=shown(each.path)) for each in settings.folders)
    servers = {name: without_secrets(server) for name, server in settings.servers.items()}
    made = Setup(FORMAT, folders, servers, settings.limits)
    return msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"


def without_secrets(server: ServerSetting) -> ServerSetting:
    """The server with everything left out that may be a secret: values in `env`, in arguments, in its address, in `auth`."""
    args: list[str] = []
    hide_next = False
    for arg in server.args:
        args.append(MARK if hide_next else _clean_argument(arg))
        hide_next = bool(_FLAG.fullmatch(arg)) and names_secret(arg.lstrip("-"))
    return msgspec.structs.replace(
        server,
        args=tuple(args),
        env={name: value if _REFERENCE.fullmatch(value) else "" for name, value in server.env.items()},
        url=_clean_url(server.url),
        auth=server.auth if _REFERENCE.fullmatch(server.auth) else "",
        headers={name: value if _IN_A_HEADER.fullmatch(value) else MARK for name, value in server.headers.items()},
    )


def read(content: bytes, where: str) -> Setup:
    """A setup file. Raises SettingsError that says what is wrong with it."""
    if len(content) > MAX_BYTES:
        raise SettingsError(f"{where} is larger than {MAX_BYTES // 1024 // 1024} MB.", *_NOTHING)
    try:
        version = msgspec.json.decode(content, type=_Version).doorkeep_setup
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise SettingsError(
            f"{where} is not a setup of Doorkeep.",
            "Nothing was changed.",
            "Choose a file that `doorkeep setup export` or Settings wrote.",
        ) from None
    if version != FORMAT:
        raise SettingsError(
            f"{where} was written by another version of Doorkeep.",
            f"Its format is {version}, this one reads {FORMAT}. Nothing was changed.",
            "Update Doorkeep on this computer.",
        )
    try:
        return msgspec.json.decode(content, type=Setup)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"{where} says something that Doorkeep does not know: {error}.", *_NOTHING) from None


_NOTHING = ("Nothing was changed.", "Export the setup again.")


class _Version(msgspec.Struct):
    doorkeep_setup: int


def plan_import(home: str, setup: Setup) -> Import:
    """What the file would change here. It adds and changes; it never takes a folder or a server away. Raises SettingsError."""
    now = settings_file.load(home)
    changes: list[str] = []
    left_out: list[str] = []
    folders = _folders(home, now, setup, changes, left_out)
    servers = _servers(now, setup, changes, left_out)
    limits: dict[str, int] = {}
    for name in Limits.__struct_fields__:
        before, after = getattr(now.limits, name), getattr(setup.limits, name)
        if before != after:
            limits[name] = after
            changes.append(f"Limit {name}: {before:,} becomes {after:,}")

    def apply(document: Any) -> None:
        _write(document, folders, servers, limits)

    return Import(tuple(changes), tuple(left_out), apply)


def carry_out(home: str, planned: Import, confirm: Callable[[], Any] | None = None) -> Settings:
    """Write what was planned, whole or not at all. Raises SettingsError."""
    return settings_file.edit(home, planned.apply, confirm)


def _folders(
    home: str, now: Settings, setup: Setup, changes: list[str], left_out: list[str]
) -> list[tuple[FolderSetting, bool]]:
    known = {folder.path: folder for folder in now.folders}
    found: list[tuple[FolderSetting, bool]] = []
    for folder in setup.folders:
        try:
            real = expand(folder.path)
            refuse_own_home(home, real, folder.access)
        except SettingsError as error:
            left_out.append(error.title)
            continue
        name, before = shown(real), known.get(real)
        if before is None and folder.access != "off" and not os.path.isdir(real):
            left_out.append(f"{name} is not a folder on this computer.")
            continue
        after = msgspec.structs.replace(folder, path=real)
        if before == after or any(real == each.path for each, _ in found):
            continue
        found.append((after, before is None))
        words = (
            f"{before.access} becomes {folder.access}" if before and before.access != folder.access else folder.access
        )
        changes.append(f"Folder {name}: {words}{_details(after)}")
    return found


def _details(folder: FolderSetting) -> str:
    said = ""
    if folder.servers is not None:
        said += f", seen by {', '.join(folder.servers) or 'no server'}"
    if folder.reveal:
        said += f", sensitive files revealed: {', '.join(folder.reveal)}"
    if folder.git:
        said += f", git may use: {', '.join(folder.git)}"
    return said


def _servers(now: Settings, setup: Setup, changes: list[str], left_out: list[str]) -> dict[str, ServerSetting]:
    found: dict[str, ServerSetting] = {}
    for name, server in setup.servers.items():
        before = now.servers.get(name)
        if server.command and server.url:
            left_out.append(f"Server {name} has both a command and an address.")
            continue
        foreign = bool(server.command or server.url)
        known = before is not None and (before.command, before.url) == (server.command, server.url)
        if before is not None and (before.command or before.url or foreign) and not known:
            left_out.append(f"Server {name} is another program here and stays as it is.")
        elif foreign and not known:
            found[name] = msgspec.structs.replace(server, enabled=False)
            runs = server.url or " ".join((server.command, *server.args))
            changes.append(f"Server {name} is added, switched off. It runs: {runs}{_missing(server)}")
        else:  # what it runs with stays as it is here: the file has no secrets
            kept = before or ServerSetting()
            after = msgspec.structs.replace(kept, enabled=server.enabled, tools={**kept.tools, **server.tools})
            if after != kept:
                found[name] = after
                changes += _rules(name, kept, after)
    return found


def _missing(server: ServerSetting) -> str:
    names = [name for name, value in server.env.items() if not value]
    names += [name for name, value in server.headers.items() if MARK in value]
    if any(MARK in arg for arg in server.args):
        names.append("an argument")
    return f" (to be filled in: {', '.join(names)})" if names else ""


def _rules(name: str, before: ServerSetting, after: ServerSetting) -> list[str]:
    said: list[str] = []
    if before.enabled != after.enabled:
        said.append(f"Server {name} is switched {'on' if after.enabled else 'off'}")
    for tool, rule in after.tools.items():
        if before.tools.get(tool) != rule:
            said.append(f"Tool {tool} of {name}: {rule}")
    return said


def _write(
    document: Any, folders: list[tuple[FolderSetting, bool]], servers: dict[str, ServerSetting], limits: dict[str, int]
) -> None:
    import tomlkit

    for folder, new in folders:
        fact = {key: value for key, value in msgspec.to_builtins(folder).items() if key != "path"}
        if new:
            append_folder(document, {"path": shown(folder.path), **fact})
            continue
        table = _table_of(document, folder.path)
        for key in ("servers", "reveal", "git"):
            if key not in fact and key in table:
                del table[key]
        table.update(fact)
    for name, server in servers.items():
        parent = document.setdefault("servers", tomlkit.table(is_super_table=True))
        if name not in parent:
            parent[name] = tomlkit.table()
        parent[name].update(msgspec.to_builtins(server))
        parent[name]["enabled"] = server.enabled
    if limits:
        document.setdefault("limits", tomlkit.table()).update(limits)


def _table_of(document: Any, real: str) -> Any:
    for table in document["folders"]:
        if expand(str(table["path"])) == real:
            return table
    raise SettingsError(f"{shown(real)} was taken back meanwhile.", "Nothing was changed.", "Try again.")


def _clean_argument(arg: str) -> str:
    name, equals, value = arg.partition("=")
    if equals and value and names_secret(name.lstrip("-")):
        return f"{name}={MARK}"
    return _clean_url(arg) if "://" in arg else clean_text(arg)


def _clean_url(url: str) -> str:
    """Without a user's word before the host, and without a query or fragment: those carry keys."""
    base = re.split(r"[?#]", url, maxsplit=1)[0]
    return clean_text(re.sub(r"(://)[^/@\s]*@", r"\1", base))

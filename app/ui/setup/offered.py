"""What the first run offers: folders that people keep their things in, and the servers that come with Doorkeep.

No Qt here: everything is called in the background. What is switched is in force when a function returns.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from app.bridge.home import account_home
from app.control.client import settled
from app.core import folders, note_places
from app.core import settings as settings_file
from app.core.errors import SettingsError
from app.core.settings import Access

MOST_FOLDERS = 40
"""Rows of the first run; the Folders page has them all."""
BUILTIN = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))),
    "resources",
    "builtin",
)
PROJECTS = ("Projects", "projects", "Code", "code", "src")


class OfferedFolder(NamedTuple):
    """`path` is absolute and real; `access` None: not granted. `new`: it is made when it is chosen."""

    path: str
    access: Access | None
    new: bool = False


class OfferedServer(NamedTuple):
    """`tools` is how many it has."""

    name: str
    title: str
    tools: int
    enabled: bool


class _Named(msgspec.Struct):
    name: str
    title: str = ""


class _Shipped(msgspec.Struct):
    server: _Named
    tools: list[msgspec.Raw] = []


def offered_folders(home: str) -> tuple[list[OfferedFolder], int]:
    """What is granted, then what exists and may be wanted; and how many more are granted. Raises SettingsError."""
    granted: dict[str, Access] = {folder.path: folder.access for folder in settings_file.load_kept(home).folders}
    shown = [OfferedFolder(path, access) for path, access in list(granted.items())[:MOST_FOLDERS]]
    suggested = [OfferedFolder(path, None) for path in suggestions() if path not in granted]
    notes = note_places.notes_folder()
    if not os.path.lexists(notes) and not note_places.obsidian_vaults():
        suggested.append(OfferedFolder(notes, None, new=True))
    return shown + suggested, max(0, len(granted) - MOST_FOLDERS)


def suggestions() -> list[str]:
    """The person's own folders that exist, vaults of notes among them, real paths; never the account's home itself."""
    import platformdirs

    named = [platformdirs.user_documents_dir(), platformdirs.user_downloads_dir(), platformdirs.user_desktop_dir()]
    named += [os.path.join(account_home(), name) for name in PROJECTS]
    named += [*note_places.obsidian_vaults(), note_places.notes_folder()]
    found: list[str] = []
    for path in named:
        real = os.path.realpath(path)
        if not os.path.isdir(real) or real == os.path.realpath(account_home()):
            continue
        if not any(os.path.samefile(real, other) for other in found):  # `Projects` and `projects` may be one
            found.append(real)
    return found


def set_folder(home: str, path: str, access: Access | None) -> OfferedFolder:
    """Grant it, change it, or with None take it back. The offered Notes folder is made first. Raises SettingsError."""
    if access is None:
        folders.remove(home, path, confirm=lambda: settled(home))
        return OfferedFolder(path, None)
    made_here = _make_notes(path)
    try:
        made = folders.grant(home, path, access, confirm=lambda: settled(home))
    except SettingsError:
        if made_here:
            os.rmdir(path)
        raise
    return OfferedFolder(made.path, made.access)


def _make_notes(path: str) -> bool:
    """Whether the Notes folder was made just now; no other folder is ever made."""
    if path != note_places.notes_folder() or os.path.lexists(path):
        return False
    try:
        os.makedirs(path)
    except OSError as error:
        raise SettingsError(
            f"{folders.shown(path)} could not be made: {error.strerror}.",
            "Nothing was granted.",
            "Make the folder yourself, or choose another.",
        ) from None
    return True


def offered_servers(home: str, folder: str = BUILTIN) -> list[OfferedServer]:
    """Every server that ships with Doorkeep. Raises SettingsError."""
    settings = settings_file.load_kept(home).servers
    found: list[OfferedServer] = []
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".json"):
            continue
        with open(os.path.join(folder, name), "rb") as file:
            shipped = msgspec.json.decode(file.read(), type=_Shipped)
        server = shipped.server.name
        setting = settings.get(server)
        enabled = setting.enabled if setting else True
        found.append(OfferedServer(server, shipped.server.title or server, len(shipped.tools), enabled))
    return found


def set_server(home: str, name: str, enabled: bool) -> None:
    """Let clients use it or not. Raises SettingsError."""
    settings_file.edit(home, switching(name, enabled), lambda: settled(home))


def switching(name: str, enabled: bool) -> Callable[[Any], None]:
    """The change of the settings document."""

    def change(document: Any) -> None:
        import tomlkit

        servers = document.setdefault("servers", tomlkit.table(is_super_table=True))
        if name not in servers:
            servers[name] = tomlkit.table()
        servers[name]["enabled"] = enabled

    return change

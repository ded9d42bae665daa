"""What a person changes about a granted folder beyond its access, written into the settings. Runs in the background.

Comments in the file stay, also through taking a folder out and putting it back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from app.core import folders
from app.core import settings as settings_file
from app.core.errors import SettingsError
from app.core.settings import Access, FolderSetting, GitSwitch, expand

Confirm = Callable[[], Any]


class Taken(NamedTuple):
    """A grant that was taken out, whole, and its place in the file."""

    path: str
    table: Any
    place: int


def set_access(home: str, path: str, access: Access, confirm: Confirm) -> None:
    """Off, read, ask or write. Raises SettingsError."""
    folders.grant(home, path, access, confirm=confirm)


def set_servers(home: str, path: str, servers: Sequence[str] | None, confirm: Confirm) -> None:
    """Which servers see it; None: every built-in one. Raises SettingsError."""

    def change(table: Any) -> None:
        if servers is None:
            table.pop("servers", None)
        else:
            table["servers"] = list(servers)

    _change(home, path, change, confirm)


def set_git(home: str, path: str, switch: GitSwitch, on: bool, confirm: Confirm) -> None:
    """Turn on or off what git may do there beyond its files. Raises SettingsError."""

    def change(table: Any) -> None:
        switches = [str(one) for one in table.get("git", []) if str(one) != switch]
        if on:
            switches.append(switch)
        if switches:
            table["git"] = switches
        else:
            table.pop("git", None)

    _change(home, path, change, confirm)


def set_revealed(home: str, path: str, glob: str, revealed: bool, confirm: Confirm) -> None:
    """Let servers read the sensitive files that a glob names, or close them again. Raises SettingsError."""

    def change(table: Any) -> None:
        globs = [str(one) for one in table.get("reveal", []) if str(one) != glob]
        if revealed:
            globs.append(glob)
        if globs:
            table["reveal"] = globs
        else:
            table.pop("reveal", None)

    _change(home, path, change, confirm)


def take_out(home: str, path: str, confirm: Confirm) -> Taken:
    """Take the grant back, and keep what is needed to put it back. Raises SettingsError."""
    kept: list[Taken] = []

    def change(document: Any) -> None:
        place = _place(document, path)
        kept.append(Taken(path, document["folders"][place], place))
        del document["folders"][place]
        if not document["folders"]:
            del document["folders"]  # an empty one would be written as `folders = []`, which takes no tables

    settings_file.edit(home, change, confirm)
    return kept[-1]


def put_back(home: str, taken: Taken, confirm: Confirm) -> FolderSetting:
    """The grant as it was, at its place. Raises SettingsError where the folder was granted anew meanwhile."""
    import tomlkit
    from tomlkit.items import AoT, Table

    def change(document: Any) -> None:
        tables = document.get("folders")
        if not isinstance(taken.table, Table) or (tables and not isinstance(tables, AoT)):
            folders.append_folder(document, taken.table.unwrap())  # a list written in one line takes no tables
            return
        if not tables:
            document.pop("folders", None)
            document["folders"] = tomlkit.aot()
            tables = document["folders"]
        tables.insert(min(taken.place, len(tables)), taken.table)

    settings = settings_file.edit(home, change, confirm)
    return next(folder for folder in settings.folders if folder.path == expand(taken.path))


def _change(home: str, path: str, change: Callable[[Any], None], confirm: Confirm) -> None:
    settings_file.edit(home, lambda document: change(document["folders"][_place(document, path)]), confirm)


def _place(document: Any, path: str) -> int:
    real = expand(path)
    for index, table in enumerate(document.get("folders", [])):
        if expand(str(table["path"])) == real:
            return index
    raise SettingsError(
        f"{folders.shown(real)} is no longer granted.", "Nothing was changed.", "Add the folder again if you want it."
    )

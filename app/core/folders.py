"""Granting folders: what a person may say about a folder, and how that is written into the settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from app.bridge.home import account_home
from app.core import settings as settings_file
from app.core.errors import SettingsError
from app.core.settings import Access, FolderSetting, GitSwitch, expand

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

EXPLAINED: dict[Access, str] = {
    "off": "nothing here is seen or changed",
    "read": "files are read, never changed",
    "ask": "files are read; each change asks you first",
    "write": "files are read and changed",
}
GIT_EXPLAINED: dict[GitSwitch, str] = {
    "remote": "git may speak to other computers (fetch, pull, push)",
    "hooks": "a repository's own hooks run",
    "create": "git may make new repositories (init, clone)",
}


def explained(folder: FolderSetting) -> str:
    """What the grant means, for people."""
    return "; ".join([EXPLAINED[folder.access], *(GIT_EXPLAINED[one] for one in folder.git)])


def shown(path: str) -> str:
    """A path as a person writes it: the account's home as `~`."""
    home = account_home()
    if path == home:
        return "~"
    return "~" + path[len(home) :] if path.startswith(home + os.sep) else path


def grant(
    home: str,
    path: str,
    access: Access,
    servers: Sequence[str] | None = None,
    reveal: Sequence[str] | None = None,
    confirm: Callable[[], Any] | None = None,
    *,
    git: Sequence[GitSwitch] | None = None,
) -> FolderSetting:
    """Grant a folder, or change what was granted. `servers`, `reveal` and `git` None leave what stands. Raises SettingsError."""
    real = expand(path)
    if not os.path.isdir(real):
        raise SettingsError(
            f"{shown(real)} is not a folder.", "Only a folder that exists can be granted.", "Check the path."
        )
    refuse_own_home(home, real, access)

    def change(document: Any) -> None:
        table = _table(document, real)
        if table is None:
            table = _append(document, shown(real))
        table["access"] = access
        if servers is not None:
            table["servers"] = list(servers)
        if reveal is not None:
            table["reveal"] = list(reveal)
        if git is not None:
            table["git"] = list(git)

    settings = settings_file.edit(home, change, confirm)
    return next(folder for folder in settings.folders if folder.path == real)


def remove(home: str, path: str, confirm: Callable[[], Any] | None = None) -> None:
    """Take a grant back. The folder need not exist any more. Raises SettingsError where nothing was granted."""
    real = expand(path)

    def change(document: Any) -> None:
        tables: Any = document.get("folders", [])
        for index, table in enumerate(tables):
            if expand(str(table["path"])) == real:
                del tables[index]
                if not tables:  # `folders = []` would be left, to which no [[folders]] can be added
                    del document["folders"]
                return
        raise SettingsError(f"{shown(real)} was not granted.", "Nothing was changed.", "See `doorkeep folders list`.")

    settings_file.edit(home, change, confirm)


def refuse_own_home(home: str, real: str, access: Access) -> None:
    """Raises SettingsError where a server could reach Doorkeep's own state."""
    own = os.path.realpath(home)
    if access != "off" and (real == own or real.startswith(own + os.sep)):
        raise SettingsError(
            f"{shown(real)} belongs to Doorkeep itself.",
            "A server that could write there could open its own door.",
            "Choose another folder.",
        )


def _table(document: Any, real: str) -> Any | None:
    tables: Any = document.get("folders", [])
    for table in tables:
        if expand(str(table["path"])) == real:
            return table
    return None


def _append(document: Any, path: str) -> Any:
    append_folder(document, {"path": path})
    return document["folders"][-1]


def append_folder(document: Any, fact: dict[str, Any]) -> None:
    """Add one `[[folders]]` table to the settings document, in the form that the person's own list has."""
    import tomlkit
    from tomlkit.items import Array

    if not document.get("folders"):
        document["folders"] = tomlkit.aot()
    inline = isinstance(document["folders"], Array)
    table: Any = tomlkit.inline_table() if inline else tomlkit.table()
    table.update(fact)
    document["folders"].append(table)

"""Folders that a person may well want to grant first: their own usual ones that exist. Runs in the background."""

from __future__ import annotations

import os
from typing import NamedTuple

from app.bridge.home import account_home
from app.core import note_places


class Suggestion(NamedTuple):
    """`path` is absolute and exists; `name` is its last part."""

    name: str
    path: str


def suggestions(granted: set[str]) -> list[Suggestion]:
    """Documents, Downloads, Desktop as the system calls them, Projects, and vaults of notes; those that exist and are not granted
    yet."""
    import platformdirs

    wanted = [platformdirs.user_documents_dir(), platformdirs.user_downloads_dir(), platformdirs.user_desktop_dir()]
    home = account_home()
    wanted += [os.path.join(home, name) for name in ("Projects", "projects", "Code", "src")]
    wanted += [*note_places.obsidian_vaults(), note_places.notes_folder()]
    found: dict[str, Suggestion] = {}
    for path in wanted:
        real = os.path.realpath(path)
        # A system without such a folder names the account's home itself, which is far too much to suggest.
        if os.path.isdir(real) and real not in granted and real != os.path.realpath(home):
            found.setdefault(os.path.normcase(real), Suggestion(os.path.basename(real), real))
    return list(found.values())

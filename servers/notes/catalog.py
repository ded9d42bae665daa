"""What files a vault has, by name. Everybody who looks a note up asks here; the answer is as fresh as the folders on disk."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from servers.notes.names import MemoryNames, NameTable, key, title
from servers.runtime.errors import ToolError
from servers.runtime.safe.opening import Opened, open_folder, open_subfolder, scan

if TYPE_CHECKING:
    from servers.runtime.call import Call

_MAX_ALIKE = 5


def names(call: Call, vault: str) -> NameTable:
    """The names of the files of the vault at this absolute path, hidden folders left out. Raises ToolError."""
    return MemoryNames(_paths(call, vault))


def alike(call: Call, vault: str, text: str) -> list[str]:
    """A few paths of notes whose titles look like `text`."""
    titles = {key(title(path)): path for path in _paths(call, vault)}
    return [titles[name] for name in difflib.get_close_matches(key(title(text)), titles, _MAX_ALIKE)]


def _paths(call: Call, vault: str) -> list[str]:
    found: list[str] = []
    with open_folder(call.folders, vault) as top:
        _walk(call, top, "", found)
    return found


def _walk(call: Call, folder: Opened, prefix: str, found: list[str]) -> None:
    call.check()
    inner: list[str] = []
    for entry in scan(folder):
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            inner.append(entry.name)
        elif entry.is_file(follow_symlinks=False):
            found.append(prefix + entry.name)
    for name in inner:
        try:
            with open_subfolder(call.folders, folder, name) as below:
                _walk(call, below, f"{prefix}{name}/", found)
        except ToolError:
            continue

"""What files a vault has, by name, and who links to whom. Everybody who looks a note up asks here; the answer is as fresh as
the folders on disk. Where no index can be kept, names are gathered by walking, and links cannot be asked for.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from servers.notes import links
from servers.notes.index import lookups
from servers.notes.index.keeping import IndexUnavailableError, keeper_of
from servers.notes.index.lookups import IndexNames
from servers.notes.index.sweeping import sweep
from servers.notes.names import MemoryNames, NameTable, is_note, key, title
from servers.runtime.errors import ToolError
from servers.runtime.safe.opening import Opened, open_folder, open_subfolder, scan

if TYPE_CHECKING:
    from servers.runtime.call import Call

_MAX_ALIKE = 5


def names(call: Call, vault: str) -> NameTable:
    """The names of the files of the vault at this absolute path, hidden folders left out. Raises ToolError."""
    keeper = keeper_of(call, vault)
    try:
        keeper.refresh(call)
    except IndexUnavailableError:
        return MemoryNames(_paths(call, vault))
    return IndexNames(call, keeper)


def alike(call: Call, vault: str, text: str) -> list[str]:
    """A few paths of notes whose titles look like `text`."""
    try:
        return keeper_of(call, vault).ask(call, lambda db: lookups.alike(db, text, _MAX_ALIKE))
    except IndexUnavailableError:
        titles = {key(title(path)): path for path in _paths(call, vault) if is_note(path)}
        return [titles[name] for name in difflib.get_close_matches(key(title(text)), titles, _MAX_ALIKE)]


def linking_to(
    call: Call, vault: str, path: str, *, thorough: bool = False, table: NameTable | None = None
) -> list[tuple[str, str]]:
    """The notes that link to the file at `path` (in the vault), each with a link's target as it is written.

    `thorough`: every note is compared with its file first, so that no edit that nobody heard of is missed (100,000 notes: half a
    second). `table`: the names as this call already asked for them, so that the folders need not be looked at again. While the
    index is being made for the first time, waits for that. Raises ToolError.
    """
    keeper = keeper_of(call, vault)
    if table is None:
        keeper.refresh(call)
        table = IndexNames(call, keeper)
    while not keeper.wait(call):
        call.check()
    if thorough:
        sweep(keeper, call.check)
    may = keeper.ask(call, lambda db: lookups.sources(db, path))
    return [(source, target) for source, target in may if links.resolve(table, source, target).path == path]


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

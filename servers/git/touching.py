"""Which files of a worktree a change would touch, and whether it may: each path is judged, nothing is opened.

What the user closed, or keeps read-only, and files that often hold secrets are never changed, whatever a commit says of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from servers.git.repository import Repository
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe import patterns
from servers.runtime.safe.access import Need
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import RefusedError

MOST_PATHS = 200
"""Paths that a plan names one by one; more are named by their folders."""


def absolute(repository: Repository, path: bytes) -> str:
    """The path of a file that git names."""
    return os.path.join(repository.tree_root, os.fsdecode(path))


def is_open(call: Call, repository: Repository, path: bytes, need: Need) -> bool:
    """Whether the user's grants allow `need` for a file of the worktree."""
    whole = absolute(repository, path)
    try:
        call.folders.require(whole, "read", "use")
    except ToolError:
        return False
    if need == "read":
        return True
    access = call.folders.grants.access(whole)
    return access == "write" or (access == "ask" and call.folders.asked)


def require_open(call: Call, repository: Repository, paths: Iterable[bytes], need: Need, what: str) -> None:
    """Raises RefusedError where one of the paths is closed, naming how many are and none of them."""
    closed = sum(not is_open(call, repository, path, need) for path in paths)
    if closed:
        files = counted(closed)
        why = "change" if need == "change" else "read"
        raise RefusedError(
            f"Cannot {what}: it would {why} {files} in the repository that the user keeps closed or read-only, or that often "
            "hold secrets. Nothing was done. Name other paths, or ask the user to do it or to open them in Doorkeep."
        )


def writes(call: Call, repository: Repository, paths: Iterable[bytes] = ()) -> list[str]:
    """What a plan writes: git's own folders, and the files, or where they are many the folders that hold them.

    A folder with a narrower row of the table below it is never named for its files: it would be judged as a whole.
    """
    own = list(dict.fromkeys((repository.git_dir, repository.common_dir)))
    files = [absolute(repository, path) for path in paths]
    if len(files) <= MOST_PATHS:
        return own + files
    folders: dict[str, None] = {}
    for file in files:
        folders[_widest(call, repository, file)] = None
    return own + list(folders)


def _widest(call: Call, repository: Repository, file: str) -> str:
    """The folder just below the root, or the nearest to it, that holds `file` and no narrower row."""
    parts = file[len(repository.tree_root) + 1 :].split(os.sep)
    place = repository.tree_root
    for part in parts:
        place = os.path.join(place, part)
        if not call.folders.rows_below(place):
            return place
    return file


def executed(paths: Iterable[bytes]) -> list[str]:
    """Those of the paths that other programs execute, for people: a checkout may bring them, and should not do so silently."""
    return [shown(os.fsdecode(path)) for path in paths if patterns.executed(os.fsdecode(path))]


def counted(number: int, one: str = "file", many: str = "") -> str:
    """A number of things, for a sentence."""
    return f"1 {one}" if number == 1 else f"{number:,} {many or one + 's'}"


def few(names: list[str], most: int = 10) -> str:
    """At most `most` names, for a sentence."""
    listed = ", ".join(names[:most])
    return listed if len(names) <= most else f"{listed} and {len(names) - most} more"

"""Which repository a call means: by path, by its folder's name, or the only one in reach.

Walks are bounded and look at names only; what they find is judged by repository.py. Nothing looks above a granted folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import msgspec

from servers.git import repository as repositories
from servers.git.repository import Repository
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.access import Folders, names
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import NotFoundError, RefusedError

MAX_DEPTH = 6
"""Levels below a granted folder on which repositories are looked for."""
MAX_FOLDERS = 20_000
"""Folders that one walk looks into."""
_NAMED = 12
_SKIPPED = frozenset(("node_modules", "__pycache__", "site-packages", "venv", "target", "vendor", "Library", "AppData"))


class Reach(msgspec.Struct):
    """What a walk found: folders that look like repositories, in the order of paths. `whole` is False where it was cut short."""

    found: list[str]
    whole: bool
    marks: dict[str, int]


_kept: dict[tuple[str, ...], Reach] = {}


def meant(call: Call, repo: str) -> Repository:
    """The repository that `repo` means. Raises ToolError that names the candidates or says what to grant."""
    if not repo:
        return _only(call)
    if _is_path(repo):
        return _at_path(call, call.folders.resolve(repo), repo)
    reach = in_reach(call)
    named = [path for path in reach.found if os.path.basename(path) in (repo, repo + ".git")]
    if len(named) == 1:
        return _use(call, named[0])
    if named:
        raise ToolError(f"Several repositories are called {shown(repo)}: {_few(named)}. Give the path of one.")
    call.folders.refuse_closed(repo, "look for a repository in")
    try:
        return _at_path(call, call.folders.resolve(repo), repo)
    except RefusedError:
        raise
    except ToolError:
        raise ToolError(f"There is no repository called {shown(repo)}. {_offer(call, reach)}") from None


def _is_path(repo: str) -> bool:
    return "/" in repo or os.sep in repo or repo.startswith((".", "~"))


def _only(call: Call) -> Repository:
    reach = in_reach(call)
    if len(reach.found) == 1:
        return _use(call, reach.found[0])
    if not reach.found:
        _blame_closed(call, reach)
        raise ToolError(_offer(call, reach))
    raise ToolError(f"Several repositories are in reach: {_few(reach.found)}. Say which one in `repo`.")


def _blame_closed(call: Call, reach: Reach) -> None:
    """Raises RefusedError where nothing is in reach and the user switched folders off: that is why, as far as can be told."""
    closed = call.folders.closed_folders()
    if closed:
        raise RefusedError(
            f"{_offer(call, reach)} The user switched off {names(closed)}, which was not looked into.",
            reason=f"{shown(closed[0].path)} is switched off, and no repository lies in an open folder",
            folder=closed[0].path,
        )


def _use(call: Call, path: str) -> Repository:
    found = repositories.at_folder(call, path, bare=True)
    if found is None:
        raise ToolError(f"{shown(path)} is no longer a repository.")
    return found


def _at_path(call: Call, path: str, given: str) -> Repository:
    """The repository whose root is `path`, or the nearest above it that lies in the same granted folder."""
    row = call.folders.require(path, "read", "look for a repository in")
    # Whoever names the folder of git's means the working tree around it, where there is one.
    at, first = (os.path.dirname(path) if os.path.basename(path) == ".git" else path), True
    while True:
        try:
            found = repositories.at_folder(call, at, bare=first)
        except NotFoundError:
            raise
        except RefusedError:
            if not first:
                break
            raise
        except ToolError:
            # A file: its folder may lie in a repository.
            if not first or os.path.isdir(at):
                raise
            found = None
        if found is not None:
            return found
        above = os.path.dirname(at)
        if at == above or _leaves(call.folders, above, row.path):
            break
        at, first = above, False
    raise ToolError(
        f"No repository is at {shown(given)} or above it within the granted folder {row.path}. "
        "If its repository lies further up, ask the user to grant that folder in Doorkeep."
    )


def _leaves(folders: Folders, above: str, granted: str) -> bool:
    """Whether `above` is outside: of nested grants, the wider one counts as long as it is open."""
    if above == granted or above.startswith(granted.rstrip(os.sep) + os.sep):
        return False
    return folders.grants.access(above) == "off"


def in_reach(call: Call) -> Reach:
    """The repositories below all granted folders. A walk is repeated when a folder it looked into has changed since."""
    tops = tuple(row.path for row in call.folders.open_folders())
    key = (*tops, *(f"!{row.path}" for row in call.folders.grants.folders if row.access == "off"))
    kept = _kept.get(key)
    if kept is not None and all(_mark(path) == mark for path, mark in kept.marks.items()):
        return kept
    reach = Reach([], whole=True, marks={})
    for top in tops:
        _walk(call, top, reach)
    reach.found = sorted(set(reach.found))
    _kept.clear()
    _kept[key] = reach
    return reach


def _mark(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return -1


def _walk(call: Call, top: str, reach: Reach) -> None:
    waiting = [(top, 0)]
    while waiting:
        path, depth = waiting.pop()
        if len(reach.marks) >= MAX_FOLDERS:
            reach.whole = False
            return
        call.check()
        mark = _mark(path)
        try:
            with os.scandir(path) as entries:
                folders, known = _contents(entries)
        except OSError:
            continue
        reach.marks[path] = mark
        if ".git" in known or {"HEAD", "objects", "refs"} <= known:
            reach.found.append(path)
            continue
        if depth >= MAX_DEPTH:
            continue
        for name in folders:
            below = os.path.join(path, name)
            if call.folders.grants.access(below) != "off":
                waiting.append((below, depth + 1))


def _contents(entries: Iterable[os.DirEntry[str]]) -> tuple[list[str], set[str]]:
    """Names of folders worth looking into, and which of the names that make a repository are there."""
    folders: list[str] = []
    known: set[str] = set()
    for entry in entries:
        name = entry.name
        if name in (".git", "HEAD", "objects", "refs"):
            known.add(name)
        elif not name.startswith(".") and name not in _SKIPPED and entry.is_dir(follow_symlinks=False):
            folders.append(name)
    return folders, known


def _few(paths: list[str]) -> str:
    listed = ", ".join(shown(path) for path in paths[:_NAMED])
    return listed if len(paths) <= _NAMED else f"{listed} and {len(paths) - _NAMED} more"


def _offer(call: Call, reach: Reach) -> str:
    rows = call.folders.open_folders()
    if not rows:
        return "No folder is granted to this server. Ask the user to add one in Doorkeep."
    if reach.found:
        return f"In reach: {_few(reach.found)}."
    more = "" if reach.whole else " (not everything was looked through: give the repository's path)"
    return (
        f"No git repository lies in the granted folders ({names(rows)}){more}. "
        "Ask the user to grant the folder of the repository in Doorkeep."
    )

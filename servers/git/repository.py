"""A repository that a call may use: where it lies, and the proof that all of it lies in granted folders.

Nothing here walks up above a granted folder, follows a link out of one, or asks git where a repository is.
"""

from __future__ import annotations

import os
import stat as kinds
from collections.abc import Iterator

import msgspec

from servers.git.errors import GitError
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe import at
from servers.runtime.safe.access import Need
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import Opened, kind, open_folder
from servers.runtime.safe.words import NotFoundError, RefusedError

_MAX_POINTER = 8192
"""Bytes of a `.git`, `commondir` or `alternates` file that are read."""
_MAX_ALTERNATES = 5
_TRUE = ("true", "yes", "on", "1")


class Repository(msgspec.Struct, frozen=True):
    """Absolute real paths. `top` is the working tree's root, or empty where there is none (`bare`); `git_dir` is this working
    tree's own folder of git's, `common_dir` the one that all working trees share (the same where there is only one)."""

    name: str
    top: str
    git_dir: str
    common_dir: str
    format: str = "sha1"

    @property
    def bare(self) -> bool:
        """Whether there is no working tree."""
        return not self.top

    @property
    def path(self) -> str:
        """What the repository is called by: its working tree, else its folder."""
        return self.top or self.git_dir

    @property
    def tree_root(self) -> str:
        """Where a path of the repository's trees lies, or would lie: what grants are asked about."""
        return self.top or self.git_dir


def find(call: Call, repo: str = "", need: Need = "read") -> Repository:
    """The repository meant by `repo`: a path in or at it, its folder's name, or empty for the only one in reach.

    Reports its path as touched. Raises ToolError that names the candidates, or says what to grant.
    """
    from servers.git.finding import meant

    repository = settled(call, meant(call, repo))
    require(call, repository, need)
    call.touch(repository.path)
    return repository


def settled(call: Call, repository: Repository) -> Repository:
    """The repository with what its own settings say of its working tree and its object format."""
    from servers.git.configuring import settings

    local = settings(call, repository).local
    top = repository.top
    elsewhere = local.get("core.worktree", "")
    if elsewhere:
        top = _inside(call, repository.git_dir, elsewhere, "its setting core.worktree leads to")
    elif local.get("core.bare", "").lower() in _TRUE and repository.git_dir == repository.common_dir:
        top = ""
    return msgspec.structs.replace(repository, top=top, format=local.get("extensions.objectformat", "sha1").lower())


def require(call: Call, repository: Repository, need: Need) -> None:
    """Raises RefusedError where the table does not allow `need` for everything the repository consists of."""
    for path in dict.fromkeys((repository.path, repository.git_dir, repository.common_dir)):
        what = "use the repository" if need == "read" else "change the repository"
        row = call.folders.require(path, "read", what)
        closed = [below for below in call.folders.rows_below(repository.common_dir) if below.access == "off"]
        if closed:
            raise RefusedError(
                f"Cannot {what} {repository.path}: the user switched off {closed[0].path}, a part of it.",
                reason=f"{shown(closed[0].path)}, a part of the repository, is switched off",
                folder=closed[0].path,
                path=repository.path,
            )
        if need == "read":
            continue
        access = call.folders.grants.access(path)
        if access in ("off", "read"):
            raise RefusedError(
                f"Cannot change the repository {repository.path}: the folder {row.path} is read-only. "
                "Ask the user to allow changes there in Doorkeep if they want this.",
                reason=f"{shown(repository.path)} lies in {shown(row.path)}, which may be read but not changed",
                folder=row.path,
                path=repository.path,
            )
        if access == "ask" and not call.folders.asked:
            raise RefusedError(
                f"Cannot change the repository {repository.path}: in {row.path} each change must be asked, and without the "
                "Doorkeep gateway nobody can be. Ask the user to grant it as `write`.",
                folder=row.path,
                path=repository.path,
            )


def at_folder(call: Call, path: str, *, bare: bool) -> Repository | None:
    """The repository whose root is the folder `path` (absolute), or None where it is none. `bare`: one without a working tree
    counts. Raises ToolError where it is one that may not be used."""
    with open_folder(call.folders, path, what="look for a repository in") as opened:
        entry = _look(opened, ".git")
        if entry is not None:
            return _with_tree(call, opened, entry)
        if bare and _is_git_dir(opened):
            return _whole(call, "", opened.path)
    return None


def _with_tree(call: Call, top: Opened, entry: os.stat_result) -> Repository | None:
    where = os.path.join(top.path, ".git")
    if kinds.S_ISLNK(entry.st_mode):
        raise RefusedError(f"Cannot use the repository {top.path}: its .git is a symbolic link, and may lead anywhere.")
    if kinds.S_ISDIR(entry.st_mode):
        with open_folder(call.folders, where, what="use") as opened:
            return _whole(call, top.path, opened.path) if _is_git_dir(opened) else None
    if not kinds.S_ISREG(entry.st_mode):
        return None
    word, _, target = _pointer(top, ".git").partition(" ")
    if word != "gitdir:" or not target.strip():
        raise ToolError(f"Cannot use the repository {top.path}: its .git file does not say where the repository lies.")
    return _whole(call, top.path, _inside(call, top.path, target.strip(), "its .git file leads to"))


def _whole(call: Call, top: str, git_dir: str) -> Repository:
    """The repository with the folders that belong to it, each one proven to lie in granted folders."""
    common = git_dir
    with open_folder(call.folders, git_dir, what="use") as opened:
        if _look(opened, "commondir") is not None:
            common = _inside(call, git_dir, _pointer(opened, "commondir"), "it shares its objects with")
    _check_links(call, git_dir, common)
    _check_alternates(call, common)
    named = top or git_dir.removesuffix(os.sep + ".git")
    name = os.path.basename(named).removesuffix("" if top else ".git") or named
    return Repository(name, top, git_dir, common)


def _inside(call: Call, base: str, target: str, why: str) -> str:
    """The real path of a folder named by a file of the repository. Raises RefusedError where it is not granted."""
    path = os.path.realpath(os.path.join(base, target))
    try:
        with open_folder(call.folders, path, what="use") as opened:
            return opened.path
    except NotFoundError:
        raise ToolError(f"Cannot use the repository {base}: {why} {shown(path)}, and nothing is there.") from None
    except RefusedError as error:
        raise error.retold(
            f"Cannot use the repository {base}: {why} {shown(path)}. {error.text} All of a repository must be granted."
        ) from None


# What git opens by name, and whether it is a folder. A pipe in such a place would hold git until it is ended.
_OWN = (("HEAD", False), ("index", False), ("config.worktree", False), ("logs", True))
_SHARED = (("objects", True), ("refs", True), ("info", True), ("packed-refs", False), ("config", False))


def _check_links(call: Call, git_dir: str, common: str) -> None:
    for base, names in ((git_dir, _OWN), (common, _SHARED)):
        with open_folder(call.folders, base, what="use") as opened:
            for name, folder in names:
                entry = _look(opened, name)
                if entry is None:
                    continue
                # Old gits wrote HEAD as a link to the branch's file.
                if kinds.S_ISLNK(entry.st_mode) and not (name == "HEAD" and _is_branch_link(opened)):
                    raise _linked(base, name)
                if not (kinds.S_ISDIR if folder else _is_file_or_link)(entry.st_mode):
                    raise ToolError(f"Cannot use the repository {base}: {name} in it is {kind(entry.st_mode)}.")
    for inner in ("objects", "objects/info", "objects/pack", "refs", "refs/heads", "refs/tags", "refs/remotes"):
        _check_entries(common, inner)


def _is_file_or_link(mode: int) -> bool:
    return kinds.S_ISREG(mode) or kinds.S_ISLNK(mode)


_clean: dict[str, tuple[int, int]] = {}
"""Folders without links in them, by path: inode and time of change."""
_MOST_CLEAN = 512


def _check_entries(common: str, inner: str) -> None:
    """No entry of the folder is a link: through one, objects of another repository would be read, as if they were this one's."""
    path = os.path.join(common, *inner.split("/"))
    try:
        found = os.lstat(path)
        if kinds.S_ISLNK(found.st_mode):
            raise _linked(common, inner)
        mark = (found.st_ino, found.st_mtime_ns)
        if _clean.get(path) == mark:
            return
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_symlink():
                    raise _linked(common, f"{inner}/{entry.name}")
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise GitError(f"Cannot use the repository {common}: {inner} cannot be read ({error.strerror}).") from None
    if len(_clean) >= _MOST_CLEAN:
        _clean.clear()
    _clean[path] = mark


def _check_alternates(call: Call, common: str) -> None:
    """Every other store of objects that git would read from lies in granted folders too (gitrepository-layout(5))."""
    waiting = [os.path.join(common, "objects")]
    for _ in range(_MAX_ALTERNATES):
        if not waiting:
            return
        objects = waiting.pop()
        waiting += [_inside(call, objects, line, "it borrows objects from") for line in _alternates(call, objects)]
    if waiting:
        raise ToolError(
            f"Cannot use the repository {common}: it borrows objects through more than {_MAX_ALTERNATES} others."
        )


def _alternates(call: Call, objects: str) -> Iterator[str]:
    try:
        with open_folder(call.folders, os.path.join(objects, "info"), what="use") as opened:
            text = _pointer(opened, "alternates") if _look(opened, "alternates") is not None else ""
    except NotFoundError:
        return
    for line in text.split("\n"):
        if line.startswith('"'):
            raise RefusedError(
                f"Cannot use the repository {objects}: it borrows objects from a place with an unusual name."
            )
        if line and not line.startswith("#"):
            yield line


def _look(opened: Opened, name: str) -> os.stat_result | None:
    try:
        return at.stat(opened.fd, name)
    except OSError:
        return None


def _is_git_dir(opened: Opened) -> bool:
    return all(_look(opened, name) is not None for name in ("HEAD", "objects", "refs")) or (
        _look(opened, "HEAD") is not None and _look(opened, "commondir") is not None
    )


def _is_branch_link(opened: Opened) -> bool:
    try:
        target = at.read_link(opened.fd, "HEAD")
    except OSError:
        return False
    return target.startswith("refs/") and ".." not in target.split("/")


def _pointer(opened: Opened, name: str) -> str:
    """The text of a small file of git's that names another place. Raises ToolError where it is not one."""
    try:
        fd = at.existing(opened.fd, name)
        try:
            if not kinds.S_ISREG(os.fstat(fd).st_mode):
                raise ToolError(f"Cannot use the repository {opened.path}: {name} in it is not a file.")
            text = at.read_at(fd, _MAX_POINTER, 0)
        finally:
            os.close(fd)
    except OSError as error:
        raise ToolError(f"Cannot use the repository {opened.path}: {name} cannot be read ({error.strerror}).") from None
    if len(text) == _MAX_POINTER:
        raise ToolError(f"Cannot use the repository {opened.path}: {name} in it is too long.")
    return os.fsdecode(text).rstrip("\r\n")


def _linked(base: str, name: str) -> RefusedError:
    return RefusedError(
        f"Cannot use the repository {base}: {shown(name)} in it is a symbolic link, through which other places would be read. "
        "Ask the user to look at it."
    )

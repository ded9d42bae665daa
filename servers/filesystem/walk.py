"""Walking a tree of granted files through descriptors: nothing is opened by a path, no link is followed, no closed folder entered.

A folder's own entries are handed out while its descriptor is open, so that whoever asks for more of an entry asks the same
folder. Folders that the user closed, and such as hold secrets, are left out before they are opened.
"""

from __future__ import annotations

import os
import stat as kinds
from collections.abc import Callable, Iterator

import msgspec

from servers.filesystem import ignore
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe import opening, patterns
from servers.runtime.safe.access import Folders
from servers.runtime.safe.moving import is_temporary
from servers.runtime.safe.opening import Opened, system

MAX_DEPTH = 100
"""Folders below the one the walk began in; each holds a descriptor while what lies below it is walked."""
_STEP = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_BY_DESCRIPTOR = os.open in os.supports_dir_fd
_CHECK_EVERY = 64
TEMPORARY = ".doorkeep-"
"""How the names of files begin that are being written; nobody is shown them."""


class Way(msgspec.Struct, frozen=True):
    """What a walk looks at. `hidden`: names that begin with a dot too. `ignored`: what `.gitignore` leaves out, and `.git`, too.

    `skip` is asked with a folder's name and its path below the walk's top, and keeps the walk out of it.
    """

    hidden: bool = True
    ignored: bool = False
    depth: int = MAX_DEPTH
    skip: Callable[[str, str], bool] | None = None


class Found:
    """One folder's entries: the names of its `folders` and of everything else, `files`, unordered.

    `prefix` is its path below the top with `/` at the end, empty for the top itself. Whoever gets it may take names out of
    `into`, the folders that the walk will enter. `left_out` counts what `.gitignore` and hidden names took away.
    """

    __slots__ = ("depth", "fd", "files", "folders", "into", "left_out", "level", "path", "prefix")

    def __init__(self, fd: int, path: str, prefix: str, depth: int) -> None:
        self.fd = fd
        self.path = path
        self.prefix = prefix
        self.depth = depth
        self.files: list[str] = []
        self.folders: list[str] = []
        self.into: list[str] = []
        self.left_out = 0
        self.level: ignore.Level | None = None

    def stat(self, name: str) -> os.stat_result | None:
        """The entry's own stat; None where it is gone. Raises nothing."""
        try:
            return os.stat(name, dir_fd=self.fd, follow_symlinks=False)
        except OSError:
            return None

    def still_here(self) -> bool:
        """Whether the folder lies where the walk found it: one that was moved away meanwhile is no longer the one granted."""
        try:
            return system.real_path(self.fd) == self.path
        except OSError:
            return False


class Walk:
    """One walk from an open folder down. Iterate once; `too_deep` and `unreadable` then count the folders not entered."""

    def __init__(self, call: Call, folders: Folders, top: Opened, way: Way) -> None:
        self.too_deep = 0
        self.unreadable = 0
        self._call = call
        self._folders = folders
        self._top = top
        self._way = way
        self._base = len(top.folder.path) + 1
        self._careful = bool(folders.rows_below(top.path)) or not _BY_DESCRIPTOR

    def __iter__(self) -> Iterator[Found]:
        above = None if self._way.ignored else levels_above(self._folders, self._top)
        first = self._read(self._top.fd, self._top.path, "", 0, above)
        stack: list[tuple[Found, Iterator[str]]] = []
        entered = 0
        try:
            yield first
            stack.append((first, iter(first.into)))
            while stack:
                found, rest = stack[-1]
                name = next(rest, None)
                if name is None:
                    stack.pop()
                    if stack:
                        os.close(found.fd)
                    continue
                fd = self._enter(found, name)
                if fd is None:
                    continue
                entered += 1
                if entered % _CHECK_EVERY == 0:
                    self._call.check()
                inner = self._read(
                    fd, os.path.join(found.path, name), f"{found.prefix}{name}/", found.depth + 1, found.level
                )
                stack.append((inner, iter(())))  # from here on it is closed whatever happens
                yield inner
                stack[-1] = (inner, iter(inner.into))
        finally:
            for found, _ in stack[1:]:
                os.close(found.fd)

    def _enter(self, found: Found, name: str) -> int | None:
        """A descriptor of the folder `name`, or None: it may not be read, is gone, or has become a link."""
        try:
            if self._careful or patterns.may_be_sensitive(name):
                holder = Opened(found.fd, found.path, self._top.folder, self._top.stat)
                inner = opening.open_subfolder(self._folders, holder, name)
                fd, inner.fd = inner.fd, -1
                return fd
            return os.open(name, _STEP, dir_fd=found.fd)
        except ToolError:
            return None
        except OSError:
            self.unreadable += 1
            return None

    def _read(self, fd: int, path: str, prefix: str, depth: int, above: ignore.Level | None) -> Found:
        found = Found(fd, path, prefix, depth)
        files, folders = found.files, found.folders
        try:
            with os.scandir(fd) as entries:
                add_file, add_folder = files.append, folders.append
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        add_folder(entry.name)
                    else:
                        add_file(entry.name)
        except OSError:
            self.unreadable += 1
            return found
        self._choose(found, above)
        if depth >= self._way.depth:
            self.too_deep += len(found.folders) if depth >= MAX_DEPTH else 0
        else:
            skip = self._way.skip
            found.into = [
                name
                for name in found.folders
                if (self._way.ignored or name != ".git") and (skip is None or not skip(name, prefix + name))
            ]
            found.into.sort()
        return found

    def _choose(self, found: Found, above: ignore.Level | None) -> None:
        count = len(found.files) + len(found.folders)
        way = self._way
        if not way.ignored:
            folder = found.path[self._base :]
            has_file = ignore.NAME in found.files
            if above is not None or has_file:
                text = read_ignore_file(found.fd) if has_file else None
                begins = ".git" in found.folders or ".git" in found.files
                found.level = ignore.inside(above, text, len(folder) + 1 if folder else 0, begins)
            level = found.level
            if level is not None:
                start = folder + "/" if folder else ""
                found.files = [name for name in found.files if not level.ignores(name, start + name, False)]
                found.folders = [name for name in found.folders if not level.ignores(name, start + name, True)]
        if not way.hidden:
            found.files = [name for name in found.files if name[0] != "."]
            found.folders = [name for name in found.folders if name[0] != "."]
        elif TEMPORARY in "/".join(found.files):
            found.files = [name for name in found.files if not is_temporary(name)]
        found.left_out = count - len(found.files) - len(found.folders)


def read_ignore_file(fd: int) -> str | None:
    """The text of the `.gitignore` in an open folder, or None where there is none that can be read."""
    try:
        file = os.open(ignore.NAME, _FILE, dir_fd=fd)
    except (OSError, NotImplementedError):
        return None
    try:
        if not kinds.S_ISREG(os.fstat(file).st_mode):
            return None
        content = os.read(file, ignore.MAX_BYTES + 1)
        return None if len(content) > ignore.MAX_BYTES else content.decode("utf-8", "surrogateescape")
    except OSError:
        return None
    finally:
        os.close(file)


def levels_above(folders: Folders, top: Opened) -> ignore.Level | None:
    """What the ignore files between the granted folder and the folder above `top` say; paths count from the granted folder."""
    level: ignore.Level | None = None
    inside = top.path[len(top.folder.path) + 1 :]
    at = ""
    for part in inside.split("/") if inside else ():
        try:
            with opening.open_folder(folders, os.path.join(top.folder.path, at)) as opened:
                text = read_ignore_file(opened.fd)
                level = ignore.inside(level, text, len(at) + 1 if at else 0, holds_repository(opened))
        except ToolError:
            pass  # a folder above that may not be read says nothing
        at = f"{at}/{part}" if at else part
    return level


def holds_repository(opened: Opened) -> bool:
    """Whether the folder is the top of a repository: ignore files above it do not count in it."""
    try:
        os.stat(".git", dir_fd=opened.fd, follow_symlinks=False)
    except OSError:
        return False
    return True

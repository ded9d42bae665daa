"""Opening what a path names, so that the object opened is the one the user's grants were asked about.

Find the object below its granted folder, ask the system which path it really has, judge that path, and only then open it. What
a name led to before or after that does not matter. No FIFO, device or socket is ever opened, and nothing here follows a link
out of the granted folders.
"""

from __future__ import annotations

import errno
import os
import stat as kinds
import sys
from collections.abc import Iterator

from servers.runtime.errors import ToolError
from servers.runtime.safe import at
from servers.runtime.safe import system as systems
from servers.runtime.safe.access import Folders, Need
from servers.runtime.safe.words import NotFoundError, RefusedError, said
from servers.runtime.wire import Folder

system = systems.chosen()

_BINARY = getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | _BINARY
_READ_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_LINKED = (errno.ELOOP, errno.EXDEV, errno.ENOTDIR)


class Opened:
    """An open file or folder: descriptor, the real path it had, the row that allows it, and its fstat. Close it: `with`."""

    __slots__ = ("fd", "folder", "path", "stat")

    def __init__(self, fd: int, path: str, folder: Folder, found: os.stat_result) -> None:
        self.fd = fd
        self.path = path
        self.folder = folder
        self.stat = found

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the descriptor; a second time does nothing."""
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)


class Parent(Opened):
    """An open folder and a name in it, which may lie there or not, and is never followed if it is a link.

    `fd` is the folder's descriptor, `path` the entry's path (the folder's real path and `name`), `stat` the folder's fstat.
    """

    __slots__ = ("name",)

    def __init__(self, fd: int, path: str, folder: Folder, found: os.stat_result, name: str) -> None:
        super().__init__(fd, path, folder, found)
        self.name = name

    def __enter__(self) -> Parent:
        return self

    def look(self) -> os.stat_result | None:
        """The entry's own stat, links not followed; None where there is none. Raises OSError."""
        try:
            return at.stat(self.fd, self.name)
        except FileNotFoundError:
            return None


class Root:
    """The descriptor of a granted folder, kept between calls. Closed when the last user lets go of it."""

    __slots__ = ("fd",)

    def __init__(self, path: str) -> None:
        self.fd = system.open_root(path)

    def __del__(self) -> None:
        fd = getattr(self, "fd", -1)
        if fd >= 0:
            os.close(fd)


def open_file(folders: Folders, path: str, need: Need = "read", what: str = "read") -> Opened:
    """Open the regular file at `path` (from `Folders.resolve`) for reading. Never blocks.

    `need="change"` asks for the right to change it too; the descriptor is for reading all the same, since a change replaces
    the file. Raises NotFoundError, RefusedError, ToolError.
    """
    seen = _find(folders, path, need, what, system.LOOK)
    try:
        mode = seen.stat.st_mode
        if not kinds.S_ISREG(mode):
            raise ToolError(f"Cannot {what} {path}: it is {kind(mode)}, not a file.")
        fd = system.reopen(seen.fd, _READ)
    except OSError as error:
        raise said(what, path, error) from None
    finally:
        seen.close()
    return Opened(fd, seen.path, seen.folder, seen.stat)


def open_folder(folders: Folders, path: str, need: Need = "read", what: str = "list") -> Opened:
    """Open the folder at `path` (from `Folders.resolve`), for `scan` and for opening entries. Raises as `open_file`."""
    return _find(folders, path, need, what, _READ_FOLDER)


def open_parent(folders: Folders, path: str, need: Need = "change", what: str = "change") -> Parent:
    """Open the folder that holds, or will hold, the entry `path`; the entry itself is judged but not opened or followed.

    A granted folder itself, and a folder that holds a narrower row of the table, cannot be changed. Raises as `open_file`.
    """
    above, name = os.path.split(path)
    if not name or (need == "change" and folders.is_row(path)):
        raise _itself(what, path)
    asked = folders.grants.covering(path)
    inside = _find(folders, above, "read", what, _READ_FOLDER)
    try:
        real = os.path.join(inside.path, name)
        folder = folders.require(real, need, what)
        if need == "change":
            if folders.is_row(real):
                raise _itself(what, path)
            _judge_change(folders, path, real, asked, folder, what)
    except BaseException:
        inside.close()
        raise
    return Parent(inside.fd, real, folder, inside.stat, name)


def _itself(what: str, path: str) -> RefusedError:
    return RefusedError(f"Cannot {what} {path}: it is a granted folder itself. Only what lies in it can be changed.")


def open_entry(folders: Folders, inside: Opened, name: str, what: str = "read") -> Opened:
    """Open the regular file `name` of an open folder for reading; a link is refused. Raises as `open_file`."""
    path = os.path.join(inside.path, name)
    try:
        fd = system.open_beneath(inside.fd, name, system.LOOK, links=False)
    except OSError as error:
        raise said(what, path, error) from None
    seen = _judged(folders, fd, path, "read", what, inside.folder)
    try:
        if not kinds.S_ISREG(seen.stat.st_mode):
            raise ToolError(f"Cannot {what} {path}: it is {kind(seen.stat.st_mode)}, not a file.")
        return Opened(system.reopen(seen.fd, _READ), seen.path, seen.folder, seen.stat)
    except OSError as error:
        raise said(what, path, error) from None
    finally:
        seen.close()


def open_subfolder(folders: Folders, inside: Opened, name: str, what: str = "list") -> Opened:
    """Open the folder `name` of an open folder; a link is refused. Raises as `open_file`."""
    path = os.path.join(inside.path, name)
    try:
        fd = system.open_beneath(inside.fd, name, _READ_FOLDER, links=False)
    except OSError as error:
        raise said(what, path, error) from None
    return _judged(folders, fd, path, "read", what, inside.folder)


def scan(opened: Opened) -> Iterator[os.DirEntry[str]]:
    """The entries of an open folder, unordered, as the system hands them out. Ask them with `follow_symlinks=False` only:
    following would tell of places that nobody granted. Raises OSError."""
    # Windows lists by path only; the handle keeps the folder in its place meanwhile.
    with os.scandir(opened.path if sys.platform == "win32" else opened.fd) as entries:
        yield from entries


def kind(mode: int) -> str:
    """What a stat mode means, in words: "a folder", "a symbolic link", …"""
    return _KINDS.get(kinds.S_IFMT(mode), "something else")


_KINDS = {
    kinds.S_IFREG: "a file",
    kinds.S_IFDIR: "a folder",
    kinds.S_IFLNK: "a symbolic link",
    kinds.S_IFIFO: "a pipe",
    kinds.S_IFSOCK: "a socket",
    kinds.S_IFCHR: "a device",
    kinds.S_IFBLK: "a device",
}


def _find(folders: Folders, path: str, need: Need, what: str, flags: int, tries: int = 3) -> Opened:
    """The object at `path`, found with `flags` and judged by its real path."""
    try:
        asked = folders.require(path, "read", what)
    except RefusedError:
        if folders.grants.covering(path) is None:
            return _find_real(folders, path, need, what, flags)
        raise
    try:
        fd = _beneath(folders, asked, path, flags, links=True)
    except OSError as error:
        if error.errno in _LINKED:
            return _find_real(folders, path, need, what, flags)
        raise said(what, path, error) from None
    try:
        return _judged(folders, fd, path, need, what, asked)
    except RefusedError:
        if not tries or not _drop_stale(folders, asked):
            raise
    return _find(folders, path, need, what, flags, tries - 1)


def _drop_stale(folders: Folders, folder: Folder) -> bool:
    """Whether the kept descriptor of `folder` was of a folder that lies elsewhere by now; it is not kept any longer then."""
    kept = folders.roots.get(folder.path)
    if not isinstance(kept, Root):
        return False
    try:
        stale = system.real_path(kept.fd) != folder.path
    except OSError:
        stale = True
    if stale:
        folders.roots.pop(folder.path, None)
    return stale


def _find_real(folders: Folders, path: str, need: Need, what: str, flags: int) -> Opened:
    """The slow way, for links that lead out of one granted folder: where they lead must be granted too, and be free of links."""
    try:
        real = system.follow(path)
    except OSError as error:
        # EINVAL: what was a link when it was looked at is none when it is read.
        number = errno.EAGAIN if error.errno == errno.EINVAL else error.errno or errno.EIO
        raise said(what, path, OSError(number, os.strerror(number))) from None
    asked = folders.grants.covering(path)
    try:
        folder = folders.require(real, need, what)
    except RefusedError as error:
        if real == path:
            raise
        raise error.retold(f"Cannot {what} {path}: it leads to another place. {error.text}") from None
    try:
        fd = _beneath(folders, folder, real, flags, links=False)
    except OSError as error:
        raise said(what, path, error) from None
    return _judged(folders, fd, path, need, what, asked)


def _beneath(folders: Folders, folder: Folder, path: str, flags: int, *, links: bool) -> int:
    relative = path[len(folder.path) :].lstrip(os.sep) or "."
    kept = folders.roots.get(folder.path)
    if isinstance(kept, Root):
        try:
            return system.open_beneath(kept.fd, relative, flags, links=links)
        except FileNotFoundError:
            if not _drop_stale(folders, folder):
                raise
    root = Root(folder.path)
    folders.roots[folder.path] = root
    return system.open_beneath(root.fd, relative, flags, links=links)


def _judged(folders: Folders, fd: int, path: str, need: Need, what: str, asked: Folder | None) -> Opened:
    """`fd` with its real path, if the table allows it there; otherwise it is closed and RefusedError raised."""
    try:
        found = os.fstat(fd)
        real = system.real_path(fd)
        if found.st_nlink == 0:
            raise NotFoundError(f"Cannot {what} {path}: it was deleted at this moment.")
        folder = folders.require(real, need, what)
        if need == "change":
            _judge_change(folders, path, real, asked, folder, what)
    except OSError as error:
        os.close(fd)
        raise said(what, path, error) from None
    except BaseException:
        os.close(fd)
        raise
    return Opened(fd, real, folder, found)


def _judge_change(folders: Folders, path: str, real: str, asked: Folder | None, folder: Folder, what: str) -> None:
    # The gateway asked the user about the path it was given: a link must not carry the yes, or no question at all, elsewhere.
    if folder.access == "ask" and asked is not folder:
        raise RefusedError(
            f"Cannot {what} {path}: it leads to {real}, where each change asks the user first. Name it by that path."
        )
    rows = folders.rows_below(real)
    if rows:
        raise RefusedError(f"Cannot {what} {path}: {rows[0].path} below it has a rule of its own, which would be lost.")

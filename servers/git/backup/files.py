"""Files of a worktree as they lie there: looked at and put back byte for byte, never through a link, never by a filter.

Paths are git's: bytes, relative to the worktree, with slashes. What the user closed is judged by whoever names the paths.
"""

from __future__ import annotations

import os
import stat as kinds
import sys
import time
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from servers.git.backup.objects import EXECUTABLE, FILE, LINK, name_of
from servers.runtime.errors import ToolError
from servers.runtime.safe import at, moving
from servers.runtime.safe.access import Folders
from servers.runtime.safe.atomic import New
from servers.runtime.safe.names import meant, shown
from servers.runtime.safe.opening import Parent, kind, open_parent
from servers.runtime.safe.words import ConflictError, NotFoundError, said

MAX_KEPT = 64 << 20
"""Bytes of one file that a backup holds; a larger one is only named."""
_CHUNK = 1 << 20


class FileState(msgspec.Struct, frozen=True, omit_defaults=True):
    """One path and what lies there: nothing (""), a file, a link or a folder; `name` is its content's blob, `mode` its bits.

    `path` is in the form of names.shown. `large`: it holds more than MAX_KEPT, and `name` is of nothing that is kept.
    """

    path: str
    kind: Literal["", "file", "link", "folder", "other"] = ""
    name: str = ""
    size: int = 0
    mode: int = 0
    large: bool = False

    def raw(self) -> bytes:
        """The path as git knows it."""
        return os.fsencode(meant(self.path))

    def like(self, other: FileState) -> bool:
        """Whether git sees the same: content, kind and the bit that makes a file executable."""
        return (self.kind, self.name, self.mode & 0o100) == (other.kind, other.name, other.mode & 0o100)

    def git_mode(self) -> str:
        """The mode of a tree's entry."""
        return LINK if self.kind == "link" else EXECUTABLE if self.mode & 0o100 else FILE


def look(
    folders: Folders, top: str, path: bytes, form: str, wanted: Callable[[str], bool] = lambda _: True
) -> tuple[FileState, bytes | None]:
    """What lies at `path` of the worktree `top`, and its content where it is one that can be kept and `wanted` (asked by the
    blob's name). Raises ToolError."""
    name = shown(os.fsdecode(path))
    whole = os.path.join(top, os.fsdecode(path))
    try:
        with open_parent(folders, whole, "read", "look at") as parent:
            # git follows no link on the way either: beyond one there is nothing of this worktree.
            found = parent.look() if parent.path == whole else None
            if found is None:
                return FileState(name), None
            return _look(parent, found, name, form, wanted)
    except NotFoundError:
        return FileState(name), None
    except OSError as error:
        raise said("look at", whole, error) from None
    except ToolError:
        if _beyond_a_file(top, path):
            return FileState(name), None
        raise


def _beyond_a_file(top: str, path: bytes) -> bool:
    """Whether a part above `path` is a file or link: then nothing of this worktree can lie there."""
    parts = path.split(b"/")[:-1]
    for end in range(1, len(parts) + 1):
        try:
            found = os.lstat(os.path.join(os.fsencode(top), *parts[:end]))
        except OSError:
            return True
        if not kinds.S_ISDIR(found.st_mode):
            return True
    return False


_known: dict[tuple[int, ...], str] = {}
"""Blobs by what stat says of a file: each is looked at up to four times in one change."""
_MOST_KNOWN = 10_000
_SETTLED_NS = 2_000_000_000
"""A file that changed more lately than this may change again without stat telling."""


def _look(
    parent: Parent, found: os.stat_result, name: str, form: str, wanted: Callable[[str], bool]
) -> tuple[FileState, bytes | None]:
    if kinds.S_ISLNK(found.st_mode):
        target = os.fsencode(at.read_link(parent.fd, parent.name))
        return FileState(name, "link", name_of(form, "blob", target), len(target)), target
    if kinds.S_ISDIR(found.st_mode):
        return FileState(name, "folder"), None
    if not kinds.S_ISREG(found.st_mode):
        return FileState(name, "other"), None
    fd = at.existing(parent.fd, parent.name)
    try:
        found = os.fstat(fd)
        mode = found.st_mode & 0o777
        if found.st_size > MAX_KEPT:
            mark = f"{found.st_size}:{found.st_mtime_ns}"
            return FileState(name, "file", mark, found.st_size, mode, large=True), None
        mark = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, len(form))
        known = _known.get(mark, "")
        if known and not wanted(known):
            return FileState(name, "file", known, found.st_size, mode), None
        content = _whole(fd)
    finally:
        os.close(fd)
    blob = name_of(form, "blob", content)
    if len(content) == found.st_size and time.time_ns() - found.st_ctime_ns > _SETTLED_NS:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[mark] = blob
    return FileState(name, "file", blob, len(content), mode), content


def _whole(fd: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while piece := os.read(fd, _CHUNK):
        parts.append(piece)
        size += len(piece)
        if size > MAX_KEPT:
            raise ToolError("A file grew beyond what a backup holds while it was read. Nothing was changed; try again.")
    return b"".join(parts)


def strangers(folders: Folders, top: str, path: bytes, leaving: set[bytes]) -> bool:
    """Whether the folder at `path` holds anything that is not in `leaving`, so that it would not go. Raises ToolError."""
    for place, inner, names in os.walk(os.path.join(os.fsencode(top), path)):
        here = os.path.relpath(place, os.fsencode(top))
        for one in [*names, *(each for each in inner if os.path.islink(os.path.join(place, each)))]:
            if os.path.join(here, one) not in leaving:
                return True
    folders.require(os.path.join(top, os.fsdecode(path)), "read", "look at")
    return False


def remove(folders: Folders, top: str, path: bytes) -> None:
    """Remove the file or link at `path`, and the folders above it that are empty then. Raises ToolError."""
    whole = os.path.join(top, os.fsdecode(path))
    try:
        with open_parent(folders, whole, "read", "remove") as parent:
            found = parent.look() if parent.path == whole else None
            if found is not None:
                if kinds.S_ISDIR(found.st_mode):
                    at.remove_folder(parent.fd, parent.name)
                else:
                    at.remove(parent.fd, parent.name)
    except NotFoundError:
        return
    except OSError as error:
        raise said("remove", whole, error) from None
    _remove_empty(folders, top, os.path.dirname(whole))


def _remove_empty(folders: Folders, top: str, path: str) -> None:
    while len(path) > len(top):
        try:
            with open_parent(folders, path, "read", "remove") as parent:
                at.remove_folder(parent.fd, parent.name)
        except (OSError, ToolError):
            return
        path = os.path.dirname(path)


def put(folders: Folders, top: str, state: FileState, content: bytes) -> None:
    """Let a file or link lie at the path with this content, whatever file lies there now. Raises ToolError."""
    whole = os.path.join(top, os.fsdecode(state.raw()))
    _make_folders(folders, top, os.path.dirname(whole))
    with open_parent(folders, whole, "read", "write") as parent:
        if parent.path != whole:
            raise ConflictError(f"Cannot write {shown(whole)}: a link lies on the way to it.")
        try:
            seen = parent.look()
            if seen is not None and kinds.S_ISDIR(seen.st_mode):
                at.remove_folder(parent.fd, parent.name)
                seen = None
            if state.kind == "link":
                _put_link(parent, content)
            else:
                _put_file(parent, seen, state.mode, content)
        except OSError as error:
            raise said("write", whole, error) from None


def _put_file(parent: Parent, seen: os.stat_result | None, mode: int, content: bytes) -> None:
    with New(parent) as new:
        new.write(content)
        if sys.platform != "win32":
            os.fchmod(new.fd, mode or 0o644)
        if seen is None:
            new.name_free()
        else:
            new.name_instead_of(seen)


def _put_link(parent: Parent, target: bytes) -> None:
    name = moving.temporary_name()
    at.make_link(os.fsdecode(target), parent.fd, name)
    try:
        at.rename(parent.fd, name, parent.fd, parent.name)
    except OSError:
        moving.remove_quietly(parent.fd, name)
        raise


def _make_folders(folders: Folders, top: str, path: str) -> None:
    missing: list[str] = []
    while len(path) > len(top) and not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for one in reversed(missing):
        with open_parent(folders, one, "read", "create") as parent:
            try:
                seen = parent.look()
                if seen is not None:
                    raise ConflictError(f"Cannot create the folder {shown(one)}: {kind(seen.st_mode)} lies there.")
                at.make_folder(parent.fd, parent.name)
            except OSError as error:
                raise said("create", one, error) from None


def put_back(folders: Folders, top: str, wanted: Iterable[tuple[FileState, bytes | None]]) -> None:
    """Make each path as its state says: first all that goes, the deepest first, then all that comes. Raises ToolError."""
    states = list(wanted)
    going = sorted((state.raw() for state, _ in states if not state.kind), key=lambda path: -path.count(b"/"))
    for path in going:
        remove(folders, top, path)
    for state, content in states:
        if state.kind in ("file", "link") and content is not None:
            put(folders, top, state, content)

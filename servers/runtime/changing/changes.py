"""What all changing tools share: where a path leads before anything is there, the record that makes a change undoable, and the
facts that are given back. Nothing is done before its way back is on record.
"""

from __future__ import annotations

import hashlib
import os
import stat as kinds
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.access import Folders
from servers.runtime.safe.etag import MAX_HASHED, etag, of_content, of_stat
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import Parent, kind, open_folder, open_parent
from servers.runtime.safe.positioned import read_at
from servers.runtime.safe.words import ConflictError, NotFoundError, said
from servers.runtime.undo.record import Step, step_of

if TYPE_CHECKING:
    from servers.runtime.undo.change import Change
    from servers.runtime.undo.store import UndoStore

MAX_LOADED = 64 << 20
"""Bytes of a file that a tool takes into memory to change it."""
OLD_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
"""How a file that lies there is opened: never through a link, never waiting."""

DryRun = Annotated[bool, Meta(description="Only show what would change")]
IfMatch = Annotated[str, Meta(description="etag it must still have")]


# What became of one path: its new etag if it is a file, words, and in a dry run the diff. (No docstring: every tool's output
# schema would carry it to the model.)
class FileChange(msgspec.Struct):
    path: str
    etag: str | UnsetType = UNSET
    note: str | UnsetType = UNSET
    diff: str | UnsetType = UNSET


class Changed(msgspec.Struct):
    """The result of a changing tool. `changed`: whether it did, or in a dry run would do, anything. `change_id` is what `undo`
    takes."""

    changed: bool
    files: list[FileChange]
    change_id: str | UnsetType = UNSET
    warnings: list[str] | UnsetType = UNSET


class Place(msgspec.Struct, frozen=True):
    """A path as it really is, no link in it but perhaps the last name, and the folders above it that do not exist yet."""

    path: str
    missing: tuple[str, ...] = ()


def place(folders: Folders, path: str, what: str) -> Place:
    """Where `path` (from `Folders.resolve`) leads, if it may be changed there. Raises ToolError."""
    try:
        with open_parent(folders, path, "change", what) as parent:
            return Place(parent.path)
    except NotFoundError:
        above, names = os.path.dirname(path), [os.path.basename(path)]
    while True:
        try:
            with open_folder(folders, above, what=what) as opened:
                real = opened.path
            break
        except NotFoundError:
            names.insert(0, os.path.basename(above))
            above = os.path.dirname(above)
    missing: list[str] = []
    for name in names:
        real = os.path.join(real, name)
        folders.require(real, "change", what)
        missing.append(real)
    return Place(real, tuple(missing[:-1]))


def make_folders(folders: Folders, missing: tuple[str, ...]) -> None:
    """Make the folders that `place` found missing. Raises ToolError."""
    for path in missing:
        with open_parent(folders, path, "change", "create") as parent:
            try:
                os.mkdir(parent.name, 0o777, dir_fd=parent.fd)
            except OSError as error:
                raise said("create", parent.path, error) from None


class Old(msgspec.Struct, frozen=True):
    """The file that is there now. `content` is None where it is larger than `most` of `read_old`."""

    stat: os.stat_result
    etag: str
    content: bytes | None


def read_old(parent: Parent, what: str, most: int = MAX_LOADED) -> Old | None:
    """The file that `parent` names, or None where there is nothing. A link, folder or device there is a ConflictError."""
    try:
        found = parent.look()
        if found is None:
            return None
        if not kinds.S_ISREG(found.st_mode):
            raise ConflictError(f"Cannot {what} {shown(parent.path)}: it is {kind(found.st_mode)}, not a file.")
        fd = os.open(parent.name, OLD_FILE, dir_fd=parent.fd)
        try:
            found = os.fstat(fd)
            if not kinds.S_ISREG(found.st_mode):
                raise ConflictError(f"Cannot {what} {shown(parent.path)}: it was changed at this moment. Try again.")
            if found.st_size > most:
                return Old(found, etag(fd, found), None)
            content = _whole(fd, found.st_size)
            tag = of_content(content) if found.st_size <= MAX_HASHED else of_stat(found)
            return Old(found, tag, content)
        finally:
            os.close(fd)
    except OSError as error:
        raise said(what, parent.path, error) from None


def _whole(fd: int, size: int) -> bytes:
    content = read_at(fd, size, 0)
    while len(content) < size:
        more = read_at(fd, size - len(content), len(content))
        if not more:
            break
        content += more
    return content


def check_match(old: Old | None, if_match: str, path: str) -> None:
    """Raise ConflictError where the caller saw another state of the file."""
    if not if_match:
        return
    if old is None:
        raise ConflictError(
            f"{shown(path)} does not exist, so it cannot have the etag {if_match}. Nothing was changed."
        )
    if old.etag != if_match:
        raise ConflictError(
            f"{shown(path)} changed since it was read: its etag is {old.etag} now. Nothing was changed; read it again."
        )


def known_etag(content: bytes) -> str:
    """The etag a file will have, where the content alone tells; else empty."""
    return of_content(content) if len(content) <= MAX_HASHED else ""


def digest(state: str) -> str:
    """A plan's guard for a state of the world that takes many words to tell."""
    return hashlib.sha256(state.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def undoable(call: Call, size: int) -> bool:
    """Whether a before-image of `size` bytes would be kept: the `undoable` of a plan."""
    store = call.undo
    return store is not None and store.keeps(size)


class Unrecorded:
    """Takes the place of a Change where the server was started without an undo store: the user wants no way back."""

    offered = ""

    def __enter__(self) -> Unrecorded:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def before(self, parent: Parent, *, after: str = "", undoable: bool = True) -> None:
        """Keeps nothing."""

    def add(self, step: Step) -> None:
        """Records nothing."""

    def commit(self) -> str:
        """Nothing to write down."""
        return ""

    def after(self, parent: Parent, etag: str) -> None:
        """Records nothing."""


def begin(call: Call, tool: str) -> Change | Unrecorded:
    """The record of a change about to be made; a context manager."""
    store = call.undo
    if store is None:
        return Unrecorded()
    return store.begin(tool, call.order.session if call.order is not None else "")


def keep(call: Call, change: Change | Unrecorded, parent: Parent, old: Old, after: str) -> list[str]:
    """Keep the file that is about to be replaced; warnings. One that is too large is replaced only if the user said so."""
    store = call.undo
    if store is None or store.keeps(old.stat.st_size):
        change.before(parent, after=after)
        return []
    agreed = call.order is not None and bool(call.order.guard)
    if not agreed:
        raise ToolError(
            f"{shown(parent.path)} has {old.stat.st_size:,} bytes, more than is kept for undo ({store.quota:,}), so the change "
            "could not be undone. Ask the user to set the folder to `ask`, where they can agree to it, or to raise the limit."
        )
    change.before(parent, after=after, undoable=False)
    return ["This change cannot be undone: the file was too large to be kept."]


def made_folders(change: Change | Unrecorded, missing: tuple[str, ...]) -> None:
    """Put the folders that will be made on record."""
    for path in missing:
        change.add(step_of("make_folder", path))


def result(change: Change | Unrecorded, files: list[FileChange], warnings: list[str] | None = None) -> Changed:
    """The facts of a change that was made."""
    return Changed(True, files, change.offered or UNSET, warnings or UNSET)


def finish(call: Call, change: Change | Unrecorded, *paths: str) -> None:
    """Tell the gateway what was changed."""
    call.change_id = change.offered
    for path in paths:
        call.touch(path)


def required_store(call: Call, what: str) -> UndoStore:
    """The undo store. Raises ToolError where there is none."""
    store = call.undo
    if store is None:
        raise ToolError(f"Cannot {what}: this server was started without an undo store (--undo DIR).")
    return store

"""Carrying files and whole folders to another place: what may go there, and how, so that nothing is lost and nothing escapes its
rule. A thing moved or copied must not become readable, or executed, by its new name.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat as kinds
from typing import TYPE_CHECKING

import msgspec

from servers.filesystem.walk import Walk, Way
from servers.runtime.call import Call
from servers.runtime.changing import changes
from servers.runtime.changing.changes import Place, Unrecorded
from servers.runtime.errors import ToolError
from servers.runtime.safe import moving, patterns, trees
from servers.runtime.safe.atomic import New
from servers.runtime.safe.durable import flush, flush_folder
from servers.runtime.safe.etag import etag
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import Parent, kind, open_file, open_folder, open_parent
from servers.runtime.safe.words import ConflictError, NotFoundError, RefusedError, said
from servers.runtime.undo import trash
from servers.runtime.undo.record import Step, step_of

if TYPE_CHECKING:
    from servers.runtime.undo.change import Change, Trashing

MAX_BYTES = 10 << 30
"""Bytes that one call copies at most."""
_DEPTH = 1
"""Levels below a folder's own entries whose rules can hang on its name: no pattern has more than three parts
(resources/sensitive.json)."""
_MAX_LOOKED_AT = 50_000


class Item(msgspec.Struct, frozen=True):
    """What is to be carried: `path` is real; `etag` is a file's, else empty; `state` names what was seen."""

    path: str
    stat: os.stat_result
    etag: str
    words: str

    @property
    def folder(self) -> bool:
        """Whether it is a folder."""
        return kinds.S_ISDIR(self.stat.st_mode)

    @property
    def state(self) -> str:
        """The state of the world that a plan is made from."""
        return f"{self.stat.st_dev}:{self.stat.st_ino}:{self.etag}"


def look(call: Call, path: str, what: str, *, change: bool) -> Item:
    """The entry at `path`. To be moved it is taken itself, link or not; to be copied, what it leads to. Raises ToolError."""
    if not change:
        return _source_of_copy(call, path, what)
    with open_parent(call.folders, path, "change", what) as parent:
        try:
            found = parent.look()
        except OSError as error:
            raise said(what, parent.path, error) from None
        if found is None:
            raise NotFoundError(f"Cannot {what} {shown(parent.path)}: there is no such file or folder.")
        tag = ""
        if kinds.S_ISREG(found.st_mode):
            old = changes.read_old(parent, what, 0)
            tag = old.etag if old else ""
        return Item(parent.path, found, tag, kind(found.st_mode).removeprefix("a "))


def _source_of_copy(call: Call, path: str, what: str) -> Item:
    try:
        with open_file(call.folders, path, what=what) as opened:
            return Item(opened.path, opened.stat, etag(opened.fd, opened.stat), "file")
    except (NotFoundError, RefusedError):
        raise
    except ToolError as error:
        try:
            opened = open_folder(call.folders, path, what=what)
        except ToolError:
            raise error from None
        with opened:
            rows = call.folders.rows_below(opened.path)
            if rows:
                raise RefusedError(
                    f"Cannot {what} {shown(opened.path)}: {shown(rows[0].path)} below it has a rule of its own."
                ) from None
            return Item(opened.path, opened.stat, "", "folder")


def check_names(call: Call, item: Item, target: str, what: str) -> None:
    """Raise RefusedError where something would come out from under a rule about its name, or be executed by its new one."""
    folders = call.folders
    source_row = folders.require(item.path, "read", what)
    target_row = folders.require(target, "change", what)
    if not item.folder:
        return
    with open_folder(folders, item.path, what=what) as opened:
        looked = 0
        for found in Walk(call, folders, opened, Way(ignored=True, depth=_DEPTH)):
            for name in (*found.files, *found.folders):
                inside = found.prefix + name
                old, new = os.path.join(item.path, inside), os.path.join(target, inside)
                if patterns.sensitive(source_row, old) and not patterns.sensitive(target_row, new):
                    raise RefusedError(
                        f"Cannot {what} {shown(item.path)}: {shown(old)} may hold secrets, and would be readable there."
                    )
                if patterns.executed(new) and not patterns.executed(old):
                    raise RefusedError(f"Cannot {what} {shown(item.path)}: other programs would execute {shown(new)}.")
            looked += len(found.files) + len(found.folders)
            if looked > _MAX_LOOKED_AT:
                raise RefusedError(
                    f"Cannot {what} {shown(item.path)}: it holds too many files to be looked through. Take parts of it."
                )


def move(call: Call, change: Change | Unrecorded, item: Item, target: Place, *, replaced: bool) -> str:
    """Rename; between file systems copy, and trash the source. Gives the new etag where there is one."""
    with open_parent(call.folders, item.path, "change", "move") as source:
        check_same(source, item)
        if not isinstance(change, Unrecorded) and _device_of(call, target) != source.stat.st_dev:
            return _move_across(call, change, source, item, target, replaced=replaced)
        trashing = _to_trash(call, change, target) if replaced else None
        told = {"inode": item.stat.st_ino, "device": item.stat.st_dev, "size": item.stat.st_size}
        change.add(step_of("move", target.path, source=shown(source.path), **told))
        change.commit()
        with _ready(call, target, trashing, "move") as into:
            try:
                trash.carry(source.fd, source.name, into.fd, into.name, MAX_BYTES)
                _check_moved(source, into, item)
            except OSError as error:
                raise said("move", item.path, error) from None
    return ""


def _move_across(call: Call, change: Change, source: Parent, item: Item, target: Place, *, replaced: bool) -> str:
    trashing = _to_trash(call, change, target) if replaced else None
    change.add(_new(item, target))
    leaving = change.trashed(source)
    change.commit()
    with _ready(call, target, trashing, "move") as into:
        done = _copy_folder(source, into, item) if item.folder else _copy_other(call, source, into, item)
        if done:
            change.after(into, done)
    leaving.take(source)
    return done


def copy(call: Call, change: Change | Unrecorded, item: Item, target: Place, *, replaced: bool) -> str:
    """Copy; the copy appears whole or not at all. Gives a file's etag."""
    trashing = _to_trash(call, change, target) if replaced else None
    change.add(_new(item, target))
    change.commit()
    with _ready(call, target, trashing, "copy") as into:
        if item.folder:
            with open_parent(call.folders, item.path, "read", "copy") as source:
                check_same(source, item)
                return _copy_folder(source, into, item)
        done = _copy_file(call, into, item)
        change.after(into, done)
        return done


def _new(item: Item, target: Place) -> Step:
    """The step that a copy is: taken back, a file is removed (and kept), a folder goes to the trash."""
    if item.folder:
        return step_of("restore", target.path)
    return step_of("create", target.path, after=item.etag if not item.etag.startswith("s-") else "")


def _to_trash(call: Call, change: Change | Unrecorded, target: Place) -> Trashing | None:
    if isinstance(change, Unrecorded):
        return None
    with open_parent(call.folders, target.path, "change", "trash") as parent:
        trashing = change.trashed(parent)
        trashing.let_go()
        return trashing


def _ready(call: Call, target: Place, trashing: Trashing | None, what: str) -> Parent:
    """The folder that the target goes into, open, with everything above it made and the name free."""
    changes.make_folders(call.folders, target.missing)
    into = open_parent(call.folders, target.path, "change", what)
    if trashing is not None:
        try:
            trashing.take(into)
        except BaseException:
            into.close()
            raise
    return into


def check_same(parent: Parent, item: Item) -> None:
    """Raise ConflictError where another entry has taken the name since it was looked at."""
    found = parent.look()
    if found is None or (found.st_dev, found.st_ino) != (item.stat.st_dev, item.stat.st_ino):
        raise ConflictError(f"{shown(item.path)} was changed at this moment. Nothing was done; look again.")


def _check_moved(source: Parent, into: Parent, item: Item) -> None:
    """The name may have been swapped just before the rename: what came along goes back."""
    found = into.look()
    if found is None or found.st_dev != item.stat.st_dev or found.st_ino == item.stat.st_ino:
        return
    moving.rename_new(into.fd, into.name, source.fd, source.name)
    raise ConflictError(f"{shown(item.path)} was changed at this moment. It was left where it is.")


def _device_of(call: Call, target: Place) -> int:
    above = os.path.dirname(target.missing[0] if target.missing else target.path)
    with open_folder(call.folders, above, what="move") as opened:
        return opened.stat.st_dev


def _copy_file(call: Call, into: Parent, item: Item) -> str:
    with open_file(call.folders, item.path, what="copy") as opened:
        if (opened.stat.st_dev, opened.stat.st_ino) != (item.stat.st_dev, item.stat.st_ino):
            raise ConflictError(f"{shown(item.path)} was changed at this moment. Nothing was done; look again.")
        return _put(into, opened.fd, opened.stat)


def _put(into: Parent, fd: int, found: os.stat_result) -> str:
    if found.st_size > MAX_BYTES:
        raise said("copy", into.path, OSError(errno.EFBIG, os.strerror(errno.EFBIG)))
    try:
        with New(into, found, fd) as new:
            new.copy(fd)
            flush(new.fd)
            tag = etag(new.fd, os.fstat(new.fd))
            new.name_free()
            flush_folder(into.fd)
            return tag
    except OSError as error:
        raise said("copy", into.path, error) from None


def _copy_other(call: Call, source: Parent, into: Parent, item: Item) -> str:
    """A file, or a link, whose name is to go to another file system."""
    if kinds.S_ISREG(item.stat.st_mode):
        return _copy_file(call, into, item)
    _copy_folder(source, into, item)
    return ""


def _copy_folder(source: Parent, into: Parent, item: Item) -> str:
    part = moving.temporary_name()
    try:
        trees.copy(source.fd, source.name, into.fd, part, trees.Budget(MAX_BYTES))
        moving.rename_new(into.fd, part, into.fd, into.name)
    except OSError as error:
        with contextlib.suppress(OSError):
            trees.remove(into.fd, part)
        raise said("copy", item.path, error) from None
    return ""

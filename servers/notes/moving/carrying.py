"""Carrying out what a move or a trashing has planned: every note rewritten and every file moved or trashed, or nothing at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import UNSET

from servers.notes.moving.rewriting import Rewrite, Rewriting
from servers.runtime.changing import changes
from servers.runtime.changing.changes import FileChange, Old
from servers.runtime.safe import at, moving
from servers.runtime.safe.atomic import replace_file, same
from servers.runtime.safe.etag import of_stat
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import Parent, open_parent, scan
from servers.runtime.safe.words import ConflictError, said
from servers.runtime.undo import trash

if TYPE_CHECKING:
    from servers.runtime.call import Call
    from servers.runtime.changing.changes import Unrecorded
    from servers.runtime.undo.change import Change

MAX_CARRIED = 10 << 30
MAX_LISTED = 200
_PREVIEW = 20_000


def keep_all(call: Call, change: Change | Unrecorded, rewriting: Rewriting) -> list[str]:
    """Keep every note that will be rewritten; warnings. Raises ToolError."""
    warnings: list[str] = []
    for one in rewriting.notes:
        with open_parent(call.folders, one.path, "change", "update the links of") as parent:
            warnings += changes.keep(call, change, parent, one.old, changes.known_etag(one.content))
    return warnings


def write_all(call: Call, change: Change | Unrecorded, rewriting: Rewriting) -> dict[str, os.stat_result]:
    """Write every note anew, if it is still as it was read; the stat of each by path. Raises ConflictError, ToolError."""
    written: dict[str, os.stat_result] = {}
    for one in rewriting.notes:
        with open_parent(call.folders, one.path, "change", "update the links of") as parent:
            written[one.path] = found = replace_file(parent, one.content, expect=one.old.etag)
            if not changes.known_etag(one.content):
                change.after(parent, of_stat(found))
    return written


def rename(call: Call, source: str, target: str, expected: os.stat_result) -> None:
    """Give the file at `source` the path `target`, where nothing lies but perhaps itself in another case.

    `expected`: the file that it must be. Raises ConflictError, and then it is where it was, or ToolError.
    """
    with open_parent(call.folders, source, "change", "move") as old, open_parent(call.folders, target) as new:
        try:
            found = old.look()
            if found is None or not same(found, expected):
                raise _moved_on(source)
            if is_itself(old, new):
                at.rename(old.fd, old.name, new.fd, new.name)
                return
            trash.carry(old.fd, old.name, new.fd, new.name, MAX_CARRIED)
            came = new.look()
            if came is not None and came.st_dev == expected.st_dev and came.st_ino != expected.st_ino:
                moving.rename_new(new.fd, new.name, old.fd, old.name)
                raise _moved_on(source)
        except OSError as error:
            raise said("move", source, error) from None


def _same(found: os.stat_result, expected: os.stat_result) -> bool:
    return (found.st_dev, found.st_ino) == (expected.st_dev, expected.st_ino)


def _moved_on(path: str) -> ConflictError:
    return ConflictError(f"{shown(path)} was changed at this moment. Nothing was done; look again.")


def is_itself(old: Parent, new: Parent) -> bool:
    """Whether two names that differ only in case lead to one file, because the file system does not tell them apart."""
    if old.name.casefold() != new.name.casefold() or (old.stat.st_dev, old.stat.st_ino) != (
        new.stat.st_dev,
        new.stat.st_ino,
    ):
        return False
    one, other = old.look(), new.look()
    if one is None or other is None or not _same(one, other):
        return False
    # Two hard links would be two entries.
    return sum(entry.name in (old.name, new.name) for entry in scan(old)) == 1


def listed(rewriting: Rewriting, skip: str = "") -> list[FileChange]:
    """What became of each rewritten note; `skip` is told of elsewhere."""
    told = [one for one in rewriting.notes if one.path != skip]
    out = [FileChange(shown(one.path), changes.known_etag(one.content) or UNSET, _links(one)) for one in told]
    if len(out) > MAX_LISTED:
        more = len(out) - MAX_LISTED
        out[MAX_LISTED:] = [FileChange("…", note=f"and {more} more notes")]
    return out


def _links(one: Rewrite) -> str:
    return f"{one.links} link{'s' if one.links != 1 else ''} updated"


def preview(head: str, rewriting: Rewriting) -> str:
    """The whole plan for a person: what is done, the notes it rewrites with their differences, and the links it leaves."""
    parts = [head, *(f"{_links(one)} in {shown(one.path)}" for one in rewriting.notes[:MAX_LISTED])]
    if len(rewriting.notes) > MAX_LISTED:
        parts.append(f"… and in {len(rewriting.notes) - MAX_LISTED} more notes")
    parts += rewriting.left
    left = _PREVIEW - sum(len(part) + 1 for part in parts)
    for one in rewriting.notes:
        left -= len(one.diff.text)
        if left < 0:
            break
        parts.append(one.diff.text)
    return "\n".join(parts)[:_PREVIEW]


def undoable(call: Call, rewriting: Rewriting, *olds: Old) -> bool:
    """Whether the before-images of all these would be kept."""
    sizes: list[int] = [one.old.stat.st_size for one in rewriting.notes] + [old.stat.st_size for old in olds]
    return all(changes.undoable(call, size) for size in sizes)

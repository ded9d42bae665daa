"""The tool trash: files and folders leave their place for the trash, from where undo brings them back. Nothing is deleted."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from servers.filesystem import carrying
from servers.filesystem.carrying import Item
from servers.runtime.call import Call
from servers.runtime.changing import changes
from servers.runtime.changing.changes import Changed, DryRun, FileChange
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import Parent, open_parent
from servers.runtime.safe.words import ConflictError, said
from servers.runtime.wire import Plan

if TYPE_CHECKING:
    from servers.runtime.undo.change import Trashing

TOOL = "trash"


class Trash(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of trash."""

    paths: Annotated[list[str], Meta(min_length=1, max_length=100, description="Files and folders")]
    dry_run: DryRun = False


class trash:  # noqa: N801 - the tool's name
    """Put files and folders into the trash: the desktop's, or Doorkeep's own. undo brings them back. No tool deletes for good."""

    arguments = Trash

    @staticmethod
    def plan(call: Call, args: Trash) -> Planned:
        changes.required_store(call, "put anything into the trash")
        items: list[Item] = []
        for path in dict.fromkeys(call.folders.resolve(path) for path in args.paths):
            items.append(carrying.look(call, path, "trash", change=True))
        paths = [item.path for item in items]
        inside = next((one for one in paths for other in paths if one.startswith(other + "/")), None)
        if inside is not None:
            raise ToolError(f"{shown(inside)} lies in another folder of the list. Name only that folder.")
        preview = "".join(f"trash {item.words} {shown(item.path)}\n" for item in items)
        guard = " ".join(item.state for item in items)
        return Planned(Plan([], paths, preview, guard), items)

    @staticmethod
    def preview(call: Call, args: Trash, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        items: list[Item] = planned.state
        return Changed(True, [_file(item, "would go to the trash") for item in items])

    @staticmethod
    def apply(call: Call, args: Trash, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        items: list[Item] = planned.state
        store = changes.required_store(call, "put anything into the trash")
        session = call.order.session if call.order is not None else ""
        with ExitStack() as stack, store.begin(TOOL, session) as change:
            leaving: list[tuple[Trashing, Parent, Item]] = []
            for item in items:
                parent = stack.enter_context(open_parent(call.folders, item.path, "change", "trash"))
                carrying.check_same(parent, item)
                leaving.append((change.trashed(parent), parent, item))
            change.commit()
            for trashing, parent, item in leaving:
                _take(trashing, parent, item)
        changes.finish(call, change, *[item.path for item in items])
        return changes.result(change, [_file(item, "trashed") for item in items])


def _take(trashing: Trashing, parent: Parent, item: Item) -> None:
    """The name may have been swapped at the last moment: what came along goes back."""
    trashing.take(parent)
    try:
        found = os.lstat(trashing.place.path)
        # A copy out of another file system is another inode.
        if found.st_dev == item.stat.st_dev and found.st_ino != item.stat.st_ino:
            os.rename(trashing.place.path, parent.name, dst_dir_fd=parent.fd)
            raise ConflictError(f"{shown(item.path)} was changed at this moment. It was left where it is.")
    except OSError as error:
        raise said("trash", item.path, error) from None


def _file(item: Item, note: str) -> FileChange:
    return FileChange(shown(item.path), note=note)

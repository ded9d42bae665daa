"""The tool move_file: a file or folder gets another place or name, or a copy there. Nothing that exists is ever overwritten."""

from __future__ import annotations

import os
import stat as kinds
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta

from servers.filesystem import carrying
from servers.filesystem.carrying import Item
from servers.runtime.call import Call
from servers.runtime.changing import changes
from servers.runtime.changing.changes import Changed, DryRun, FileChange, IfMatch, Place
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import open_parent
from servers.runtime.safe.words import ConflictError, said
from servers.runtime.wire import Plan

TOOL = "move_file"
_MAX_NUMBER = 1000


class MoveFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of move_file."""

    source: Annotated[str, Meta(description="File or folder")]
    destination: Annotated[str, Meta(description="New path, name included")]
    copy: Annotated[bool, Meta(description="Leave the source")] = False
    on_exists: Annotated[
        Literal["fail", "rename", "trash"],
        Meta(description="rename: add a number; trash: what is there"),
    ] = "fail"
    if_match: IfMatch = ""
    dry_run: DryRun = False


class _State(msgspec.Struct):
    item: Item
    target: Place
    replaced: bool


class move_file:  # noqa: N801 - the tool's name
    """Move, rename or copy a file, or a folder with all it holds. Missing folders above the destination are made."""

    arguments = MoveFile

    @staticmethod
    def plan(call: Call, args: MoveFile) -> Planned:
        what = "copy" if args.copy else "move"
        folders = call.folders
        item = carrying.look(call, folders.resolve(args.source), what, change=not args.copy)
        if args.if_match and item.etag != args.if_match:
            raise ConflictError(f"{shown(item.path)} changed since it was read. Nothing was changed; look again.")
        target = changes.place(folders, folders.resolve(args.destination), what)
        if target.path == item.path:
            raise ToolError(f"The destination is the source itself: {shown(item.path)}.")
        if target.path.startswith(item.path + os.sep):
            raise ToolError(f"{shown(item.path)} cannot be put into itself.")
        target, replaced = _free(call, args, target, what)
        carrying.check_names(call, item, target.path, what)
        writes = [*target.missing, target.path] if args.copy else [item.path, *target.missing, target.path]
        reads = [item.path] if args.copy else []
        preview = "".join(f"make the folder {shown(path)}\n" for path in target.missing)
        preview += f"trash {shown(target.path)}\n" if replaced else ""
        preview += f"{what} {item.words} {shown(item.path)} to {shown(target.path)}"
        guard = f"{item.state} {target.path} {len(target.missing)} {replaced}"
        plan = Plan(reads, writes, preview, guard, call.undo is not None)
        return Planned(plan, _State(item, target, replaced))

    @staticmethod
    def preview(call: Call, args: MoveFile, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        state: _State = planned.state
        return Changed(True, [FileChange(shown(state.target.path), note=planned.plan.preview)])

    @staticmethod
    def apply(call: Call, args: MoveFile, planned: Planned) -> Changed:
        state: _State = planned.state
        item, target = state.item, state.target
        carry = carrying.copy if args.copy else carrying.move
        with changes.begin(call, TOOL) as change:
            changes.made_folders(change, target.missing)
            done = carry(call, change, item, target, replaced=state.replaced)
        paths = [target.path] if args.copy else [item.path, target.path]
        changes.finish(call, change, *target.missing, *paths)
        note = f"{'copied' if args.copy else 'moved'} from {shown(item.path)}"
        return changes.result(change, [FileChange(shown(target.path), done or item.etag or UNSET, note)])


def _free(call: Call, args: MoveFile, target: Place, what: str) -> tuple[Place, bool]:
    """The place to be taken, and whether what lies there is to be trashed. Raises ConflictError."""
    if target.missing:
        return target, False
    found = _there(call, target.path, what)
    if found is None:
        return target, False
    if args.on_exists == "trash":
        changes.required_store(call, "trash what is there")
        return target, True
    if args.on_exists == "rename":
        stem, dot, end = target.path.rpartition(".")
        if not dot or not os.path.basename(stem):
            stem, end = target.path, ""
        for number in range(2, _MAX_NUMBER):
            path = f"{stem} ({number}){dot if end else ''}{end}"
            if _there(call, path, what) is None:
                return Place(path), False
    into = " To put it into that folder, add its name to the destination." if kinds.S_ISDIR(found.st_mode) else ""
    raise ConflictError(f"Cannot {what} to {shown(target.path)}: something with this name exists already.{into}")


def _there(call: Call, path: str, what: str) -> os.stat_result | None:
    with open_parent(call.folders, path, "change", what) as parent:
        try:
            return parent.look()
        except OSError as error:
            raise said(what, path, error) from None

"""The tool move_note: a note or attachment gets another name or place, and every link that led there still does. Nothing that
exists is ever overwritten; all of it is done, or nothing.
"""

from __future__ import annotations

import os
import posixpath
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta

from servers.notes import catalog, vaults
from servers.notes.creating import naming
from servers.notes.moving import carrying, recovering, rewriting
from servers.notes.moving.retargeting import Names
from servers.notes.moving.rewriting import Rewriting
from servers.notes.names import NOTE, MovedNames, is_note, key, last
from servers.notes.vaults import NotePath
from servers.runtime.call import Call
from servers.runtime.changing import changes, together
from servers.runtime.changing.changes import Changed, FileChange, Old, Place
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import open_parent
from servers.runtime.safe.words import ConflictError, NotFoundError
from servers.runtime.undo.record import step_of
from servers.runtime.wire import Plan

TOOL = "move_note"


class MoveNote(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of move_note."""

    source: str
    destination: Annotated[
        str,
        Meta(description="A name renames it where it is, a path moves it, `folder/` keeps the name"),
    ]
    vault: str = ""
    update_links: bool = True
    if_match: str = ""
    dry_run: bool = False


class _State(msgspec.Struct):
    source: str
    old: Old
    target: Place
    rewriting: Rewriting


class move_note:  # noqa: N801 - the tool's name
    """Move or rename a note or an attachment, and rewrite all links that would lead elsewhere, in other notes and its own. Links
    that may mean several notes are left and named."""

    arguments = MoveNote

    @staticmethod
    def plan(call: Call, args: MoveNote) -> Planned:
        recovering.look(call)
        source = vaults.find_note(call, args.source, args.vault)
        target = _target(call, args, source)
        if target.path == source.path:
            raise ToolError(f"{shown(source.path)} is called so already. Nothing was changed.")
        with open_parent(call.folders, source.absolute, "change", "move") as parent:
            old = changes.read_old(parent, "move", 0)
            path = parent.path
        if old is None:
            raise NotFoundError(f"Cannot move {shown(path)}: there is no such note.")
        changes.check_match(old, args.if_match, path)
        where = _free(call, source, target)
        found = _links(call, source, target) if args.update_links else Rewriting()
        words = "".join(f"make the folder {shown(folder)}\n" for folder in where.missing)
        words += f"move {shown(path)} to {shown(where.path)}"
        writes = list(dict.fromkeys([path, *where.missing, where.path, *(one.path for one in found.notes)]))
        guard = changes.digest(f"{path} {old.etag} {where.path} {len(where.missing)} {found.guard}")
        able = call.undo is not None and carrying.undoable(call, found)
        plan = Plan([], writes, carrying.preview(words, found), guard, able)
        return Planned(plan, _State(path, old, where, found))

    @staticmethod
    def preview(call: Call, args: MoveNote, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        state: _State = planned.state
        shown_as = FileChange(shown(state.target.path), diff=planned.plan.preview)
        return Changed(True, [shown_as], warnings=state.rewriting.left or UNSET)

    @staticmethod
    def apply(call: Call, args: MoveNote, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        state: _State = planned.state
        source, target = state.source, state.target.path
        own = next((one for one in state.rewriting.notes if one.path == source), None)
        after = state.old.etag if own is None else changes.known_etag(own.content)
        after = "" if after.startswith("s-") and own is None else after
        told = {"inode": state.old.stat.st_ino, "device": state.old.stat.st_dev, "size": state.old.stat.st_size}
        with changes.begin(call, TOOL) as change:
            changes.made_folders(change, state.target.missing)
            warnings = carrying.keep_all(call, change, state.rewriting)
            change.add(step_of("move", target, source=shown(source), **told, **({"after": after} if after else {})))

            def act() -> None:
                changes.make_folders(call.folders, state.target.missing)
                written = carrying.write_all(call, change, state.rewriting)
                carrying.rename(call, source, target, written.get(source, state.old.stat))

            together.carry_out(call, change, act)
        paths = [source, *state.target.missing, target, *(one.path for one in state.rewriting.notes if one is not own)]
        changes.finish(call, change, *paths)
        note = f"moved from {shown(source)}" + (f", {own.links} of its own links updated" if own else "")
        moved = FileChange(shown(target), after or UNSET, note)
        files = [moved, *carrying.listed(state.rewriting, skip=source)]
        return changes.result(change, files, warnings + state.rewriting.left)


def _target(call: Call, args: MoveNote, source: NotePath) -> NotePath:
    """The new path. Raises ToolError."""
    wanted = args.destination.strip()
    if not wanted:
        raise ToolError("The destination is empty. Give a new name, or a path in the vault.")
    if wanted.endswith("/"):
        wanted += last(source.path)
    if "/" not in wanted and os.sep not in wanted:
        found = NotePath(source.vault, posixpath.join(posixpath.dirname(source.path), wanted))
    else:
        found = vaults.place_for(call, wanted, "" if os.path.isabs(wanted) else source.vault.name)
    if found.vault != source.vault:
        raise ToolError(
            f"{shown(found.absolute)} lies in another vault than {shown(source.absolute)}, and links do not reach from one to "
            "the other. Create a note there, and trash this one."
        )
    ending = NOTE if is_note(source.path) else os.path.splitext(last(source.path))[1]
    if not found.path.lower().endswith(ending.lower()):
        found = NotePath(found.vault, found.path + ending)
    return found


def _free(call: Call, source: NotePath, target: NotePath) -> Place:
    """The place to be taken. Raises ConflictError where something lies there, ToolError where it may not be called so."""
    where = changes.place(call.folders, target.absolute, "move")
    for path in where.missing:
        naming.check(os.path.basename(path))
    if last(target.path) != last(source.path):
        naming.check(last(target.path))
    names = catalog.names(call, target.vault.path)
    there = [path for path in names.named(last(target.path)) if key(path) == key(target.path) and path != source.path]
    if not there and not where.missing:
        with (
            open_parent(call.folders, source.absolute, "change", "move") as old,
            open_parent(call.folders, where.path, "change", "move") as new,
        ):
            if new.look() is not None and not carrying.is_itself(old, new):
                there = [target.path]
    if there:
        raise ConflictError(
            f"Cannot move to {shown(target.path)}: {shown(there[0])} exists already. Nothing was changed. To put it into a "
            "folder, end the destination with /."
        )
    return where


def _links(call: Call, source: NotePath, target: NotePath) -> Rewriting:
    before = catalog.names(call, source.vault.path)
    moves = {source.path: target.path}
    return rewriting.for_move(call, source.vault, Names(before, MovedNames(before, moves), moves))

"""The tool create_directory."""

from __future__ import annotations

import stat as kinds
from typing import Annotated

import msgspec
from msgspec import Meta

from servers.runtime.call import Call
from servers.runtime.changing import changes
from servers.runtime.changing.changes import Changed, DryRun, FileChange, Place
from servers.runtime.results import Planned
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import kind, open_parent
from servers.runtime.safe.words import ConflictError, said
from servers.runtime.wire import Plan

TOOL = "create_directory"


class CreateDirectory(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of create_directory."""

    path: Annotated[str, Meta(description="Folder")]
    dry_run: DryRun = False


class create_directory:  # noqa: N801 - the tool's name
    """Make a folder, and missing folders above it. One that exists is left as it is."""

    arguments = CreateDirectory

    @staticmethod
    def plan(call: Call, args: CreateDirectory) -> Planned:
        where = changes.place(call.folders, call.folders.resolve(args.path), "create")
        to_make = () if _exists(call, where) else (*where.missing, where.path)
        preview = "".join(f"make the folder {shown(path)}\n" for path in to_make)
        plan = Plan([], [*(to_make or (where.path,))], preview or "it exists already", f"{len(to_make)}")
        plan.undoable = not to_make or call.undo is not None
        return Planned(plan, (where, to_make))

    @staticmethod
    def preview(call: Call, args: CreateDirectory, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        where, to_make = planned.state
        return Changed(bool(to_make), _files(where, to_make))

    @staticmethod
    def apply(call: Call, args: CreateDirectory, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        where, to_make = planned.state
        if not to_make:
            call.touch(where.path)
            return Changed(False, _files(where, to_make))
        with changes.begin(call, TOOL) as change:
            changes.made_folders(change, to_make)
            change.commit()
            changes.make_folders(call.folders, to_make)
        changes.finish(call, change, *to_make)
        return changes.result(change, _files(where, to_make))


def _exists(call: Call, where: Place) -> bool:
    if where.missing:
        return False
    with open_parent(call.folders, where.path, "change", "create") as parent:
        try:
            found = parent.look()
        except OSError as error:
            raise said("create", where.path, error) from None
    if found is not None and not kinds.S_ISDIR(found.st_mode):
        raise ConflictError(f"Cannot create {shown(where.path)}: it exists and is {kind(found.st_mode)}.")
    return found is not None


def _files(where: Place, to_make: tuple[str, ...]) -> list[FileChange]:
    return [FileChange(shown(path)) for path in to_make or (where.path,)]

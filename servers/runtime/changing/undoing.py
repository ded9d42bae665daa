"""The undo tool that each server offers under a name of its own: changes that it made are taken back, each by a change that can
be taken back in turn.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from servers.runtime.call import Call
from servers.runtime.changing import changes
from servers.runtime.changing.changes import DryRun
from servers.runtime.results import Planned
from servers.runtime.safe.names import meant, shown
from servers.runtime.safe.words import ConflictError
from servers.runtime.wire import Plan

if TYPE_CHECKING:
    from servers.runtime.undo.record import Record
    from servers.runtime.undo.taking_back import CarryOut

_PATHS_SHOWN = 5


class Undo(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of an undo tool."""

    change_id: Annotated[str, Meta(description="From a change's result")] = ""
    force: Annotated[bool, Meta(description="Even where a file was changed since; what it holds now is kept")] = False
    limit: Annotated[int, Meta(ge=1, le=200)] = 20
    dry_run: DryRun = False


# One change that was made; `at` is UTC. (No docstring: the output schema would carry it to the model.)
class Past(msgspec.Struct):
    change_id: str
    at: str
    tool: str
    paths: list[str]
    undoable: bool
    undone_by: str | UnsetType = UNSET


class Undone(msgspec.Struct):
    """What was taken back, or the list of changes. `change_id` is the undo's own."""

    changed: bool
    change_id: str | UnsetType = UNSET
    steps: list[str] | UnsetType = UNSET
    changes: list[Past] | UnsetType = UNSET


def plan(call: Call, args: Undo) -> Planned:
    """What taking the change back would do; without a change_id nothing. Raises ToolError."""
    store = changes.required_store(call, "undo anything")
    if not args.change_id:
        return Planned(Plan([], [], "list the latest changes"), None)
    from servers.runtime.undo.taking_back import plan_undo

    going = plan_undo(store, call.folders, args.change_id)
    hard = [taking.conflict for taking in going.takings if taking.conflict and not (args.force and taking.forcible)]
    if hard and not args.dry_run:
        raise ConflictError(
            f"The change {args.change_id} cannot be taken back, and nothing was done: {'; '.join(hard[:10])}."
        )
    return Planned(Plan([], going.paths, going.preview, going.guard), going)


def preview(call: Call, args: Undo, planned: Planned) -> Undone:
    """The result of a dry run."""
    if planned.state is None:
        return _listed(call, args)
    return Undone(not planned.state.conflicts, steps=planned.plan.preview.split("\n"))


def apply(call: Call, args: Undo, planned: Planned, tool: str, *, whole: bool = False) -> Undone:
    """Take it back; `tool` is the tool's name, for the record. `whole`: all of it or nothing, through a kill too, in a server
    that looks for what was left unfinished (together.py). Raises ToolError."""
    if planned.state is None:
        return _listed(call, args)
    from servers.runtime.undo.taking_back import apply_undo

    store = changes.required_store(call, "undo anything")
    done = apply_undo(
        store,
        call.folders,
        args.change_id,
        guard=planned.plan.guard,
        force=args.force,
        tool=tool,
        client=call.order.session if call.order is not None else "",
        carry_out=_together(call) if whole and len(planned.state.takings) > 1 else None,
    )
    call.change_id = done.change_id
    for path in done.paths:
        call.touch(path)
    return Undone(True, done.change_id, steps=done.lines)


def _together(call: Call) -> CarryOut:
    from servers.runtime.changing import together

    return lambda change, act: together.carry_out(call, change, act)


def _listed(call: Call, args: Undo) -> Undone:
    """The latest changes in folders that are open now; a folder that was closed meanwhile is not told of."""
    store = changes.required_store(call, "list changes")
    found: list[Past] = []
    for record in store.list(args.limit * 4):
        paths = list(dict.fromkeys(step.path for step in record.steps))
        if all(call.folders.grants.access(meant(path)) != "off" for path in paths):
            found.append(_past(record, paths))
            if len(found) == args.limit:
                break
    return Undone(False, changes=found)


def _past(record: Record, paths: list[str]) -> Past:
    more = [f"and {len(paths) - _PATHS_SHOWN} more"] if len(paths) > _PATHS_SHOWN else []
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(record.at / 1000))
    shown_paths = [shown(meant(path)) for path in paths[:_PATHS_SHOWN]] + more
    return Past(record.id, at, record.tool, shown_paths, record.undoable, record.undone_by or UNSET)

"""The tool git_undo: changes that this server made in a repository are taken back, each by a change that can be taken back too."""

from __future__ import annotations

import os
import time
from typing import Annotated

import msgspec
from msgspec import Meta

from servers.git import changing
from servers.git.arguments import Repo
from servers.git.backup import record as records
from servers.git.backup.going_back import GoingBack, plan_back
from servers.git.backup.record import GitRecord
from servers.git.backup.taking_back import take_back
from servers.git.changing import DryRun
from servers.git.repository import find
from servers.git.touching import writes
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned, Text
from servers.runtime.safe.names import meant
from servers.runtime.safe.words import ConflictError
from servers.runtime.undo.store import UndoStore
from servers.runtime.wire import Plan

TOOL = "git_undo"


class GitUndo(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_undo."""

    change_id: Annotated[str, Meta(description="Empty: list")] = ""
    repo: Repo = ""
    force: bool = False
    limit: Annotated[int, Meta(ge=1, le=200)] = 20
    dry_run: DryRun = False


class git_undo:  # noqa: N801 - the tool's name
    """Take back a change of these tools, exactly. `force`: even where things changed since."""

    arguments = GitUndo

    @staticmethod
    def plan(call: Call, args: GitUndo) -> Planned:
        store = _store(call)
        if not args.change_id:
            return Planned(Plan([], [], "list the latest changes"), None)
        going = plan_back(call, store, args.change_id)
        if args.repo and find(call, args.repo).path != going.repository.path:
            raise ToolError(f"The change {args.change_id} was made in {going.repository.path}. Leave `repo` out.")
        against = going.hard + ([] if args.force else going.conflicts)
        if against and not args.dry_run:
            raise ConflictError(
                f"The change {args.change_id} cannot be taken back, and nothing was done: {'; '.join(against[:10])}."
                + ("" if going.hard else " `force` takes it back all the same; what is there now is kept for undo.")
            )
        touched = [state.raw() for state in going.files()]
        preview = _preview(going, against)
        return Planned(Plan([], writes(call, going.repository, touched), preview, going.now.digest()), going)

    @staticmethod
    def apply(call: Call, args: GitUndo, planned: Planned) -> Text:
        if planned.state is None:
            return _listed(call, args)
        going: GoingBack = planned.state
        change = take_back(call, _store(call), going, tool=TOOL, force=args.force)
        return changing.done(change, f"took back: {going.record.words}", *going.lines[:50])


def _store(call: Call) -> UndoStore:
    store = call.undo
    if store is None:
        raise ToolError("Cannot undo anything: this server was started without an undo store (--undo DIR).")
    return store


def _preview(going: GoingBack, against: list[str]) -> str:
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(going.record.at / 1000))
    lines = [f"take back in {going.repository.path}: {going.record.words} ({at} UTC)", *going.lines[:200]]
    if against:
        lines.append("It would be refused: " + "; ".join(against[:10]))
    elif going.conflicts:
        lines.append("Although: " + "; ".join(going.conflicts[:10]))
    return "\n".join(lines)


def _listed(call: Call, args: GitUndo) -> Text:
    """The latest changes in repositories that are open now; one that was closed meanwhile is not told of."""
    store = _store(call)
    only = find(call, args.repo).path if args.repo else ""
    lines: list[str] = []
    for change_id in records.latest(store):
        found = records.read(store, change_id)
        if found is not None and _may_be_told(call, found, only):
            lines.append(_line(found, with_repo=not only))
            if len(lines) == args.limit:
                break
    return changing.unchanged(*(lines or ["No change is on record."]))


def _may_be_told(call: Call, found: GitRecord, only: str) -> bool:
    path = meant(found.repo)
    return call.folders.grants.access(path) != "off" and (not only or os.path.normpath(path) == only)


def _line(found: GitRecord, *, with_repo: bool) -> str:
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(found.at / 1000))
    state = f" (taken back by {found.undone_by})" if found.undone_by else "" if found.after else " (cut short)"
    where = f" in {found.repo}" if with_repo else ""
    return f"{found.id}  {at}  {found.tool}  {found.words}{where}{state}"

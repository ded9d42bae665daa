"""Taking a change back. It is a change itself, recorded before anything is done, and can be taken back in turn.

plan = plan_undo(store, folders, change_id)                 # going_back.py
done = apply_undo(store, folders, change_id, guard=plan.guard, client=…)
"""

from __future__ import annotations

import errno
import os
import stat as kinds
from collections.abc import Callable

import msgspec

from servers.runtime.safe import at, moving
from servers.runtime.safe.access import Folders
from servers.runtime.safe.atomic import New, liken, replace_with, same
from servers.runtime.safe.etag import MAX_HASHED, etag
from servers.runtime.safe.names import meant
from servers.runtime.safe.opening import Parent, open_parent
from servers.runtime.safe.words import ConflictError, said
from servers.runtime.undo import trash
from servers.runtime.undo.change import Change, Trashing
from servers.runtime.undo.going_back import WHAT, GoingBack, Taking, World, open_image, plan_undo
from servers.runtime.undo.record import Outcome, Step, step_of
from servers.runtime.undo.store import UndoStore

CarryOut = Callable[[Change, Callable[[], None]], None]


class Undone(msgspec.Struct):
    """`change_id` is the undo's own; `lines` say what was done, one a step; `paths` are absolute."""

    change_id: str
    lines: list[str]
    paths: list[str]


def apply_undo(
    store: UndoStore,
    folders: Folders,
    change_id: str,
    *,
    guard: str = "",
    force: bool = False,
    tool: str = "undo",
    client: str = "",
    carry_out: CarryOut | None = None,
) -> Undone:
    """Take the change back, all of it or, where a conflict speaks against it, nothing.

    `guard`: the plan's, if one was agreed to; another state of the world is ConflictError. `force`: files that were changed
    since are taken back all the same; what they hold now is kept for undo. `carry_out` commits the undo's own change and does
    it (changing/together.py); else what fails in the middle stays as it is, on record. Raises ToolError.
    """
    plan = plan_undo(store, folders, change_id)
    if guard and guard != plan.guard:
        raise ConflictError("Something changed since this undo was looked at. Nothing was done; look again.")
    hard = [taking.conflict for taking in plan.takings if taking.conflict and not (force and taking.forcible)]
    if hard:
        raise ConflictError(
            f"The change {change_id} cannot be taken back, and nothing was done: {'; '.join(hard[:10])}."
        )
    wanted = [taking for taking in plan.takings if not taking.skipped]
    if not wanted:
        raise ConflictError(
            f"There is nothing to take back of the change {change_id}: it never came to be, or is undone."
        )
    with store.begin(tool, client, undoes=change_id) as change:
        contents = {one.step.path: _etag_to_be(store, one.step) for one in wanted if one.step.kind == "write"}
        trashings = [_prepare(plan.world, change, taking, contents) for taking in wanted]

        def act() -> None:
            for taking, trashing in zip(wanted, trashings, strict=True):
                _do(store, folders, change, taking, trashing)

        if carry_out is not None:
            carry_out(change, act)
        else:
            change.commit()
            act()
        store.add(change_id, Outcome(undone_by=change.id))
    return Undone(change.id, [taking.words for taking in wanted], plan.paths)


def _prepare(world: World, change: Change, taking: Taking, contents: dict[str, str]) -> Trashing | None:
    """The step of the undo's own record that takes this one back. `contents`: the etags that files will have which are
    written back, by path."""
    store = world.store
    step = taking.step
    path = step.real_path()
    # What will be new is put down by path: the folder that it goes into may be new as well, by a step before it.
    if step.kind == "remove" or (step.kind == "write" and not taking.state):
        change.add(step_of("create", path, after=_etag_to_be(store, step)))
    elif step.kind == "remove_folder":
        change.add(step_of("make_folder", path))
    elif step.kind == "trash":
        # A copy out of another file system has an inode of its own, so only a plain rename can promise one.
        told = {} if step.image else {"inode": step.inode, "device": step.device}
        change.add(step_of("restore", path, place=step.place, **told))
    else:
        with open_parent(
            world.folders, world.now(step.path) if step.kind == "write" else path, "change", WHAT
        ) as parent:
            return _prepare_away(change, parent, taking, contents)
    return None


def _prepare_away(change: Change, parent: Parent, taking: Taking, contents: dict[str, str]) -> Trashing | None:
    """As `_prepare`, for what takes something away that lies there now."""
    step = taking.step
    if step.kind == "write":
        change.before(parent, after=contents[step.path], path=step.real_path())
    elif step.kind == "create":
        change.removed(parent)
    elif step.kind == "make_folder":
        change.removed_folder(parent)
    elif step.kind == "move":
        told = {"inode": step.inode, "device": step.device, "size": step.size}
        after = contents.get(step.source) or contents.get(step.path)
        told |= {"after": after} if after else {}
        change.add(step_of("move", step.real_source(), source=step.path, **told))
    else:
        trashing = change.trashed(parent)
        trashing.let_go()  # the parent is opened again to do it; the place stays reserved
        return trashing
    return None


def _do(store: UndoStore, folders: Folders, change: Change, taking: Taking, trashing: Trashing | None) -> None:
    step = taking.step
    with open_parent(folders, step.real_path(), "change", WHAT) as parent:
        try:
            if step.kind in ("write", "remove"):
                _write_back(store, change, parent, step, taking.state if step.kind == "write" else "")
            elif step.kind == "create":
                _remove(parent)
            elif step.kind == "make_folder":
                at.remove_folder(parent.fd, parent.name)
            elif step.kind == "remove_folder":
                at.make_folder(parent.fd, parent.name, step.mode or 0o777)
            elif step.kind == "move":
                with open_parent(folders, step.real_source(), "change", WHAT) as source:
                    trash.carry(parent.fd, parent.name, source.fd, source.name, store.quota)
            elif step.kind == "trash":
                _bring_back(store, parent, step)
            elif trashing is not None:
                trashing.take(parent)
        except OSError as error:
            raise said(WHAT, parent.path, error) from None


def _etag_to_be(store: UndoStore, step: Step) -> str:
    """The etag that the file will have once its image is back; unknown (empty) for a large one, whose inode counts."""
    return _with_image(store, step, lambda fd, found: "" if found.st_size > MAX_HASHED else etag(fd, found))


def _write_back(store: UndoStore, change: Change, parent: Parent, step: Step, expect: str) -> None:
    def put(fd: int, found: os.stat_result) -> str:
        def fill(new: New) -> None:
            new.copy(fd)
            liken(new.fd, found, fd)

        replace_with(parent, fill, expect=expect or None, create_only=not expect)
        now = at.existing(parent.fd, parent.name)
        try:
            return etag(now, os.fstat(now))
        finally:
            os.close(now)

    change.after(parent, _with_image(store, step, put))


def _with_image(store: UndoStore, step: Step, use: Callable[[int, os.stat_result], str]) -> str:
    fd = open_image(store, step)
    try:
        return use(fd, os.fstat(fd))
    finally:
        os.close(fd)


def _remove(parent: Parent) -> None:
    """Remove the file that was looked at, and no other that takes its name meanwhile."""
    seen = parent.look()
    if seen is None or not kinds.S_ISREG(seen.st_mode):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    away = moving.temporary_name()
    moving.rename_new(parent.fd, parent.name, parent.fd, away)
    if not same(seen, at.stat(parent.fd, away)):
        moving.rename_new(parent.fd, away, parent.fd, parent.name)
        raise ConflictError(f"{parent.path} was changed at this moment. It was left as it is.")
    at.remove(parent.fd, away)


def _bring_back(store: UndoStore, parent: Parent, step: Step) -> None:
    if step.image:
        trash.carry(store.images, step.image, parent.fd, parent.name, store.quota)
        return
    place = meant(step.place)
    folder = at.own_folder(os.path.dirname(place))
    try:
        trash.carry(folder, os.path.basename(place), parent.fd, parent.name, store.quota)
    finally:
        os.close(folder)
    trash.drop(trash.Place("", "", meant(step.note)))


__all__ = ["GoingBack", "Undone", "apply_undo", "plan_undo"]

"""What taking a change back would do, step by step from the last one, found out without doing any of it.

A step is taken back only from the very state it left: anything else is a conflict, in words. A step that the world shows never
happened, or was taken back already, is passed over, so that a change cut short by a crash can be taken back too.
"""

from __future__ import annotations

import hashlib
import os
import stat as kinds

import msgspec

from servers.runtime.errors import ToolError
from servers.runtime.safe import at
from servers.runtime.safe.access import Folders
from servers.runtime.safe.etag import etag
from servers.runtime.safe.names import meant, shown
from servers.runtime.safe.opening import Parent, open_file, open_folder, open_parent, scan
from servers.runtime.safe.words import NotFoundError
from servers.runtime.undo.record import Record, Step
from servers.runtime.undo.store import UndoStore

WHAT = "undo a change of"
_COMING_BACK = ("remove", "remove_folder", "trash", "move")


class Taking(msgspec.Struct):
    """One step back. `words` say what it does; `conflict` why it must not, empty if nothing speaks against it; `skipped`:
    nothing is to be done. `forcible`: a conflict that only concerns later content, which would be kept for undo itself.
    `state` names what was found, for the plan's guard and for the write's own check."""

    step: Step
    words: str
    conflict: str = ""
    forcible: bool = False
    skipped: bool = False
    state: str = ""


class World:
    """Where the steps are looked up, and the paths that steps looked at before will have taken away, or brought, by then.
    `moved` tells where a file lies now that will be back at its old path by then."""

    def __init__(self, store: UndoStore, folders: Folders) -> None:
        self.store = store
        self.folders = folders
        self.vanishing: set[str] = set()
        self.appearing: set[str] = set()
        self.moved: dict[str, str] = {}

    def now(self, path: str) -> str:
        """Where the file lies now, as the system knows it, that a step names by `path` (in the form of names.shown)."""
        return meant(self.moved.get(path, path))


class GoingBack(msgspec.Struct):
    """The plan, made in `world`: `paths` are what it would write (absolute, real), `guard` names the state that it was made
    from."""

    record: Record
    takings: list[Taking]
    world: World

    @property
    def paths(self) -> list[str]:
        """Absolute paths that would be written."""
        wanted = [taking.step for taking in self.takings if not taking.skipped]
        both = [path for step in wanted for path in (step.real_path(), step.real_source()) if path]
        return list(dict.fromkeys(both))

    @property
    def conflicts(self) -> list[str]:
        """Why it cannot be taken back; empty if it can."""
        return [taking.conflict for taking in self.takings if taking.conflict]

    @property
    def guard(self) -> str:
        """The state of the world, for Plan.guard."""
        told = "\n".join(f"{taking.words}\t{taking.state}\t{taking.conflict}" for taking in self.takings)
        return hashlib.sha256(f"{self.record.id}\n{told}".encode("utf-8", "surrogateescape")).hexdigest()[:32]

    @property
    def preview(self) -> str:
        """One line per step, for people; at most 200 lines."""
        lines = [_line(taking) for taking in self.takings]
        return "\n".join(lines[:200] + ([f"… and {len(lines) - 200} more"] if len(lines) > 200 else []))


def _line(taking: Taking) -> str:
    if taking.skipped:
        return f"nothing to do: {taking.words}"
    return f"cannot {taking.words}: {taking.conflict}" if taking.conflict else taking.words


def plan_undo(store: UndoStore, folders: Folders, change_id: str) -> GoingBack:
    """What `apply_undo` would do now. Raises NotFoundError (no such change), ToolError (taken back already)."""
    record = store.get(change_id)
    if record.undone_by:
        raise ToolError(
            f"The change {change_id} was taken back already, by the change {record.undone_by}. Undo that one to have it again."
        )
    world = World(store, folders)
    takings: list[Taking] = []
    for step in reversed(record.steps):
        taking = _LOOKS[step.kind](world, step)
        takings.append(taking)
        if taking.conflict or taking.skipped:
            continue
        if step.kind in ("create", "make_folder", "move", "restore"):
            world.vanishing.add(step.path)
        if step.kind == "move":
            world.moved[step.source] = step.path
        if step.kind in ("remove", "remove_folder", "trash"):
            world.appearing.add(step.path)
    return GoingBack(record, takings, world)


def _write(world: World, step: Step) -> Taking:
    taking = Taking(step, f"restore {step.path} as it was before ({step.size:,} bytes)")
    try:
        with open_file(world.folders, world.now(step.path), "change", WHAT) as opened:
            taking.state = etag(opened.fd, opened.stat)
            now = opened.stat
            untouched = (now.st_ino, now.st_dev, now.st_size, now.st_mtime_ns) == (
                step.inode,
                step.device,
                step.size,
                step.image_mtime,
            )
    except NotFoundError:
        return _conflict(taking, f"{step.path} no longer exists", forcible=bool(step.image))
    except (ToolError, OSError) as error:
        return _conflict(taking, str(error))
    if untouched or taking.state == _image_etag(world.store, step):
        taking.skipped = True
    elif not step.image:
        _conflict(taking, "no before-image was kept, since it was too large")
    elif taking.state != step.after:
        _conflict(taking, f"{step.path} was changed since", forcible=True)
    return _with_image(world.store, taking)


def _create(world: World, step: Step) -> Taking:
    taking = Taking(step, f"remove {step.path}, which was new (it is kept for undo)")
    try:
        with open_file(world.folders, step.real_path(), "change", WHAT) as opened:
            taking.state = etag(opened.fd, opened.stat)
    except NotFoundError:
        taking.skipped = True
        return taking
    except (ToolError, OSError) as error:
        return _conflict(taking, str(error))
    if taking.state != step.after:
        _conflict(taking, f"{step.path} was changed since", forcible=True)
    return taking


def _remove(world: World, step: Step) -> Taking:
    taking = Taking(step, f"bring back {step.path} ({step.size:,} bytes)")
    found = _look(world, taking, step.real_path())
    if found is not None:
        if taking.state == _image_etag(world.store, step) or (found.st_ino, found.st_dev) == (step.inode, step.device):
            taking.skipped = True
        elif step.path not in world.vanishing:
            _conflict(taking, f"something else lies at {step.path} by now")
    if not step.image and not taking.conflict:
        _conflict(taking, "no before-image was kept")
    return _with_image(world.store, taking)


def _make_folder(world: World, step: Step) -> Taking:
    taking = Taking(step, f"remove the folder {step.path}, which was new")
    found = _look(world, taking, step.real_path())
    if taking.conflict:
        return taking
    if found is None:
        taking.skipped = True
    elif not kinds.S_ISDIR(found.st_mode):
        _conflict(taking, f"{step.path} is no folder any more")
    else:
        try:
            with open_folder(world.folders, step.real_path(), "change", WHAT) as opened:
                inside = [shown(os.path.join(opened.path, entry.name)) for entry in scan(opened)]
        except (ToolError, OSError) as error:
            return _conflict(taking, str(error))
        more = [path for path in inside if path not in world.vanishing]
        if more:
            _conflict(taking, f"{step.path} is not empty: {more[0]} was put there since")
    return taking


def _remove_folder(world: World, step: Step) -> Taking:
    taking = Taking(step, f"make the folder {step.path} again")
    found = _look(world, taking, step.real_path())
    if found is not None and kinds.S_ISDIR(found.st_mode):
        taking.skipped = True
    elif found is not None and step.path not in world.vanishing:
        _conflict(taking, f"something else lies at {step.path} by now")
    return taking


def _move(world: World, step: Step) -> Taking:
    taking = Taking(step, f"move {step.path} back to {step.source}")
    back = _look(world, taking, step.real_source())
    if taking.conflict:
        return taking
    rewritten = bool(step.after) and taking.state == step.after
    if back is not None and ((back.st_ino, back.st_dev) == (step.inode, step.device) or rewritten):
        taking.skipped = True
        return taking
    found = _look(world, taking, step.real_path())
    if taking.conflict:
        return taking
    if found is None:
        return _conflict(taking, f"{step.path} no longer exists")
    if (found.st_ino, found.st_dev) != (step.inode, step.device):
        same_file = kinds.S_ISREG(found.st_mode) and step.after and taking.state == step.after
        if not same_file:
            return _conflict(taking, f"something else lies at {step.path} by now")
    if back is not None and step.source not in world.vanishing:
        return _conflict(taking, f"something else lies at {step.source} by now")
    return taking


def _trash(world: World, step: Step) -> Taking:
    taking = Taking(step, f"bring {step.path} back from the trash")
    found = _look(world, taking, step.real_path())
    if taking.conflict:
        return taking
    try:
        there = _in_trash(world.store, step)
    except OSError as error:
        return _conflict(taking, f"the trash cannot be read: {error.strerror}")
    if there is None:
        if found is not None and (found.st_ino, found.st_dev) == (step.inode, step.device):
            taking.skipped = True
            return taking
        return _conflict(taking, "it is no longer in the trash, which was emptied")
    # A copy out of another file system has an inode of its own.
    if not step.image and (there.st_ino, there.st_dev) != (step.inode, step.device):
        return _conflict(taking, "the trash holds something else under that name by now")
    if found is not None and step.path not in world.vanishing:
        return _conflict(taking, f"something else lies at {step.path} by now")
    return taking


def _in_trash(store: UndoStore, step: Step) -> os.stat_result | None:
    try:
        if step.image:
            return at.stat(store.images, step.image)
        return os.lstat(meant(step.place))
    except FileNotFoundError:
        return None


def _restore(world: World, step: Step) -> Taking:
    taking = Taking(step, f"put {step.path} into the trash again")
    found = _look(world, taking, step.real_path())
    if found is None and not taking.conflict:
        taking.skipped = True
    elif found is not None and step.inode and (found.st_ino, found.st_dev) != (step.inode, step.device):
        _conflict(taking, f"something else lies at {step.path} by now")
    return taking


_LOOKS = {
    "write": _write,
    "create": _create,
    "remove": _remove,
    "make_folder": _make_folder,
    "remove_folder": _remove_folder,
    "move": _move,
    "trash": _trash,
    "restore": _restore,
}


def _look(world: World, taking: Taking, path: str) -> os.stat_result | None:
    """What lies at `path`; its inode goes into the taking's state, a refusal into its conflict."""
    try:
        with open_parent(world.folders, path, "change", WHAT) as parent:
            if parent.path != path:
                _conflict(taking, f"{shown(path)} leads to {shown(parent.path)} by now")
                return None
            found = parent.look()
            taking.state = _state(world.folders, parent, found)
            return found
    except NotFoundError:
        above = os.path.dirname(path)
        if taking.step.kind in _COMING_BACK and shown(above) not in world.appearing:
            _conflict(taking, f"the folder {shown(above)} no longer exists")
        return None
    except (ToolError, OSError) as error:
        _conflict(taking, str(error))
        return None


def _state(folders: Folders, parent: Parent, found: os.stat_result | None) -> str:
    if found is None:
        return ""
    if kinds.S_ISREG(found.st_mode):
        with open_file(folders, parent.path, "read", WHAT) as opened:
            return etag(opened.fd, opened.stat)
    return f"{found.st_dev}:{found.st_ino}"


def open_image(store: UndoStore, step: Step) -> int:
    """A descriptor of a step's before-image. Raises OSError."""
    return at.existing(store.images, step.image)


def _image_etag(store: UndoStore, step: Step) -> str:
    if not step.image:
        return ""
    try:
        fd = open_image(store, step)
    except OSError:
        return ""
    try:
        return etag(fd, os.fstat(fd))
    finally:
        os.close(fd)


def _with_image(store: UndoStore, taking: Taking) -> Taking:
    """A conflict where the before-image is gone, or was written to by a program that still had the file open."""
    step = taking.step
    if taking.skipped or taking.conflict or not step.image:
        return taking
    try:
        found = at.stat(store.images, step.image)
    except OSError:
        return _conflict(taking, "its before-image is no longer kept")
    if (found.st_size, found.st_mtime_ns) != (step.size, step.image_mtime):
        _conflict(taking, "another program wrote into the old file after the change", forcible=True)
    return taking


def _conflict(taking: Taking, why: str, *, forcible: bool = False) -> Taking:
    taking.conflict = why
    taking.forcible = forcible
    return taking

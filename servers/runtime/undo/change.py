"""One change in the making: everything it will do is kept and written down before any of it is done.

    with store.begin("edit_file", client) as change:
        change.before(parent)                 # keeps the before-image
        change.commit()                       # from here on a crash leaves a record
        found = replace_file(parent, content, expect=etag)
        change.after(parent, new_etag)

Leaving the block by an exception before anything was done leaves no record.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from servers.runtime.errors import ToolError
from servers.runtime.safe import at
from servers.runtime.safe.names import meant, shown
from servers.runtime.safe.opening import Parent
from servers.runtime.safe.words import NotFoundError, said
from servers.runtime.undo import images, record, trash
from servers.runtime.undo.record import Outcome, Record, Step, step_of

if TYPE_CHECKING:
    from servers.runtime.undo.store import UndoStore


class Change:
    """Made by `UndoStore.begin`. `id` is the change_id; steps are added in the order they will be done."""

    def __init__(self, store: UndoStore, written: Record) -> None:
        self.id = written.id
        self.committed = False
        self.record = written
        self._store = store

    @property
    def offered(self) -> str:
        """The id, as long as there is a way back; else empty."""
        return self.id if self.record.undoable else ""

    def __enter__(self) -> Change:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self.committed:
            self._store.add(self.id, Outcome(done=True))
        elif not self.committed or not any(self._happened(step) for step in self.record.steps):
            self.abandon()

    def before(self, parent: Parent, *, after: str = "", undoable: bool = True, path: str = "") -> None:
        """The file `parent` names will get other content. Its present content is kept; `after` is the new etag if known.

        `path`: where the file will lie when it gets it, if a step before moves it there. `undoable=False`: keep nothing,
        since the user agreed to a change that cannot be undone. Raises ToolError where the before-image cannot be kept.
        """
        self._keep("write", parent, after, undoable, path)

    def removed(self, parent: Parent, *, undoable: bool = True) -> None:
        """The file `parent` names will be removed for good; as `before`."""
        self._keep("remove", parent, "", undoable)

    def created(self, parent: Parent, *, after: str = "") -> None:
        """A file will be created as `parent`, where nothing lies now."""
        self._add(step_of("create", parent.path, after=after))

    def made_folder(self, parent: Parent) -> None:
        """A folder will be created as `parent`."""
        self._add(step_of("make_folder", parent.path))

    def removed_folder(self, parent: Parent) -> None:
        """The empty folder `parent` names will be removed."""
        found = _look(parent)
        self._add(
            step_of("remove_folder", parent.path, inode=found.st_ino, device=found.st_dev, mode=found.st_mode & 0o777)
        )

    def moved(self, source: Parent, target: Parent, *, after: str = "") -> None:
        """The entry `source` names will be renamed to `target`, where nothing lies now. `after` is the etag of a file that a
        step before gives other content."""
        found = _look(source)
        told = {"source": shown(source.path), "inode": found.st_ino, "device": found.st_dev, "size": found.st_size}
        told |= {"after": after} if after else {}
        self._add(step_of("move", target.path, **told))

    def trashed(self, parent: Parent) -> Trashing:
        """The entry `parent` names will go to the trash; after `commit`, `Trashing.take()` does it. Raises ToolError."""
        found = _look(parent)
        try:
            place = trash.reserve(parent)
            if place is None:
                return self._trashed_here(parent, found)
        except OSError as error:
            raise said("trash", parent.path, error) from None
        told = {"place": shown(place.path), "note": shown(place.note), "inode": found.st_ino, "device": found.st_dev}
        self._add(step_of("trash", parent.path, **told))
        return Trashing(parent, place, self._store)

    def _trashed_here(self, parent: Parent, found: os.stat_result) -> Trashing:
        size = self._store.measure(parent)
        name = self._image_name()
        told = {"image": name, "inode": found.st_ino, "device": found.st_dev, "size": size}
        self._store.make_room(size, parent.path)
        self._store.total += size
        self._add(step_of("trash", parent.path, **told))
        return Trashing(parent, trash.Place(self._store.images_path, name), self._store)

    def add(self, step: Step) -> None:
        """A step that taking back another change needs (taking_back.py)."""
        self._add(step)

    def commit(self) -> str:
        """Write the record; the change_id. Raises ToolError where the store cannot be written: then do nothing."""
        self._store.write(self.record)
        self.committed = True
        return self.id

    def after(self, parent: Parent, etag: str) -> None:
        """The etag of what the change left at `parent`, where it was not known before: undo compares it. A file that a later
        step moves away from there is known by it too."""
        here = shown(parent.path)
        for number, step in enumerate(self.record.steps):
            left = step.path == here and step.kind in ("write", "create")
            leaves = step.source == here and step.kind == "move"
            if (left or leaves) and step.after != etag:
                step.after = etag
                self._store.add(self.id, Outcome(step=number, after=etag))

    def abandon(self) -> None:
        """Nothing was done: no record, no image and no reserved place remains."""
        for step in self.record.steps:
            if step.note:
                trash.drop(trash.Place("", "", meant(step.note)))
        self._store.forget(self.record)
        self.committed = False

    def _happened(self, step: Step) -> bool:
        """Whether the world shows that the step was done. Only metadata is looked at, and only our own record depends on it."""
        if step.kind == "trash":
            # A copy may lie there though removing the original failed half-way: then the copy must stay.
            place = os.path.join(self._store.images_path, step.image) if step.image else meant(step.place)
            return os.path.lexists(place)
        try:
            found = os.lstat(step.real_path())
        except OSError:
            return step.kind in ("remove", "remove_folder")
        here = (found.st_ino, found.st_dev) == (step.inode, step.device)
        return here if step.kind == "move" else not here

    def _image_name(self) -> str:
        return f"{self.id}.{len(self.record.steps)}"

    def _add(self, step: Step) -> None:
        if self.committed:
            raise RuntimeError("a step after commit would not be on record")
        self.record.steps.append(step)

    def _keep(self, kind: record.Kind, parent: Parent, after: str, undoable: bool, path: str = "") -> None:
        found = _look(parent)
        told = {"inode": found.st_ino, "device": found.st_dev, "mode": found.st_mode & 0o777, "after": after}
        if not undoable:
            self._add(step_of(kind, path or parent.path, size=found.st_size, image_mtime=found.st_mtime_ns, **told))
            return
        self._store.make_room(found.st_size, parent.path)
        name = self._image_name()
        try:
            image = images.keep(parent, self._store.images, name)
        except OSError as error:
            words = said("keep the before-image of", parent.path, error).text
            raise ToolError(f"{words} So nothing was changed, since the change could not be undone.") from None
        self._store.total += image.st_size
        self._add(
            step_of(kind, path or parent.path, image=name, size=image.st_size, image_mtime=image.st_mtime_ns, **told)
        )


class Trashing:
    """A reserved place, and the step that fills it."""

    def __init__(self, parent: Parent, place: trash.Place, store: UndoStore) -> None:
        self.place = place
        self._parent: Parent | None = parent
        self._store = store

    def let_go(self) -> None:
        """Forget the open folder: `take` will be given it anew."""
        self._parent = None

    def take(self, parent: Parent | None = None) -> None:
        """Move the entry there, after `Change.commit`. Raises ToolError; then the entry is where it was."""
        source = parent or self._parent
        if source is None:
            raise RuntimeError("no open folder to take the entry from")
        try:
            folder = at.own_folder(self.place.folder)
            try:
                trash.carry(source.fd, source.name, folder, self.place.name, self._store.quota)
            finally:
                os.close(folder)
        except OSError as error:
            raise said("trash", source.path, error) from None


def _look(parent: Parent) -> os.stat_result:
    try:
        found = parent.look()
    except OSError as error:
        raise said("change", parent.path, error) from None
    if found is None:
        raise NotFoundError(f"Cannot change {parent.path}: there is no such file or folder.")
    return found

"""The undo store of one server: a folder of records and before-images, bounded in bytes and in days.

    from servers.runtime.undo.store import UndoStore

`changes/ID` are records (record.py), `images/ID.N` what they kept. The record stands before the change is made; kill -9 at any
moment leaves either no record or one that tells exactly what may have been done.
"""

from __future__ import annotations

import os
import stat as kinds
import time

from servers.runtime.safe import at, trees
from servers.runtime.safe.durable import flush, flush_folder
from servers.runtime.safe.moving import remove_quietly
from servers.runtime.safe.opening import Parent
from servers.runtime.safe.words import NotFoundError, RefusedError, said
from servers.runtime.undo import record, recovery
from servers.runtime.undo.change import Change
from servers.runtime.undo.record import Outcome, Record

MEGABYTE = 1_000_000
MAX_RECORD = 64 * MEGABYTE
_GRACE = 600
"""Seconds for which an image without a record may belong to a change that another process is just preparing."""
_LOOKED_AT = 500
_SWEEP_EVERY = 3600
_SWEEP_AGAIN = 120
"""Seconds after the first sweep of a process for the second: what a crash just left was too young for the first."""


class UndoStore:
    """`folder` is made (0700) if it is not there. `quota` bytes in all, records of the last `days` days. Raises ToolError."""

    def __init__(self, folder: str, quota_bytes: int = 1000 * MEGABYTE, days: int = 30) -> None:
        self.folder = folder
        self.quota = quota_bytes
        self.days = days
        self.images_path = os.path.join(folder, "images")
        try:
            for path in (folder, self.images_path, os.path.join(folder, "changes")):
                os.makedirs(path, 0o700, exist_ok=True)
            self.images = at.own_folder(self.images_path)
            self._changes = at.own_folder(os.path.join(folder, "changes"))
        except OSError as error:
            raise said("keep changes for undo in", folder, error) from None
        self.total = 0
        """Bytes of images, as far as this process knows; the sweep counts them anew."""
        self._next_sweep = 0.0

    def close(self) -> None:
        """Close the store's two descriptors."""
        for fd in (self.images, self._changes):
            if fd >= 0:
                os.close(fd)
        self.images = self._changes = -1

    def begin(self, tool: str, client: str = "", undoes: str = "") -> Change:
        """A change to be filled with steps; nothing is written yet. Sweeps first if that was long ago."""
        if time.monotonic() >= self._next_sweep:
            self.sweep()
        now = time.time_ns() // 1_000_000
        return Change(self, Record(record.new_id(), now, tool[:100], client[:100], undoes=undoes))

    def keeps(self, size: int) -> bool:
        """Whether a before-image of `size` bytes can be kept at all: the `undoable` of a plan."""
        return size <= self.quota

    def measure(self, parent: Parent) -> int:
        """Bytes at and below the entry of `parent`, for a place in the store. Raises OSError beyond the quota."""
        return trees.measure(parent.fd, parent.name, trees.Budget(self.quota))

    def make_room(self, size: int, path: str) -> None:
        """Let the oldest before-images go until `size` bytes fit. Trashed things are never let go for that.

        Raises RefusedError where they cannot fit.
        """
        if self.total + size <= self.quota:
            return
        if self.keeps(size):
            self.sweep(size)
        if self.total + size > self.quota:
            raise RefusedError(
                f"Cannot keep {path} for undo: it has {size:,} bytes, and the undo store may hold {self.quota:,}. "
                "Nothing was changed."
            )

    def write(self, written: Record) -> None:
        """Write a new record, durable where it is the only way back to something replaced. Raises ToolError."""
        try:
            fd = at.new(self._changes, written.id, 0o600)
            try:
                line = memoryview(record.encode(written) + b"\n")
                while line:
                    line = line[os.write(fd, line) :]
                if any(step.image for step in written.steps):
                    flush(fd)
                    flush_folder(self.images)
            finally:
                os.close(fd)
        except OSError as error:
            remove_quietly(self._changes, written.id)
            raise said("write the undo record in", self.folder, error) from None

    def add(self, change_id: str, outcome: Outcome) -> None:
        """Add what came of a change. The change itself is made by then: a full disk costs this line, not the answer."""
        try:
            fd = at.append(self._changes, change_id)
        except OSError:
            return
        try:
            os.write(fd, record.encode(outcome) + b"\n")
        except OSError:
            return
        finally:
            os.close(fd)

    def get(self, change_id: str) -> Record:
        """The record of a change. Raises NotFoundError: never made, or too old to be kept."""
        found = self._read(change_id) if record.is_id(change_id) else None
        if found is None:
            raise NotFoundError(
                f"There is no change {change_id[:40]!r} to undo. It may be older than {self.days} days, or the store was full; "
                "list the changes to see which are kept."
            )
        return found

    def list(self, limit: int = 20) -> list[Record]:
        """The latest changes, newest first."""
        out: list[Record] = []
        for change_id in sorted(self._ids(), reverse=True):
            found = self._read(change_id)
            if found is not None:
                out.append(found)
                if len(out) >= limit:
                    break
        return out

    def forget(self, written: Record) -> None:
        """Remove a record and all it kept; the sweep counts the bytes."""
        remove_quietly(self._changes, written.id)
        for step in written.steps:
            if step.image:
                self._remove(step.image)

    def sweep(self, room: int = 0) -> int:
        """Remove what is too old, what no record names, and the oldest before-images beyond the quota less `room` bytes.

        How many records went. Raises nothing: what cannot be removed now will be next time.
        """
        self._next_sweep = time.monotonic() + (_SWEEP_EVERY if self._next_sweep else _SWEEP_AGAIN)
        oldest = record.id_at(time.time_ns() // 1_000_000 - self.days * 86_400_000)
        ids = self._ids()
        old = [change_id for change_id in ids if change_id < oldest or self._never_written(change_id)]
        for change_id in old:
            self._forget(change_id)
        sizes = self._sizes(set(ids).difference(old))
        self.total = sum(sizes.values())
        gone = len(old)
        for change_id in sorted(sizes):
            if self.total + room <= self.quota:
                break
            if not self._holds_trash(change_id):
                self._forget(change_id)
                self.total -= sizes[change_id]
                gone += 1
        self._recover(ids)
        return gone

    def _never_written(self, change_id: str) -> bool:
        """Whether a crash came between the making of a record's file and its first line; young ones get the benefit."""
        if change_id > record.id_at(time.time_ns() // 1_000_000 - _GRACE * 1000):
            return False
        try:
            return at.stat(self._changes, change_id).st_size == 0
        except OSError:
            return False

    def _recover(self, ids: list[str]) -> None:
        """Clean up behind changes that a crash cut short; they are looked at once."""
        latest = record.id_at(time.time_ns() // 1_000_000 - recovery.OLD_ENOUGH * 1000)
        for change_id in sorted((one for one in ids if one < latest), reverse=True)[:_LOOKED_AT]:
            found = self._read(change_id)
            if found is not None and not found.done:
                recovery.clear(found)
                self.add(change_id, Outcome(done=True))

    def _sizes(self, known: set[str]) -> dict[str, int]:
        """Bytes of images by change. An image whose change is not `known` is removed once it is surely nobody's."""
        sizes: dict[str, int] = {}
        for name in at.listing(self.images):
            change_id = name.partition(".")[0]
            try:
                found = at.stat(self.images, name)
            except OSError:
                continue
            if change_id not in known:
                if time.time() - found.st_ctime > _GRACE:
                    self._remove(name)
            elif kinds.S_ISDIR(found.st_mode):
                whole = self._read(change_id)
                sizes[change_id] = whole.kept if whole else 0
            else:
                sizes[change_id] = sizes.get(change_id, 0) + found.st_size
        return sizes

    def _holds_trash(self, change_id: str) -> bool:
        found = self._read(change_id)
        return found is not None and any(step.kind == "trash" and step.image for step in found.steps)

    def _forget(self, change_id: str) -> None:
        found = self._read(change_id)
        if found is None:
            remove_quietly(self._changes, change_id)
        else:
            self.forget(found)

    def _ids(self) -> list[str]:
        return [name for name in at.listing(self._changes) if record.is_id(name)]

    def _read(self, change_id: str) -> Record | None:
        try:
            fd = at.existing(self._changes, change_id)
        except OSError:
            return None
        with open(fd, "rb") as file:
            return record.decode(file.read(MAX_RECORD))

    def _remove(self, image: str) -> None:
        try:
            trees.remove(self.images, image)
        except OSError:
            return

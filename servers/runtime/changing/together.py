"""Changes of several files that count only together: what goes wrong in the middle takes back what was done, and what a kill cut
short is taken back by the next process that looks.

`UNDO/unfinished` names the changes that are being made; whoever makes one holds `UNDO/unfinished.lock`, which the system lets
go of when the process ends, however it ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from servers.runtime.changing.changes import Unrecorded
from servers.runtime.errors import ToolError
from servers.runtime.safe import at
from servers.runtime.safe.durable import flush, flush_folder
from servers.runtime.safe.words import ConflictError, NotFoundError, said

if TYPE_CHECKING:
    from servers.runtime.call import Call
    from servers.runtime.safe.access import Folders
    from servers.runtime.undo.change import Change
    from servers.runtime.undo.store import UndoStore

_NAME = "unfinished"
_LOCK_SECONDS = 5.0
_MAX_READ = 4096


def carry_out(call: Call, change: Change | Unrecorded, act: Callable[[], object]) -> None:
    """Commit `change` and do it by `act`: all of it, or nothing. Raises what `act` raises, once all is as it was.

    Where somebody else changed one of the files in the very meantime, so that it cannot go back, the error says so and the
    change stays on record. Without an undo store nothing is taken back.
    """
    store = call.undo
    if store is None or isinstance(change, Unrecorded):
        change.commit()
        act()
        return
    with _Held(store) as held:
        held.add(change.id)
        try:
            change.commit()
            act()
        except BaseException as error:
            _back(store, call.folders, change.id, error)
            raise
        finally:
            held.drop(change.id)


def finish(call: Call) -> None:
    """Take back what a kill cut short, if there is anything and nobody is at it. Cheap where there is nothing: one stat.

    What lies in a folder that is closed at the moment waits; what was changed since stays on record for a forced undo.
    """
    store = call.undo
    if store is None or not os.path.exists(os.path.join(store.folder, _NAME)):
        return
    try:
        with _Held(store, wait=False) as held:
            for change_id in held.ids():
                if _finished(store, call.folders, change_id):
                    held.drop(change_id)
    except ToolError:
        return  # another process is at it


def _finished(store: UndoStore, folders: Folders, change_id: str) -> bool:
    """Whether nothing more can be done for a change that was cut short."""
    try:
        record = store.get(change_id)
    except NotFoundError:
        return True  # killed before it was on record: nothing was done
    if record.done or record.undone_by:
        return True
    paths = [path for step in record.steps for path in (step.real_path(), step.real_source()) if path]
    try:
        for path in paths:
            folders.require(path, "change", "take back a change of")
    except ToolError:
        return False
    try:
        _take_back(store, folders, change_id)
    except ToolError:
        return True
    return True


def _back(store: UndoStore, folders: Folders, change_id: str, error: BaseException) -> None:
    try:
        _take_back(store, folders, change_id)
    except NotFoundError:
        return  # not on record yet
    except ToolError as conflict:
        raise ConflictError(
            f"{error} What was done before that could not all be taken back: {conflict.text} It is on record as the change "
            f"{change_id}; undo it with force."
        ) from error


def _take_back(store: UndoStore, folders: Folders, change_id: str) -> None:
    """Undo, and forget that there was anything."""
    from servers.runtime.undo.going_back import plan_undo
    from servers.runtime.undo.taking_back import apply_undo

    going = plan_undo(store, folders, change_id)
    if all(taking.skipped for taking in going.takings):
        store.forget(going.record)
        return
    done = apply_undo(store, folders, change_id, tool=going.record.tool)
    store.forget(store.get(done.change_id))
    store.forget(going.record)


class _Held:
    """The lock, and the file that it guards: ids of changes, one a line. Raises ToolError where another process has it."""

    def __init__(self, store: UndoStore, *, wait: bool = True) -> None:
        from filelock import FileLock

        self._store = store
        self._path = os.path.join(store.folder, _NAME)
        self._lock = FileLock(self._path + ".lock", timeout=_LOCK_SECONDS if wait else 0, mode=0o600)

    def __enter__(self) -> _Held:
        from filelock import Timeout

        try:
            self._lock.acquire()
        except Timeout:
            raise ToolError(
                "Another change of several files is being made at this moment. Nothing was done; try again."
            ) from None
        except OSError as error:
            raise said("keep changes for undo in", self._store.folder, error) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def ids(self) -> list[str]:
        """The changes that are named."""
        try:
            with open(self._path, encoding="ascii", errors="replace") as file:
                return file.read(_MAX_READ).split()
        except FileNotFoundError:
            return []

    def add(self, change_id: str) -> None:
        """Name a change, durably. Raises ToolError."""
        self._write([*self.ids(), change_id])

    def drop(self, change_id: str) -> None:
        """Name it no more."""
        self._write([one for one in self.ids() if one != change_id])

    def _write(self, ids: list[str]) -> None:
        """All or nothing: a kill leaves the old list or the new one."""
        part = f"{_NAME}.new"
        try:
            folder = at.own_folder(self._store.folder)
            try:
                if not ids:
                    os.unlink(self._path)
                    return
                fd = os.open(os.path.join(self._store.folder, part), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                try:
                    os.write(fd, "".join(f"{one}\n" for one in ids[-100:]).encode("ascii"))
                    flush(fd)
                finally:
                    os.close(fd)
                os.replace(os.path.join(self._store.folder, part), self._path)
                flush_folder(folder)
            finally:
                os.close(folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise said("keep changes for undo in", self._store.folder, error) from None

"""One change of a repository in the making: what was there is kept and on record before git changes anything.

    with begin(call, repository, "git_commit", concern, planned) as change:
        run(call, repository, ["commit", …])
        change.words = "commit 1a2b3c4 on main"
    change.offered                                    # the change_id, or "" where there is no way back

Whatever ends the block, what the change left is looked at: nothing altered means no record, an error half-way one that is true.
kill -9 at any moment leaves either no record or one by which everything can be put back.
"""

from __future__ import annotations

import contextlib
import os
from _thread import LockType, allocate_lock
from collections.abc import Iterable
from typing import TYPE_CHECKING

from servers.git.backup import keeping
from servers.git.backup.index_lock import wait_until_free
from servers.git.backup.record import GitOutcome, GitRecord
from servers.git.backup.world import Concern, World, capture
from servers.git.repository import Repository
from servers.runtime.call import Call
from servers.runtime.errors import Cancelled, ToolError
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import ConflictError, RefusedError, said
from servers.runtime.undo import record as records
from servers.runtime.undo.record import step_of

if TYPE_CHECKING:
    from servers.runtime.undo.store import UndoStore

MOST_FILES = 50_000
"""Files that one change may concern and be taken back: a record names each of them."""
_MOST_FOLDERS = 1000
_WAIT_SECONDS = 60.0
_locks: dict[str, LockType] = {}
"""By the folder that all worktrees share: what one change leaves must not be taken for another's."""


def _lock_of(repository: Repository) -> LockType:
    return _locks.setdefault(repository.common_dir, allocate_lock())


class Change:
    """Made by `begin`. `before` is the world as it was; `words` say what was done, for people; `after` is there at the end."""

    def __init__(self, call: Call, repository: Repository, concern: Concern, made: GitRecord, store: UndoStore | None):
        self.before = made.before
        self.after: World | None = None
        self.words = made.words
        self._call = call
        self._repository = repository
        self._concern = concern
        self._record = made
        self._store = store
        self._new: list[str] = []

    @property
    def offered(self) -> str:
        """The change_id, once something was changed and there is a way back; else empty."""
        return self._record.id if self._store is not None and self.after is not None else ""

    def also(self, refs: Iterable[str]) -> None:
        """Refs that the change made and that nobody could name before: there was nothing of that name."""
        new = [ref for ref in refs if ref not in self.before.refs]
        self.before.refs.update(dict.fromkeys(new, ""))
        self._new += new
        concern = self._concern
        self._concern = Concern((*concern.refs, *new), concern.index, concern.files, concern.branches)

    def __enter__(self) -> Change:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._end(kind)
        finally:
            _lock_of(self._repository).release()

    def _end(self, kind: type[BaseException] | None) -> None:
        if kind is None:
            self._look()
            return
        if kind is not Cancelled:
            # The error that ended the block is the one to be told.
            with contextlib.suppress(ToolError, OSError):
                self._look()

    def _look(self) -> None:
        """See what was left and put it on record. A call that was taken back leaves the record as one that was cut short."""
        after = capture(self._call, self._repository, self._concern)
        if after == self.before:
            self._abandon()
            return
        self.after = after
        self._call.touch(self._repository.path)
        if self._store is not None:
            self._store.add(self._record.id, GitOutcome(done=True, left=after, said=self.words, new=tuple(self._new)))
            self._call.change_id = self._record.id

    def _abandon(self) -> None:
        keeping.drop_refs(self._call, self._repository, self._record.backups)
        if self._store is not None:
            self._store.forget(self._record)


def kept_whole(call: Call, world: World) -> bool:
    """Whether everything that `world` names can be kept: the `undoable` of a plan."""
    store = call.undo
    size = sum(state.size for state in world.files)
    too_much = len(world.files) > MOST_FILES or any(state.large for state in world.files)
    return store is not None and not too_much and store.keeps(size)


def begin(
    call: Call,
    repository: Repository,
    tool: str,
    concern: Concern,
    planned: World,
    *,
    lost: Iterable[str] = (),
    words: str = "",
    undoes: str = "",
    written: Iterable[str] = (),
) -> Change:
    """Keep all that `concern` names and put it on record. `lost` are objects that may be in no ref's history any more;
    `written` the absolute paths of files that are written here and not by git, so that what a crash leaves beside them is found.

    Raises ConflictError where the world is no longer as `planned`, RefusedError where it is too large to be kept and the user
    did not agree to that, ToolError where it cannot be kept. Then nothing was changed.
    """
    lock = _lock_of(repository)
    if not lock.acquire(timeout=_WAIT_SECONDS):
        raise ConflictError(
            f"Another call is changing {repository.path} and takes long. Nothing was done; try again later."
        )
    try:
        return _begin(call, repository, tool, concern, planned, lost, words, undoes, written)
    except BaseException:
        lock.release()
        raise


def _begin(
    call: Call,
    repository: Repository,
    tool: str,
    concern: Concern,
    planned: World,
    lost: Iterable[str],
    words: str,
    undoes: str,
    written: Iterable[str],
) -> Change:
    store = call.undo
    agreed = call.order is not None and bool(call.order.guard)
    if store is not None and not kept_whole(call, planned):
        if not agreed:
            raise RefusedError(
                f"This would change more than is kept for undo ({MOST_FILES:,} files, {keeping_limit()} in one, "
                f"{store.quota:,} in all). Ask the user to set the folder to `ask`, where they can agree to it."
            )
        store = None
    if concern.index:
        wait_until_free(repository.git_dir)
    images = keeping.Images(call, repository)
    before = capture(call, repository, concern, images.keep)
    if before != planned:
        raise ConflictError(
            f"The repository {repository.path} was changed at this moment by another program. Nothing was done; look again."
        )
    images.add(before.files)
    session = call.order.session if call.order is not None else ""
    base = store.begin(tool, session, undoes).record if store is not None else records.Record(records.new_id(), 0)
    made = GitRecord(
        base.id, base.at, base.tool, base.client, repo=shown(repository.path), before=before, words=words, undoes=undoes
    )
    made.branches = concern.branches
    made.steps = [step_of("create", path) for path in _one_a_folder(written)]
    try:
        _keep(call, repository, made, images, [*lost], store, index=concern.index and not repository.bare)
    except BaseException:
        if store is not None:
            store.forget(made)
        raise
    return Change(call, repository, concern, made, store)


def _one_a_folder(paths: Iterable[str]) -> list[str]:
    return list({os.path.dirname(path): path for path in paths}.values())[:_MOST_FOLDERS]


def keeping_limit() -> str:
    """The most that one file may have, in words."""
    from servers.git.backup.files import MAX_KEPT

    return f"{MAX_KEPT:,} bytes"


def _keep(
    call: Call,
    repository: Repository,
    made: GitRecord,
    images: keeping.Images,
    lost: list[str],
    store: UndoStore | None,
    *,
    index: bool,
) -> None:
    tree = ""
    copy = keeping.copy_index(call, repository) if index else None
    if copy is not None:
        with copy:
            tree = images.tree(keeping.index_tree(call, repository, copy))
            if store is not None:
                _keep_index(repository, made, copy, store)
    else:
        tree = images.tree("")
    made.had_index = copy is not None
    made.backups = tuple(keeping.write_refs(call, repository, made.id, tree, images.size, lost))
    if store is not None:
        store.write(made)


def _keep_index(repository: Repository, made: GitRecord, copy: keeping.IndexCopy, store: UndoStore) -> None:
    path = keeping.index_file(repository)
    name = f"{made.id}.0"
    try:
        store.make_room(os.stat(copy.path).st_size, path)
        found = keeping.keep_index(copy, store.images, name)
    except OSError as error:
        raise said("keep the index of", repository.path, error) from None
    store.total += found.st_size
    made.steps.append(step_of("write", path, image=name, size=found.st_size, image_mtime=found.st_mtime_ns))

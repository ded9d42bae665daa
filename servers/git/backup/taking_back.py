"""Taking a change of a repository back. It is a change itself, on record before anything is done, and can be taken back in turn.

Whatever breaks half-way leaves the undo's own record, by which the world of before the undo can be had again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from servers.git.backup import keeping
from servers.git.backup.change import Change, begin
from servers.git.backup.files import MAX_KEPT, FileState, put_back
from servers.git.backup.going_back import GoingBack
from servers.git.backup.index_lock import IndexLock
from servers.git.backup.world import PSEUDO, STASH, Stashed, pseudo_content
from servers.git.errors import GitError
from servers.git.repository import Repository
from servers.git.runner import run
from servers.git.touching import absolute
from servers.runtime.call import Call
from servers.runtime.safe import at
from servers.runtime.safe.moving import remove_quietly
from servers.runtime.safe.names import meant
from servers.runtime.safe.words import ConflictError, said
from servers.runtime.undo.record import Outcome
from servers.runtime.undo.store import MEGABYTE, UndoStore

_MOST_INDEX = 1000 * MEGABYTE
_BATCH = 1000
"""Files whose content is taken into memory at once, if they are not larger than MAX_KEPT together."""


def take_back(call: Call, store: UndoStore, going: GoingBack, *, tool: str, force: bool) -> Change:
    """Do what was planned, all of it or, where a conflict speaks against it, nothing. Raises ToolError."""
    against = going.hard + ([] if force else going.conflicts)
    if against:
        raise ConflictError(
            f"The change {going.record.id} cannot be taken back, and nothing was done: {'; '.join(against[:10])}."
            + ("" if going.hard else " `force` takes it back all the same; what is there now is kept for undo.")
        )
    repository, now = going.repository, going.now
    lost = [value for value, _ in going.refs().values() if value]
    lost += [one.commit for one in now.stash if one not in going.target.stash]
    if not now.head.startswith("refs/"):
        lost.append(now.head)
    words = f"undo {going.record.id}: {going.record.words}"
    more: dict[str, Any] = {"words": words, "undoes": going.record.id}
    written = [absolute(repository, state.raw()) for state in going.files() if state.kind]
    with begin(call, repository, tool, going.concern, now, lost=lost, written=written, **more) as change:
        if going.concern.index and now.index != going.target.index:
            with IndexLock(repository.git_dir, *_index_image(store, going)) as lock:
                _files_back(call, going)
                try:
                    lock.put()
                except OSError as error:
                    raise said("put back the index of", repository.path, error) from None
        else:
            _files_back(call, going)
        _pseudo_back(going)
        _refs_back(call, going)
        _stash_back(call, going)
        _settings_back(call, going)
        if going.concern.index and not repository.bare:
            run(call, repository, ["update-index", "-q", "--refresh"], writes=True, ok=(0, 1, 128))
    if change.offered:
        store.add(going.record.id, Outcome(undone_by=change.offered))
    return change


def _index_image(store: UndoStore, going: GoingBack) -> tuple[bytes | None, os.stat_result | None]:
    if not going.record.had_index:
        return None, None
    try:
        fd = at.existing(store.images, f"{going.record.id}.0")
    except OSError as error:
        raise said("read the copy of the index in", store.folder, error) from None
    with open(fd, "rb") as file:
        return file.read(_MOST_INDEX), os.fstat(fd)


def _files_back(call: Call, going: GoingBack) -> None:
    states = going.files()
    if not states:
        return
    top = going.repository.top
    put_back(call.folders, top, [(state, None) for state in states])
    for batch in _portions([state for state in states if state.kind in ("file", "link")]):
        contents = keeping.contents(call, going.repository, batch)
        put_back(call.folders, top, [(state, contents[state.name]) for state in batch])


def _portions(states: list[FileState]) -> Iterator[list[FileState]]:
    batch: list[FileState] = []
    size = 0
    for state in states:
        if batch and (len(batch) == _BATCH or size + state.size > MAX_KEPT):
            yield batch
            batch, size = [], 0
        batch.append(state)
        size += state.size
    if batch:
        yield batch


def _pseudo_back(going: GoingBack) -> None:
    if going.now.pseudo == going.target.pseudo:
        return
    folder = at.own_folder(going.repository.git_dir)
    try:
        for name in PSEUDO:
            wanted = going.target.pseudo.get(name)
            if wanted == going.now.pseudo.get(name):
                continue
            if wanted is None:
                remove_quietly(folder, name)
                continue
            temporary = f"doorkeep-index-{os.getpid()}-{name}"
            remove_quietly(folder, temporary)
            fd = at.new(folder, temporary, 0o644)
            try:
                os.write(fd, pseudo_content(wanted))
            finally:
                os.close(fd)
            at.rename(folder, temporary, folder, name)
    except OSError as error:
        raise said("put back what was in progress in", going.repository.path, error) from None
    finally:
        os.close(folder)


def _refs_back(call: Call, going: GoingBack) -> None:
    repository, reason = going.repository, f"doorkeep: undo {going.record.id}"
    head = going.target.head
    if going.head_matters and head != going.now.head:
        if head.startswith("refs/"):
            run(call, repository, ["symbolic-ref", "-m", reason, "HEAD", head], writes=True)
        else:
            run(call, repository, ["update-ref", "--no-deref", "-m", reason, "HEAD", head], writes=True)
    going_away: list[str] = []
    coming: list[str] = []
    for ref, (value, old) in going.refs().items():
        if not old:
            going_away.append(f"delete {ref} {value}\n")
        else:
            coming.append(f"update {ref} {old} {value or '0' * len(old)}\n")
    if not going_away and not coming:
        return
    command = ["update-ref", "-m", reason, "--stdin"]
    try:
        run(call, repository, command, stdin="".join(going_away + coming).encode(), writes=True)
    except GitError:
        if not going_away or not coming:
            raise
        # `a` can only come once `a/b` is gone, and git wants that in two steps.
        run(call, repository, command, stdin="".join(going_away).encode(), writes=True)
        run(call, repository, command, stdin="".join(coming).encode(), writes=True)


def _stash_back(call: Call, going: GoingBack) -> None:
    if not going.concern.stash or going.now.stash == going.target.stash:
        return
    repository = going.repository
    kept = _same_beginning(going.now.stash[::-1], going.target.stash[::-1])
    if kept < len(going.now.stash):
        kept = 0
        run(call, repository, ["update-ref", "-d", STASH], writes=True)
    for entry in going.target.stash[::-1][kept:]:
        _store(call, repository, entry)


def _same_beginning(one: list[Stashed], other: list[Stashed]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _store(call: Call, repository: Repository, entry: Stashed) -> None:
    env = {
        "GIT_COMMITTER_NAME": meant(entry.name),
        "GIT_COMMITTER_EMAIL": meant(entry.email),
        "GIT_COMMITTER_DATE": entry.date,
    }
    run(call, repository, ["stash", "store", "-m", meant(entry.message), entry.commit], env=env, writes=True)


def _settings_back(call: Call, going: GoingBack) -> None:
    if going.now.config == going.target.config:
        return
    for branch in going.record.branches:
        section = f"branch.{branch}"
        command = ["config", "--local", "--remove-section", section]
        run(call, going.repository, command, writes=True, ok=(0, 1, 5, 128))
    for key, value in going.target.config:
        run(call, going.repository, ["config", "--local", "--add", meant(key), meant(value)], writes=True)

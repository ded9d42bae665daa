"""What taking a change of a repository back would do, found out without doing any of it.

Everything is compared with what the change left: a branch that moved since, an index or a file that was changed since, is a
conflict, in words. Nothing in here writes.
"""

from __future__ import annotations

import os

import msgspec

from servers.git.backup import record as records
from servers.git.backup.files import FileState, strangers
from servers.git.backup.record import GitRecord
from servers.git.backup.world import STASH, Concern, World, capture
from servers.git.configuring import settings
from servers.git.repository import Repository, find
from servers.git.runner import run
from servers.git.touching import counted, is_open
from servers.runtime.call import Call
from servers.runtime.safe import at
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import ConflictError, NotFoundError
from servers.runtime.undo.store import UndoStore

_MOST_SMALL = 8192


class GoingBack(msgspec.Struct):
    """The plan. `now` is the world as it is, `target` as it was before the change; `lines` say what would be done.

    `conflicts` speak against it; `hard` ones also where it is forced.
    """

    record: GitRecord
    repository: Repository
    concern: Concern
    now: World
    target: World
    lines: list[str] = []
    conflicts: list[str] = []
    hard: list[str] = []

    @property
    def head_matters(self) -> bool:
        """Whether HEAD is put back: it belongs to the index, or the change moved it."""
        left = self.record.after
        return self.concern.index or left is None or left.head != self.record.before.head

    def files(self) -> list[FileState]:
        """The files to be put back, as they were."""
        pairs = zip(self.now.files, self.target.files, strict=True)
        return [before for now, before in pairs if not now.like(before) or now.mode != before.mode]

    def refs(self) -> dict[str, tuple[str, str]]:
        """The refs to be put back: what they are now, what they were. The stash has its own way."""
        found = {ref: (self.now.refs[ref], before) for ref, before in self.target.refs.items() if ref != STASH}
        return {ref: pair for ref, pair in found.items() if pair[0] != pair[1]}


def plan_back(call: Call, store: UndoStore, change_id: str) -> GoingBack:
    """What it would take. Raises NotFoundError for a change that is not known, ToolError where the repository is out of reach,
    ConflictError where there is nothing to take back."""
    found = records.read(store, change_id)
    if found is None:
        raise NotFoundError(
            f"There is no change {change_id[:40]!r} to undo. It may be older than {store.days} days, or the store was full; "
            "git_undo without change_id lists those that are kept."
        )
    # In the form that arguments have: `find` undoes its escapes itself.
    repository = find(call, found.repo, "change")
    before = found.before
    concern = Concern(
        tuple(before.refs), bool(before.index), tuple(state.raw() for state in before.files), found.branches
    )
    going = GoingBack(found, repository, concern, capture(call, repository, concern), before)
    _compare(going, store, change_id)
    _say(going)
    if not going.lines:
        raise ConflictError(f"There is nothing to take back of the change {change_id}: all is as it was before it.")
    _look_at_images(call, going, store)
    _look_at_branches(call, going)
    _look_at_files(call, going)
    return going


def _compare(going: GoingBack, store: UndoStore, change_id: str) -> None:
    """Conflicts: what is neither as the change left it nor as it was before."""
    left, now, before = going.record.after, going.now, going.target
    if left is None:
        if next(iter(_of_repository(store, going.record.repo)), "") != change_id:
            going.conflicts.append("it was cut short, and other changes were made since")
        return
    if going.head_matters and now.head not in (left.head, before.head):
        going.conflicts.append(f"{_named(now.head)} is checked out by now")
    for ref, value in now.refs.items():
        if value not in (left.refs.get(ref, ""), before.refs[ref]):
            going.conflicts.append(f"{_named(ref)} was moved since" if value else f"{_named(ref)} was deleted since")
    if now.index not in (left.index, before.index):
        going.conflicts.append("what is staged was changed since")
    if _in_progress(now) not in (_in_progress(left), _in_progress(before)):
        going.conflicts.append("a merge or the like was begun or ended since")
    changed = [
        state.path
        for state, after, old in zip(now.files, left.files, before.files, strict=True)
        if not state.like(after) and not state.like(old)
    ]
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        going.conflicts.append(f"{', '.join(changed[:3])}{more} changed since")


def _in_progress(world: World) -> dict[str, str]:
    """Without AUTO_MERGE, which git leaves lying and makes anew as it likes."""
    return {name: content for name, content in world.pseudo.items() if name != "AUTO_MERGE"}


def _of_repository(store: UndoStore, repo: str) -> list[str]:
    """The latest change of a repository, alone."""
    for one in records.latest(store):
        found = records.read(store, one)
        if found is not None and found.repo == repo:
            return [one]
    return []


def _say(going: GoingBack) -> None:
    now, before = going.now, going.target
    if going.head_matters and now.head != before.head:
        going.lines.append(f"HEAD goes back to {_named(before.head)}")
    for ref, (value, old) in going.refs().items():
        if not old:
            going.lines.append(f"{_named(ref)} is deleted ({value[:10]} is kept for undo)")
        elif value:
            going.lines.append(f"{_named(ref)} goes back from {value[:10]} to {old[:10]}")
        else:
            going.lines.append(f"{_named(ref)} comes back at {old[:10]}")
    if now.stash != before.stash:
        going.lines.append(f"the stash has {counted(len(before.stash), 'entry', 'entries')} again, as before")
    if now.config != before.config:
        going.lines.append("the branch's settings become as they were")
    if now.index != before.index:
        going.lines.append("what is staged becomes as it was")
    if now.pseudo != before.pseudo:
        going.lines.append("what was in progress (a merge or the like) becomes as it was")
    for state in going.files():
        going.lines.append(
            f"{state.path} becomes as it was" if state.kind else f"{state.path} is removed (kept for undo)"
        )


def _look_at_images(call: Call, going: GoingBack, store: UndoStore) -> None:
    record = going.record
    if going.now.index != going.target.index and record.had_index:
        try:
            at.stat(store.images, f"{record.id}.0")
        except OSError:
            going.hard.append("the copy of the index is no longer kept")
    if any(state.large for state in going.files()):
        going.hard.append("a file was too large to be kept")
    wanted = [state.name for state in going.files() if state.kind in ("file", "link")]
    wanted += [old for _, old in going.refs().values() if old] + [one.commit for one in going.target.stash]
    if wanted:
        given = "".join(f"{name}\n" for name in wanted).encode()
        told = run(call, going.repository, ["cat-file", "--batch-check"], stdin=given).text
        if any(line.endswith(" missing") for line in told.split("\n")):
            going.hard.append("its backup is no longer in the repository")


def _look_at_branches(call: Call, going: GoingBack) -> None:
    """A branch that another worktree has checked out is not moved under its feet."""
    moving = {ref for ref in going.refs() if ref.startswith("refs/heads/")}
    wanted = going.target.head if going.head_matters and going.now.head != going.target.head else ""
    if not moving and not wanted:
        return
    elsewhere = _checked_out_elsewhere(call, going.repository)
    going.hard += [f"{_named(ref)} is checked out in {elsewhere[ref]}" for ref in (*moving, wanted) if ref in elsewhere]
    if not going.head_matters and going.now.head in moving and not going.target.refs[going.now.head]:
        going.hard.append(f"{_named(going.now.head)} is checked out, so it cannot be deleted; switch to another branch")


def _checked_out_elsewhere(call: Call, repository: Repository) -> dict[str, str]:
    """The branches that other working trees of the repository are on, and which those are (gitrepository-layout(5))."""
    common = repository.common_dir
    others = os.path.join(common, "worktrees")
    folders = [os.path.join(others, name) for name in os.listdir(others)] if os.path.isdir(others) else []
    if settings(call, repository).local.get("core.bare", "").lower() != "true":
        folders.append(common)
    found: dict[str, str] = {}
    for folder in folders:
        if folder == repository.git_dir:
            continue
        word, _, ref = _small(folder, "HEAD").partition(" ")
        if word == "ref:":
            place = _small(folder, "gitdir") or common
            found[ref] = shown(os.path.dirname(place) if os.path.basename(place) == ".git" else place)
    return found


def _small(folder: str, name: str) -> str:
    """The text of a small file of git's; empty where there is none."""
    try:
        place = at.own_folder(folder)
    except OSError:
        return ""
    try:
        with open(at.existing(place, name), "rb") as file:
            return os.fsdecode(file.read(_MOST_SMALL)).rstrip("\n")
    except OSError:
        return ""
    finally:
        os.close(place)


def _look_at_files(call: Call, going: GoingBack) -> None:
    states = going.files()
    closed = sum(not is_open(call, going.repository, state.raw(), "change") for state in states)
    if closed:
        going.hard.append(f"{counted(closed)} of it closed to servers or read-only by now")
        return
    leaving = {state.raw() for state in states if not state.kind}
    lying = {state.path: state for state in going.now.files}
    for state in states:
        here = lying[state.path].kind
        in_the_way = here == "folder" and bool(state.kind)
        if here == "other" or (in_the_way and strangers(call.folders, going.repository.top, state.raw(), leaving)):
            going.hard.append(f"something else lies at {state.path} by now")


def _named(ref: str) -> str:
    """A ref or commit for people."""
    for start, word in (("refs/heads/", "the branch "), ("refs/tags/", "the tag "), ("refs/", "")):
        if ref.startswith(start):
            return word + ref[len(start) :]
    return f"the commit {ref[:10]}"

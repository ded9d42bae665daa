"""What all changing tools of git share: arguments, the plan with its guard, lists of changed files, and the words of a result."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from servers.git.backup.change import Change, begin, kept_whole
from servers.git.backup.world import Concern, World, capture, commit_at_head
from servers.git.errors import GitError
from servers.git.repository import Repository, find
from servers.git.revisions import revision
from servers.git.runner import run
from servers.git.touching import executed, few, writes
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned, Text
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import ConflictError
from servers.runtime.wire import Plan

MOST_PREVIEW = 20_000
"""Characters of a plan's preview."""
MAX_MESSAGE = 65_536
"""Characters of a message: it goes to git as one argument, which Linux bounds at 128 KiB."""
STATUS = ("status", "--porcelain=v1", "-z", "--no-renames", "--ignore-submodules=dirty")

DryRun = bool
"""Only show what would change; said once, in the server's instructions."""


class State(msgspec.Struct):
    """What a plan hands to its `apply`. `more` is the tool's own."""

    repository: Repository
    concern: Concern
    world: World
    words: str = ""
    notes: list[str] = []
    more: Any = None


def planned(
    call: Call,
    repository: Repository,
    concern: Concern,
    preview: str,
    *,
    words: str = "",
    notes: Sequence[str] = (),
    watched: Iterable[bytes] = (),
    more: Any = None,
) -> Planned:
    """The plan of a change: what it writes, and a guard over all that it concerns. `watched` are files that it only reads,
    whose content the user agrees to as well."""
    world = capture(call, repository, concern)
    guard = world.digest()
    seen = tuple(watched)
    if seen:
        guard += capture(call, repository, Concern(files=seen)).digest()
    text = "\n".join([preview.rstrip("\n"), *notes])[:MOST_PREVIEW]
    plan = Plan([], writes(call, repository, concern.files), text, guard, kept_whole(call, world))
    return Planned(plan, State(repository, concern, world, words, list(notes), more))


def looking(repository: Repository, words: str, more: Any = None) -> Planned:
    """The plan of an action that only reads."""
    return Planned(Plan([repository.path], [], words), State(repository, Concern(), World(), words, more=more))


def started(call: Call, state: State, tool: str, lost: Iterable[str] = ()) -> Change:
    """The change on record, to be made in a `with` block."""
    return begin(call, state.repository, tool, state.concern, state.world, lost=lost, words=state.words)


def done(change: Change, *lines: str) -> Text:
    """The result of a change: a line `changed=yes change_id=…`, which git_undo takes, and what was done."""
    if change.after is None:
        return unchanged(*lines)
    first = f"changed=yes change_id={change.offered}" if change.offered else "changed=yes undoable=no"
    return Text("\n".join([first, *(line for line in lines if line)]))


def unchanged(*lines: str) -> Text:
    """The result of a call that left everything as it was."""
    return Text("\n".join(["changed=no", *(line for line in lines if line)]))


def with_tree(call: Call, repo: str) -> Repository:
    """The repository to be changed, which must have a working tree. Raises ToolError."""
    repository = find(call, repo, "change")
    if repository.bare:
        raise ToolError(
            f"{repository.path} is a bare repository: it has no working tree, and nothing can be staged there."
        )
    return repository


def resolved(call: Call, repository: Repository, text: str, name: str = "rev") -> str:
    """The commit that a revision names. Raises ToolError."""
    command = ["rev-parse", "--verify", "-q", "--end-of-options", f"{revision(text, name)}^{{commit}}"]
    found = run(call, repository, command, ok=(0, 1, 128))
    if found.code:
        raise GitError(
            f"There is no commit {shown(text)} in this repository. git_branch and git_log show what there is."
        )
    return found.text


def head_commit(call: Call, repository: Repository) -> str:
    """The commit at HEAD. Raises ToolError where there is none yet."""
    found = commit_at_head(call, repository)
    if not found:
        raise GitError(f"The repository {repository.path} has no commit yet. Make one with git_commit first.")
    return found


def check_head(now: str, expected: str) -> None:
    """Raises ConflictError where HEAD is another commit than the one the caller saw."""
    expected = expected.strip().lower()
    if expected and (len(expected) < 7 or not now.startswith(expected)):
        raise ConflictError(f"HEAD is at {now[:12] or 'no commit'}, not at {expected}. Nothing was done; look again.")


def names(output: bytes) -> list[bytes]:
    """The paths of a listing with `-z`."""
    return [path for path in output.split(b"\0") if path]


def differing(call: Call, repository: Repository, *words: str, paths: Sequence[str] = ()) -> list[bytes]:
    """The paths that `git diff WORDS -- PATHS` names: `--cached`, one revision or two, or none for the working tree."""
    base = ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=dirty"]
    return names(run(call, repository, [*base, *words, "--", *paths], limit=64 << 20).stdout)


class Dirty(msgspec.Struct, frozen=True):
    """A path with what `git status` says of it: the index's and the worktree's letter."""

    letters: str
    path: bytes

    @property
    def untracked(self) -> bool:
        """Whether git does not know it."""
        return self.letters == "??"

    @property
    def unmerged(self) -> bool:
        """Whether it is in conflict (git-status(1), "Short Format")."""
        return self.letters in ("DD", "AU", "UD", "UA", "DU", "AA", "UU")


def dirty(call: Call, repository: Repository, paths: Sequence[str] = (), *, untracked: bool = True) -> list[Dirty]:
    """What differs from HEAD and index. An untracked path that ends in a slash is another repository's folder."""
    which = "--untracked-files=all" if untracked else "--untracked-files=no"
    found = run(call, repository, [*STATUS, which, "--", *paths]).stdout
    return [Dirty(line[:2].decode(), line[3:]) for line in names(found)]


def gitlinks(call: Call, repository: Repository) -> set[bytes]:
    """The paths of submodules in the index: git looks into those by running itself there, so no tool hands them to it."""
    listed = run(call, repository, ["ls-files", "--stage", "-z"], limit=256 << 20).stdout
    return {line.partition(b"\t")[2] for line in listed.split(b"\0") if line.startswith(b"160000 ")}


def given(paths: Iterable[bytes]) -> bytes:
    """Paths for `--pathspec-from-file=- --pathspec-file-nul`."""
    return b"".join(path + b"\0" for path in paths)


FROM_STDIN = ("--pathspec-from-file=-", "--pathspec-file-nul")


def told_of_executed(paths: Iterable[bytes]) -> list[str]:
    """A line that names files which other programs execute, where the change brings such."""
    found = executed(paths)
    return [f"Other programs execute what changes here: {few(found)}."] if found else []


def short(commit: str) -> str:
    """A commit for people."""
    return commit[:10]


def branch_of(head: str) -> str:
    """What HEAD is on, for people."""
    return (
        os.fsdecode(os.fsencode(head.removeprefix("refs/heads/")))
        if head.startswith("refs/")
        else f"detached {head[:10]}"
    )

"""The tool git_restore: files become again what the index or a commit holds. What they held is kept first."""

from __future__ import annotations

import os
from typing import Annotated

import msgspec
from msgspec import Meta

from servers.git import changing, previews
from servers.git.arguments import Paths, Repo
from servers.git.backup.files import look, strangers
from servers.git.backup.world import Concern
from servers.git.changing import FROM_STDIN, DryRun, State, short
from servers.git.errors import GitError
from servers.git.repository import Repository
from servers.git.revisions import paths
from servers.git.runner import run
from servers.git.touching import require_open
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned, Text
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import ConflictError

TOOL = "git_restore"
_INDEX = "index"
_BACKWARDS = ("-R", "--src-prefix=b/", "--dst-prefix=a/")
"""What is lost is shown as removed, under git's usual names."""


class GitRestore(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_restore."""

    paths: Paths
    repo: Repo = ""
    source: Annotated[str, Meta(description="index or a commit")] = _INDEX
    worktree: bool = True
    staged: bool = False
    dry_run: DryRun = False


class _Restore(msgspec.Struct):
    command: list[str]
    paths: list[bytes]


class git_restore:  # noqa: N801 - the tool's name
    """Give up changes: let files be as in the index or a commit. git_undo brings them back."""

    arguments = GitRestore

    @staticmethod
    def plan(call: Call, args: GitRestore) -> Planned:
        repository = changing.with_tree(call, args.repo)
        if not args.paths:
            raise ToolError("`paths` is empty. Name files or folders; `.` is everything.")
        if not (args.worktree or args.staged):
            raise ToolError("Nothing is to be restored: say worktree or staged.")
        wanted = paths(call, repository, args.paths)
        commit = _source(call, args, repository)
        files = (
            changing.differing(call, repository, *([commit] if commit else []), paths=wanted) if args.worktree else []
        )
        staged = changing.differing(call, repository, "--cached", commit, paths=wanted) if args.staged else []
        links = changing.gitlinks(call, repository)
        files = [path for path in files if path not in links]
        both = list(dict.fromkeys(path for path in (*files, *staged) if path not in links))
        where = " and ".join(["the files"] * args.worktree + ["the index"] * args.staged)
        words = f"restore {len(both)} {'path' if len(both) == 1 else 'paths'} ({where}) from "
        words += f"the commit {short(commit)}" if commit else "the index"
        require_open(call, repository, files, "change", "restore these files")
        _refuse_strangers(call, repository, files, commit)
        diff = previews.diff(call, repository, [*_BACKWARDS, *([commit] if commit else [])], files) if files else ""
        command = ["restore", "-q", "--no-recurse-submodules"]
        command += [f"--source={commit}"] * bool(commit) + ["--worktree"] * args.worktree + ["--staged"] * args.staged
        concern = Concern(index=True, files=tuple(files))
        text = f"{words}\n{previews.listed(both)}\n{diff}"
        notes = changing.told_of_executed(files)
        return changing.planned(
            call, repository, concern, text, words=words, notes=notes, more=_Restore([*command, *FROM_STDIN], both)
        )

    @staticmethod
    def apply(call: Call, args: GitRestore, planned: Planned) -> Text:  # noqa: ARG004 - the interface
        state: State = planned.state
        restore: _Restore = state.more
        if not restore.paths:
            return changing.unchanged("There is nothing to restore there: all is as the source has it.")
        with changing.started(call, state, TOOL) as change:
            given = changing.given(restore.paths)
            run(call, state.repository, restore.command, stdin=given, writes=True, what="restore these files")
        return changing.done(change, state.words, previews.listed(restore.paths), *state.notes)


def _refuse_strangers(call: Call, repository: Repository, files: list[bytes], commit: str) -> None:
    """git removes whatever stands in a restored file's place, folders with new files in them too: what it does not know, nobody
    could bring back. Raises ConflictError."""
    coming = set(files)
    for path in files:
        parts = path.split(b"/")
        above = next(
            (one for end in range(1, len(parts)) if _is_no_folder(repository, one := b"/".join(parts[:end]))), None
        )
        state, _ = look(call.folders, repository.top, path, repository.format)
        if above is not None and above not in coming:
            found = above
        elif state.kind == "other" or (
            state.kind == "folder"
            and strangers(call.folders, repository.top, path, coming)
            and not _is_submodule(call, repository, commit, path)
        ):
            found = path
        else:
            continue
        raise ConflictError(
            f"{shown(os.fsdecode(found))} is in the way of a file that would be restored. Nothing was done: move it away first."
        )


def _is_submodule(call: Call, repository: Repository, commit: str, path: bytes) -> bool:
    """Whether the source has a submodule there: its folder stays as it is."""
    if not commit:
        return False
    return run(call, repository, ["ls-tree", "-z", commit, "--", os.fsdecode(path)]).stdout.startswith(b"160000 ")


def _is_no_folder(repository: Repository, path: bytes) -> bool:
    whole = os.path.join(os.fsencode(repository.top), path)
    return os.path.lexists(whole) and (os.path.islink(whole) or not os.path.isdir(whole))


def _source(call: Call, args: GitRestore, repository: Repository) -> str:
    """The commit to restore from, or "" for the index."""
    if args.source.strip() in ("", _INDEX):
        if not args.staged:
            return ""
        if args.worktree:
            raise GitError("Files and index together are restored from a commit: say which, for example source=HEAD.")
        return changing.head_commit(call, repository)
    return changing.resolved(call, repository, args.source, "source")

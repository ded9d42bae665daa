"""The tool git_switch: another branch or commit is checked out. Local changes are never overwritten: they are carried along,
stashed where that was asked for, or they stop it."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from servers.git import changing, previews, switches
from servers.git.arguments import Repo
from servers.git.backup.world import STASH, Concern, commit_at_head, head, ref_values
from servers.git.changing import DryRun, State, short
from servers.git.errors import GitError
from servers.git.repository import Repository
from servers.git.revisions import branch_name
from servers.git.runner import run
from servers.git.touching import counted, few, require_open
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned, Text
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import ConflictError

TOOL = "git_switch"
_HEADS = "refs/heads/"


class GitSwitch(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_switch."""

    target: Annotated[str, Meta(description="Branch; with detach any commit")]
    repo: Repo = ""
    create: bool = False
    start: str = ""
    detach: bool = False
    on_dirty: Literal["fail", "stash"] = "fail"
    dry_run: DryRun = False


class _Switch(msgspec.Struct):
    command: list[str]
    stash: list[bytes]
    links: bool


class git_switch:  # noqa: N801 - the tool's name
    """Check out a branch, or create one at `start`. Local changes in the way stop it, or are stashed."""

    arguments = GitSwitch

    @staticmethod
    def plan(call: Call, args: GitSwitch) -> Planned:
        repository = changing.with_tree(call, args.repo)
        old = commit_at_head(call, repository)
        command, commit, refs = _target(call, repository, args, old)
        touched = _touched(call, repository, old, commit)
        what = f"switch to {args.target}"
        require_open(call, repository, touched, "change", what)
        stashed, refs = _in_the_way(call, repository, args, touched, refs)
        files = tuple(dict.fromkeys([*touched, *stashed]))
        words = f"{what} at {short(commit)}" if commit else what
        if stashed:
            words += f", {len(stashed)} changed files into the stash first"
        notes = changing.told_of_executed(touched)
        text = f"{words}\nWhat changes ({counted(len(touched))}):\n{previews.listed(touched)}" if touched else words
        branches = (args.target.strip(),) if args.create else ()
        concern = Concern(refs, index=True, files=files, branches=branches)
        more = _Switch(command, stashed, bool(stashed and changing.gitlinks(call, repository)))
        return changing.planned(call, repository, concern, text, words=words, notes=notes, more=more)

    @staticmethod
    def apply(call: Call, args: GitSwitch, planned: Planned) -> Text:
        state: State = planned.state
        switch: _Switch = state.more
        repository = state.repository
        env = switches.hooks(call, repository)
        # A detached HEAD may be all that leads to its commits.
        lost = [] if state.world.head.startswith("refs/") else [state.world.head]
        with changing.started(call, state, TOOL, lost) as change:
            if switch.stash:
                _stash(call, repository, args, switch)
            try:
                run(call, repository, switch.command, env=env, writes=True, what=f"switch to {args.target}")
            except GitError:
                if switch.stash:
                    run(call, repository, ["stash", "pop", "-q", "--index"], writes=True, ok=(0, 1, 128))
                raise
        left = changing.dirty(call, repository, untracked=False)
        carried = f"Carried along: {counted(len(left), 'local change')}." if left else ""
        notes = [*state.notes]
        if switch.stash:
            notes.append("Your changes are in the stash: git_stash action=pop brings them back.")
        on = changing.branch_of(head(call, repository))
        return changing.done(change, f"now on {shown(on)} ({state.words})", carried, *notes)


def _target(call: Call, repository: Repository, args: GitSwitch, old: str) -> tuple[list[str], str, tuple[str, ...]]:
    """The command, the commit it leads to ("" where there is none yet), and the refs that it changes."""
    base = ["switch", "-q", "--no-guess", "--no-overwrite-ignore", "--no-recurse-submodules", "--no-progress"]
    if args.create and args.detach:
        raise ToolError("`create` makes a branch and `detach` uses none: choose one of them.")
    if args.detach:
        commit = changing.resolved(call, repository, args.target, "target")
        return [*base, "--detach", commit], commit, ()
    name = branch_name(args.target, "target")
    ref = _HEADS + name
    value = ref_values(call, repository, [ref])[ref]
    if args.create:
        if value:
            raise ConflictError(
                f"The branch {name} exists already, at {short(value)}. Leave `create` out to switch to it."
            )
        start = changing.resolved(call, repository, args.start or "HEAD", "start") if old or args.start else ""
        return [*base, "--no-track", "-c", name, *([start] if start else [])], start, (ref,)
    if args.start:
        raise ToolError("`start` says where a new branch begins: it goes with `create`.")
    if not value:
        raise GitError(_no_branch(call, repository, name))
    return [*base, name], value, ()


def _no_branch(call: Call, repository: Repository, name: str) -> str:
    command = ["for-each-ref", "--count=3", "--format=%(refname:short)", f"refs/remotes/*/{name}"]
    where = run(call, repository, command).text.split("\n")[0]
    if where:
        return f"There is no branch {name}, but {where}. To make one from it: create=true, start={where}."
    found = run(
        call, repository, ["rev-parse", "-q", "--verify", "--end-of-options", f"{name}^{{commit}}"], ok=(0, 1, 128)
    )
    if found.code == 0:
        return f"{name} is no branch but a commit. Say detach=true to look at it, or create=true to begin a branch."
    return f"There is no branch {name}. git_branch lists them; create=true makes a new one."


def _touched(call: Call, repository: Repository, old: str, commit: str) -> list[bytes]:
    """The files that differ between where HEAD is and where it goes."""
    if not commit or old == commit:
        return []
    if not old:
        return changing.names(run(call, repository, ["ls-tree", "-r", "--name-only", "-z", commit]).stdout)
    base = ["diff-tree", "-r", "--name-only", "-z", "--no-renames", "--no-ext-diff", old, commit]
    return changing.names(run(call, repository, base).stdout)


def _in_the_way(
    call: Call, repository: Repository, args: GitSwitch, touched: list[bytes], refs: tuple[str, ...]
) -> tuple[list[bytes], tuple[str, ...]]:
    """The changed files that go into the stash. Raises ConflictError where some are in the way and must not."""
    found = changing.dirty(call, repository)
    unmerged = [one for one in found if one.unmerged]
    if unmerged:
        raise ConflictError(f"In conflict: {counted(len(unmerged))}. Resolve and commit that before switching.")
    changing_files = set(touched)
    blocking = [one for one in found if one.path in changing_files]
    if not blocking:
        return [], refs
    names = few([shown(os.fsdecode(one.path)) for one in blocking], 5)
    if args.on_dirty == "fail":
        raise ConflictError(
            f"Local changes are in the way: {names}. Nothing was done. Commit them, or use on_dirty=stash to put all local "
            "changes into the stash first."
        )
    new = [one for one in blocking if one.untracked]
    if new:
        raise ConflictError(
            f"New files that git does not know are in the way: {names}. Stage, move or remove them first."
        )
    links = changing.gitlinks(call, repository)
    stashed = [one.path for one in found if not one.untracked and one.path not in links]
    require_open(call, repository, stashed, "change", "stash the local changes")
    return stashed, (*refs, STASH)


def _stash(call: Call, repository: Repository, args: GitSwitch, switch: _Switch) -> None:
    words = f"before switching to {args.target}"
    command = ["stash", "push", "-q", "-m", words]
    stdin = None
    if switch.links:
        command += changing.FROM_STDIN
        stdin = changing.given(switch.stash)
    # Without paths git names the whole tree to itself by a pathspec with magic.
    env = {} if stdin else {"GIT_LITERAL_PATHSPECS": "0"}
    run(call, repository, command, stdin=stdin, env=env, writes=True, what="stash the local changes")

"""The tool git_stash: local changes are put aside and brought back. A dropped entry can be had again by git_undo."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from servers.git import changing, previews
from servers.git.arguments import Paths, Repo
from servers.git.backup.world import STASH, Concern, Stashed, head, ref_values, stash
from servers.git.changing import FROM_STDIN, MAX_MESSAGE, DryRun, State
from servers.git.errors import GitError
from servers.git.heading import heading
from servers.git.repository import Repository, find
from servers.git.revisions import paths
from servers.git.runner import run
from servers.git.touching import counted, few, require_open
from servers.runtime.call import Call
from servers.runtime.results import Planned, Text
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import ConflictError

TOOL = "git_stash"


class GitStash(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_stash."""

    action: Literal["push", "list", "show", "apply", "pop", "drop"]
    repo: Repo = ""
    message: Annotated[str, Meta(max_length=MAX_MESSAGE)] = ""
    paths: Paths = []
    untracked: bool = False
    entry: Annotated[int, Meta(ge=0, le=10_000)] = 0
    dry_run: DryRun = False


class _Step(msgspec.Struct):
    command: list[str]
    paths: list[bytes]
    lost: list[str]


class git_stash:  # noqa: N801 - the tool's name
    """Put changes aside (push), list, show, bring back (apply, pop) or drop entries."""

    arguments = GitStash

    @staticmethod
    def plan(call: Call, args: GitStash) -> Planned:
        if args.action in ("list", "show"):
            return changing.looking(find(call, args.repo), f"{args.action} the stash")
        repository = changing.with_tree(call, args.repo)
        if args.action == "push":
            return _push(call, repository, args)
        entry = _entry(call, repository, args.entry)
        if args.action == "drop":
            words = f"drop stash {args.entry}: {entry.message}"
            more = _Step(["drop", "-q", f"stash@{{{args.entry}}}"], [], [entry.commit])
            concern = Concern((STASH,))
            preview = f"{words}\n{previews.diff(call, repository, [f'{entry.commit}^1', entry.commit], _files(call, repository, entry))}"
            return changing.planned(call, repository, concern, preview, words=words, more=more)
        return _back(call, repository, args, entry)

    @staticmethod
    def apply(call: Call, args: GitStash, planned: Planned) -> Text:
        state: State = planned.state
        if args.action == "list":
            return _list(call, state.repository)
        if args.action == "show":
            return _show(call, state.repository, args)
        step: _Step = state.more
        repository = state.repository
        stdin = changing.given(step.paths) if step.paths else None
        # Without paths git names the whole tree to itself by a pathspec with magic.
        env = {} if step.paths else {"GIT_LITERAL_PATHSPECS": "0"}
        with changing.started(call, state, TOOL, step.lost) as change:
            code = run(
                call,
                repository,
                ["stash", *step.command],
                stdin=stdin,
                env=env,
                writes=True,
                ok=(0, 1),
                what=state.words,
            )
            conflicts = [one for one in changing.dirty(call, repository, untracked=False) if one.unmerged]
            if code.code and not conflicts:
                raise GitError(f"Cannot {state.words}. git says: {shown(code.stderr.strip())[:600]}")
        notes = [*state.notes]
        if conflicts:
            names = few([shown(os.fsdecode(one.path)) for one in conflicts], 5)
            notes.append(f"It conflicts with what is there in {names}; the entry was kept. Resolve these, or git_undo.")
        return changing.done(change, state.words, *notes)


def _entries(call: Call, repository: Repository) -> list[Stashed]:
    return stash(call, repository, ref_values(call, repository, [STASH])[STASH])


def _entry(call: Call, repository: Repository, number: int) -> Stashed:
    found = _entries(call, repository)
    if not found:
        raise GitError("The stash is empty.")
    if number >= len(found):
        raise GitError(f"There is no stash {number}: it has {len(found)} entries, numbered from 0 (action=list).")
    return found[number]


def _push(call: Call, repository: Repository, args: GitStash) -> Planned:
    changing.head_commit(call, repository)
    wanted = paths(call, repository, args.paths) if args.paths else []
    links = changing.gitlinks(call, repository)
    found = [one for one in changing.dirty(call, repository, wanted) if one.path not in links]
    if any(one.unmerged for one in found):
        raise ConflictError("There are files in conflict. Resolve them before stashing.")
    chosen = [one for one in found if args.untracked or not one.untracked]
    nested = any(one.path.endswith(b"/") for one in chosen)
    chosen = [one for one in chosen if not one.path.endswith(b"/")]
    limited = bool(wanted or links or nested)
    if limited:
        # git finds no file for a path that is in neither index nor worktree any more: such a deletion stays staged.
        chosen = [one for one in chosen if one.letters != "D "]
    if not chosen:
        new = sum(one.untracked for one in found)
        more = f" New: {counted(new)}, which `untracked` takes too." if new else ""
        raise GitError(f"There are no local changes to put aside.{more}")
    files = [one.path for one in chosen]
    require_open(call, repository, files, "change", "stash these changes")
    on = changing.branch_of(head(call, repository))
    message = args.message.strip() or f"on {on}"
    words = f"stash {len(files)} changed {'file' if len(files) == 1 else 'files'}: {message.splitlines()[0]}"
    command = ["push", "-q", f"--message={message}"]
    if args.untracked:
        command.append("--include-untracked")
    if limited:
        command += FROM_STDIN
    preview = f"{words}\n{previews.listed(files)}\n{previews.diff(call, repository, ['HEAD'], files)}"
    concern = Concern((STASH,), index=True, files=tuple(files))
    return changing.planned(
        call, repository, concern, preview, words=words, more=_Step(command, files if limited else [], [])
    )


def _files(call: Call, repository: Repository, entry: Stashed) -> list[bytes]:
    """The files that an entry holds, new ones too (git-stash(1), "Discussion": the third parent holds those)."""
    base = ["diff-tree", "-r", "--name-only", "-z", "--no-renames", "--no-ext-diff"]
    found = changing.names(run(call, repository, [*base, f"{entry.commit}^1", entry.commit]).stdout)
    found += changing.names(run(call, repository, [*base, f"{entry.commit}^1", f"{entry.commit}^2"]).stdout)
    new = run(call, repository, ["ls-tree", "-r", "--name-only", "-z", f"{entry.commit}^3"], ok=(0, 128))
    if new.code == 0:
        found += changing.names(new.stdout)
    return list(dict.fromkeys(found))


def _back(call: Call, repository: Repository, args: GitStash, entry: Stashed) -> Planned:
    files = _files(call, repository, entry)
    words = f"{args.action} stash {args.entry}: {entry.message}"
    require_open(call, repository, files, "change", f"{args.action} the stash")
    preview = f"{words}\n{previews.listed(files)}\n"
    preview += previews.diff(call, repository, [f"{entry.commit}^1", entry.commit], files)
    refs = (STASH,) if args.action == "pop" else ()
    concern = Concern(refs, index=True, files=tuple(files))
    notes = changing.told_of_executed(files)
    # With the index where it fits; a second try without it is git's own advice where it does not.
    step = _Step([args.action, "-q", "--index", f"stash@{{{args.entry}}}"], [], [entry.commit])
    if not _index_fits(call, repository, entry):
        step.command.remove("--index")
    return changing.planned(call, repository, concern, preview, words=words, notes=notes, more=step)


def _index_fits(call: Call, repository: Repository, entry: Stashed) -> bool:
    """Whether what was staged then can be staged again: nothing else may be staged now, at the same files or at all."""
    staged = run(
        call, repository, ["diff", "--cached", "--quiet", "--no-ext-diff", "--ignore-submodules"], ok=(0, 1)
    ).code
    was = run(call, repository, ["diff-tree", "--quiet", f"{entry.commit}^1", f"{entry.commit}^2"], ok=(0, 1)).code
    here = changing.head_commit(call, repository)
    based = run(call, repository, ["rev-parse", f"{entry.commit}^1"]).text
    return bool(was) and not staged and here == based


def _list(call: Call, repository: Repository) -> Text:
    found = _entries(call, repository)
    lines = [f"{number}: {entry.commit[:10]} {entry.message}" for number, entry in enumerate(found[:500])]
    return Text("\n".join([heading(entries=len(found)), *lines]))


def _show(call: Call, repository: Repository, args: GitStash) -> Text:
    entry = _entry(call, repository, args.entry)
    files = _files(call, repository, entry)
    text = previews.diff(call, repository, [f"{entry.commit}^1", entry.commit], files)
    first = heading(entry=args.entry, commit=entry.commit[:10], files=len(files))
    return Text("\n".join([first, entry.message, text]))

"""The tool git_branch: branches are listed, made, renamed and deleted. A deleted one can always be had again."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from servers.git import changing
from servers.git.arguments import Repo
from servers.git.backup.world import Concern, commit_at_head, head, ref_values
from servers.git.changing import DryRun, State, short
from servers.git.errors import GitError
from servers.git.heading import heading
from servers.git.repository import Repository, find
from servers.git.revisions import branch_name, revision
from servers.git.runner import run
from servers.git.touching import counted
from servers.runtime.call import Call
from servers.runtime.results import Planned, Text
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import ConflictError

TOOL = "git_branch"
_HEADS = "refs/heads/"


class GitBranch(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_branch."""

    action: Literal["list", "create", "rename", "delete"] = "list"
    name: str = ""
    repo: Repo = ""
    start: str = ""
    new_name: str = ""
    force: bool = False
    remotes: bool = False
    limit: Annotated[int, Meta(ge=1, le=2000)] = 100
    dry_run: DryRun = False


class git_branch:  # noqa: N801 - the tool's name
    """List branches, create (at `start`), rename or delete one. An unmerged one goes only with `force`."""

    arguments = GitBranch

    @staticmethod
    def plan(call: Call, args: GitBranch) -> Planned:
        if args.action == "list":
            return changing.looking(find(call, args.repo), "list branches")
        repository = find(call, args.repo, "change")
        return _PLANS[args.action](call, repository, args)

    @staticmethod
    def apply(call: Call, args: GitBranch, planned: Planned) -> Text:
        state: State = planned.state
        if args.action == "list":
            return _list(call, state.repository, args)
        command: list[str] = state.more
        lost = [value for value in state.world.refs.values() if value] if args.action != "create" or args.force else []
        with changing.started(call, state, TOOL, lost) as change:
            run(call, state.repository, command, writes=True, what=state.words)
        return changing.done(change, state.words, *state.notes)


def _create(call: Call, repository: Repository, args: GitBranch) -> Planned:
    name = branch_name(args.name)
    commit = changing.resolved(call, repository, args.start or "HEAD", "start")
    old = ref_values(call, repository, [_HEADS + name])[_HEADS + name]
    if old and not args.force:
        raise ConflictError(f"The branch {name} exists already, at {short(old)}. `force` moves it.")
    tracked = _remote_branch(call, repository, args.start) if args.start else ""
    words = f"{'move' if old else 'create'} the branch {name} at {short(commit)}"
    if tracked:
        words += f", following {tracked.removeprefix('refs/remotes/')}"
    how = ["--track=direct" if tracked else "--no-track", *["-f"] * args.force, name, tracked or commit]
    concern = Concern((_HEADS + name,), branches=(name,))
    return changing.planned(call, repository, concern, words, words=words, more=["branch", "-q", *how])


def _remote_branch(call: Call, repository: Repository, start: str) -> str:
    """The full name of the remote-tracking branch that `start` means, or ""."""
    command = ["rev-parse", "--symbolic-full-name", "--verify", "-q", "--end-of-options", revision(start, "start")]
    found = run(call, repository, command, ok=(0, 1, 128)).text
    return found if found.startswith("refs/remotes/") else ""


def _rename(call: Call, repository: Repository, args: GitBranch) -> Planned:
    name, new = branch_name(args.name), branch_name(args.new_name, "new_name")
    values = ref_values(call, repository, [_HEADS + name, _HEADS + new])
    on_it = head(call, repository) == _HEADS + name
    if not values[_HEADS + name] and not on_it:
        raise _no_branch(name)
    if values[_HEADS + new] and not args.force:
        raise ConflictError(f"The branch {new} exists already. `force` takes its place; git_undo would bring it back.")
    words = f"rename the branch {name} to {new}"
    concern = Concern((_HEADS + name, _HEADS + new), branches=(name, new))
    command = ["branch", "-M" if args.force else "-m", name, new]
    return changing.planned(call, repository, concern, words, words=words, more=command)


def _delete(call: Call, repository: Repository, args: GitBranch) -> Planned:
    name = branch_name(args.name)
    ref = _HEADS + name
    old = ref_values(call, repository, [ref])[ref]
    if not old:
        raise _no_branch(name)
    if head(call, repository) == ref:
        raise ConflictError(f"The branch {name} is checked out. Switch to another one first (git_switch).")
    notes: list[str] = []
    unmerged = _unmerged(call, repository, ref)
    if unmerged:
        commits = counted(unmerged, "commit")
        words = f"The branch {name} has {commits} that no other branch or tag has (the last is {short(old)})."
        if not args.force:
            raise ConflictError(f"{words} Nothing was done. `force` deletes it all the same; git_undo brings it back.")
        notes.append(words)
    words = f"delete the branch {name} (was {short(old)})"
    concern = Concern((ref,), branches=(name,))
    command = ["branch", "-q", "-D", name]
    return changing.planned(call, repository, concern, words, words=words, notes=notes, more=command)


def _unmerged(call: Call, repository: Repository, ref: str) -> int:
    """How many commits only this branch has, of the first thousand."""
    # Among branches, --exclude wants their short names.
    others = [f"--exclude={ref[len(_HEADS) :]}", "--branches", "--tags", "--remotes"]
    command = ["rev-list", "--count", "--max-count=1000", ref, "--not", *others]
    if commit_at_head(call, repository):
        command.append("HEAD")
    return int(run(call, repository, command).text)


def _no_branch(name: str) -> GitError:
    return GitError(f"There is no branch {name}. git_branch lists them.")


_PLANS = {"create": _create, "rename": _rename, "delete": _delete}
_FIELDS = (
    "%(HEAD) %(refname:short)",
    "%(objectname:short=10)",
    "%(committerdate:short)",
    "%(upstream:short)",
    "%(upstream:track)",
    "%(contents:subject)",
)


def _list(call: Call, repository: Repository, args: GitBranch) -> Text:
    where = ["refs/heads/", *["refs/remotes/"] * args.remotes]
    base = ["for-each-ref", "--sort=-committerdate", f"--format={'%00'.join(_FIELDS)}", f"--count={args.limit + 1}"]
    rows = [line for line in run(call, repository, [*base, *where]).text.split("\n") if line]
    lines: list[str] = []
    for row in rows[: args.limit]:
        name, commit, date, upstream, track, subject = (shown(word) for word in row.split("\0"))
        follows = f" [{upstream}{' ' + track.strip('[]') if track else ''}]" if upstream else ""
        lines.append(f"{name} {commit} {date}{follows} {subject[:120]}")
    if not repository.bare and not any(line.startswith("*") for line in lines):
        lines.insert(0, f"HEAD is {changing.branch_of(head(call, repository))}")
    more = len(rows) > args.limit
    first = heading(branches=min(len(rows), args.limit), more="yes, raise `limit`" if more else "")
    return Text("\n".join([first, *lines]))

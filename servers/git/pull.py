"""The tool git_pull: fetch, and then the branch goes forward to where its upstream is, if it can without a merge."""

from __future__ import annotations

import os

import msgspec

from servers.git import changing, switches
from servers.git.arguments import Repo
from servers.git.backup.world import Concern, head
from servers.git.changing import DryRun, State, short
from servers.git.errors import GitError
from servers.git.fetch import fetch, tracked, what_came
from servers.git.remotes import Remote, remote
from servers.git.repository import Repository
from servers.git.runner import run
from servers.git.touching import absolute, counted, few, require_open
from servers.runtime.call import Call
from servers.runtime.results import Planned, Text
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import ConflictError, RefusedError

TOOL = "git_pull"


class GitPull(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_pull."""

    repo: Repo = ""
    dry_run: DryRun = False


class _Pull(msgspec.Struct):
    other: Remote
    upstream: str
    theirs: str


class git_pull:  # noqa: N801 - the tool's name
    """Fetch and fast-forward to the upstream, where the user allows it."""

    arguments = GitPull

    @staticmethod
    def plan(call: Call, args: GitPull) -> Planned:
        repository = changing.with_tree(call, args.repo)
        ref = head(call, repository)
        pull = _upstream(call, repository, ref)
        words = f"fetch from {pull.other.name} ({pull.other.place})"
        concern = Concern(tracked(call, repository, pull.other))
        text = f"{words}, then fast-forward {changing.branch_of(ref)} to {pull.upstream.removeprefix('refs/remotes/')}"
        return changing.planned(call, repository, concern, text, words=words, more=pull)

    @staticmethod
    def apply(call: Call, args: GitPull, planned: Planned) -> Text:  # noqa: ARG004 - the interface
        state: State = planned.state
        pull: _Pull = state.more
        repository = state.repository
        with changing.started(call, state, TOOL) as fetched:
            fetch(call, repository, pull.other, fetched, branch=pull.theirs)
        came = what_came(fetched)
        old = changing.head_commit(call, repository)
        new = changing.resolved(call, repository, pull.upstream)
        if old == new or _is_before(call, repository, new, old):
            return changing.done(fetched, *came, "The branch has all of it already.")
        if not _is_before(call, repository, old, new):
            return changing.done(fetched, *came, _apart(call, repository, old, new))
        return _forward(call, state, old, new, came)


def _upstream(call: Call, repository: Repository, ref: str) -> _Pull:
    if not ref.startswith("refs/heads/"):
        raise GitError("No branch is checked out, so nothing can be pulled. Switch to one first (git_switch).")
    command = [
        "for-each-ref",
        "--format=%(refname)%00%(upstream)%00%(upstream:remotename)%00%(upstream:remoteref)",
        ref,
    ]
    rows = [line.split("\0") for line in run(call, repository, command).text.split("\n")]
    found = next((row for row in rows if row[0] == ref and len(row) == 4), None)
    if found is None or not found[1].startswith("refs/remotes/") or not found[3].startswith("refs/heads/"):
        raise GitError(
            f"The branch {shown(ref.removeprefix('refs/heads/'))} follows no branch of a remote. Use git_fetch; or ask the user "
            "to say what it follows: git branch --set-upstream-to=origin/NAME"
        )
    other = remote(call, repository, found[2], "pull")
    theirs = found[3].removeprefix("refs/heads/")
    return _Pull(other, f"refs/remotes/{other.name}/{theirs}", theirs)


def _is_before(call: Call, repository: Repository, one: str, other: str) -> bool:
    return run(call, repository, ["merge-base", "--is-ancestor", one, other], ok=(0, 1)).code == 0


def _apart(call: Call, repository: Repository, old: str, new: str) -> str:
    ours, theirs = run(call, repository, ["rev-list", "--count", "--left-right", f"{old}...{new}"]).text.split("\t")
    return (
        f"Nothing was merged: the branch has {counted(int(ours), 'commit')} of its own, and its upstream {counted(int(theirs), 'other')}. "
        "Ask the user to merge or rebase."
    )


def _forward(call: Call, state: State, old: str, new: str, came: list[str]) -> Text:
    """Fast-forward, as a change of its own."""
    repository = state.repository
    base = ["diff-tree", "-r", "--name-only", "-z", "--no-renames", "--no-ext-diff", old, new]
    touched = changing.names(run(call, repository, base).stdout)
    require_open(call, repository, touched, "change", "pull (all is fetched, nothing was merged)")
    _require_asked(call, repository, touched)
    changed = set(touched)
    blocking = [one for one in changing.dirty(call, repository) if one.path in changed or one.unmerged]
    if blocking:
        names = few([shown(os.fsdecode(one.path)) for one in blocking], 5)
        raise ConflictError(
            f"All is fetched, but local changes are in the way of the fast-forward: {names}. Commit or stash them, then pull."
        )
    ref = head(call, repository)
    words = f"fast-forward {changing.branch_of(ref)} from {short(old)} to {short(new)}"
    concern = Concern((ref,), index=True, files=tuple(touched))
    forward: State = changing.planned(call, repository, concern, words, words=words).state
    env = switches.hooks(call, repository)
    with changing.started(call, forward, TOOL) as change:
        command = ["merge", "-q", "--ff-only", "--no-overwrite-ignore", "--no-autostash", "--no-progress", new]
        run(call, repository, command, env=env, writes=True, what=words)
    return changing.done(change, words, f"{counted(len(touched))} changed.", *came, *changing.told_of_executed(touched))


def _require_asked(call: Call, repository: Repository, touched: list[bytes]) -> None:
    """The user was asked, if at all, before anybody knew which files it would be."""
    row = call.folders.require(repository.path, "read", "pull")
    for path in touched:
        inside = call.folders.grants.covering(absolute(repository, path))
        if inside is not None and inside.access == "ask" and inside is not row and inside.path != row.path:
            raise RefusedError(
                f"All is fetched, but the fast-forward would change files in {inside.path}, where each change is asked. "
                "Ask the user to pull themselves."
            )

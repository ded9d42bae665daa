"""The tool git_fetch: what a remote has is looked up and brought here, into remote-tracking branches alone."""

from __future__ import annotations

import msgspec

from servers.git import changing
from servers.git.arguments import Repo
from servers.git.backup.change import Change
from servers.git.backup.world import Concern
from servers.git.changing import DryRun, State, short
from servers.git.remotes import Remote, remote, speak
from servers.git.repository import Repository, find
from servers.git.revisions import branch_name
from servers.git.runner import run
from servers.runtime.call import Call
from servers.runtime.results import Planned, Text
from servers.runtime.safe.names import shown

TOOL = "git_fetch"
_MOST_SAID = 50

RemoteName = str


class GitFetch(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_fetch."""

    repo: Repo = ""
    remote: RemoteName = "origin"
    branch: str = ""
    tags: bool = False
    prune: bool = False
    dry_run: DryRun = False


class git_fetch:  # noqa: N801 - the tool's name
    """Fetch from a remote, where the user allows it."""

    arguments = GitFetch

    @staticmethod
    def plan(call: Call, args: GitFetch) -> Planned:
        repository = find(call, args.repo, "change")
        other = remote(call, repository, args.remote, "fetch")
        branch = branch_name(args.branch, "branch") if args.branch else ""
        words = f"fetch {branch or 'all branches'} from {other.name} ({other.place})"
        concern = Concern(tracked(call, repository, other, tags=args.tags))
        return changing.planned(call, repository, concern, words, words=words, more=other)

    @staticmethod
    def apply(call: Call, args: GitFetch, planned: Planned) -> Text:
        state: State = planned.state
        other: Remote = state.more
        with changing.started(call, state, TOOL) as change:
            fetch(call, state.repository, other, change, branch=args.branch.strip(), tags=args.tags, prune=args.prune)
        return changing.done(change, state.words, *what_came(change))


def tracked(call: Call, repository: Repository, other: Remote, *, tags: bool = False) -> tuple[str, ...]:
    """The remote-tracking branches of a remote, in full, and with `tags` all tags."""
    where = [f"refs/remotes/{other.name}/", *["refs/tags/"] * tags]
    listed = run(call, repository, ["for-each-ref", "--format=%(refname)", *where]).text
    return tuple(ref for ref in listed.split("\n") if ref and not ref.endswith("/HEAD"))


def fetch(
    call: Call,
    repository: Repository,
    other: Remote,
    change: Change,
    *,
    branch: str,
    tags: bool = False,
    prune: bool = False,
) -> None:
    """Fetch, and let the change know of the refs that are new."""
    which = branch or "*"
    # The refspec is ours: one from the repository's settings might write over the user's own branches.
    refspec = f"+refs/heads/{which}:refs/remotes/{other.name}/{which}"
    command = ["fetch", "-q", "--no-recurse-submodules", "--no-auto-maintenance", "--no-write-fetch-head", "--refmap="]
    command += ["--tags" if tags else "--no-tags", "--prune" if prune else "--no-prune", "--", other.name, refspec]
    speak(call, repository, other, command)
    change.also(tracked(call, repository, other, tags=tags))


def what_came(change: Change) -> list[str]:
    """What a fetch changed, a line for each ref."""
    if change.after is None:
        return ["Nothing new there."]
    lines: list[str] = []
    for ref, new in change.after.refs.items():
        old = change.before.refs.get(ref, "")
        name = shown(ref.removeprefix("refs/remotes/").removeprefix("refs/"))
        if not old and new:
            lines.append(f"{name}: new at {short(new)}")
        elif old and not new:
            lines.append(f"{name}: gone (was {short(old)})")
        elif old != new:
            lines.append(f"{name}: {short(old)} → {short(new)}")
    if len(lines) > _MOST_SAID:
        lines[_MOST_SAID:] = [f"… and {len(lines) - _MOST_SAID} more"]
    return lines

"""The tool git_push: a branch or tag goes to a remote. What others may have seen cannot be taken back, so each push is asked."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from servers.git import changing, switches
from servers.git.arguments import Repo
from servers.git.backup.world import World, head, ref_values
from servers.git.changing import DryRun, short
from servers.git.errors import GitError
from servers.git.fetch import RemoteName
from servers.git.heading import heading
from servers.git.remotes import Remote, remote, speak
from servers.git.repository import Repository, find
from servers.git.revisions import branch_name
from servers.git.runner import run
from servers.git.touching import writes
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned, Text
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import ConflictError
from servers.runtime.wire import Plan

TOOL = "git_push"
_MOST_COMMITS = 30


class GitPush(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_push."""

    repo: Repo = ""
    remote: RemoteName = "origin"
    name: Annotated[str, Meta(description="Branch or tag; default: current")] = ""
    force_with_lease: bool = False
    set_upstream: bool = False
    dry_run: DryRun = False


class _Push(msgspec.Struct):
    repository: Repository
    other: Remote
    ref: str
    value: str
    lease: str
    words: str


class git_push:  # noqa: N801 - the tool's name
    """Push one branch or tag, where the user allows it. It cannot be undone."""

    arguments = GitPush

    @staticmethod
    def plan(call: Call, args: GitPush) -> Planned:
        repository = find(call, args.repo, "change")
        other = remote(call, repository, args.remote, "push", push=True)
        ref, value = _ref(call, repository, args.name)
        name = ref.removeprefix("refs/heads/").removeprefix("refs/")
        there = f"refs/remotes/{other.name}/{ref.removeprefix('refs/heads/')}" if ref.startswith("refs/heads/") else ""
        known = ref_values(call, repository, [there])[there] if there else ""
        if args.force_with_lease and not known:
            raise GitError(f"Nothing is known of {name} on {other.name}, so there is no lease. Use git_fetch first.")
        words = f"push {shown(name)} at {short(value)} to {other.name} ({other.place})"
        if args.force_with_lease:
            words += f", over {short(known)} that is there"
        preview = "\n".join([words, *_commits(call, repository, value, known)])
        guard = World(refs={ref: value, there: known}).digest()
        plan = Plan([], writes(call, repository), preview[: changing.MOST_PREVIEW], guard, undoable=False)
        return Planned(plan, _Push(repository, other, ref, value, known, words))

    @staticmethod
    def apply(call: Call, args: GitPush, planned: Planned) -> Text:
        push: _Push = planned.state
        repository = push.repository
        env = switches.hooks(call, repository)
        # Exactly what was agreed to, whatever the branch is at by now; only a branch by its name gets an upstream.
        source = push.ref if args.set_upstream else push.value
        command = ["push", "--porcelain", "--no-recurse-submodules", "--no-follow-tags", "--no-progress"]
        command += ["--verify" if env else "--no-verify", *["--set-upstream"] * args.set_upstream]
        command += [f"--force-with-lease={push.ref}:{push.lease}"] * args.force_with_lease
        done = speak(
            call, repository, push.other, [*command, "--", push.other.name, f"{source}:{push.ref}"], ok=(0, 1), **env
        )
        if done.code:
            raise _rejected(push, done.text + "\n" + done.stderr)
        call.touch(repository.path)
        same = "\n=\t" in f"\n{done.text}"
        first = heading(changed=True, undoable="no") if not same else "changed=no"
        return Text(f"{first}\n{push.words}" + ("\nIt was there already." if same else ""))


def _ref(call: Call, repository: Repository, given: str) -> tuple[str, str]:
    """The full name of what is pushed, and its value."""
    if not given:
        ref = head(call, repository)
        if not ref.startswith("refs/heads/"):
            raise ToolError("No branch is checked out. Say in `name` which branch or tag to push.")
        value = ref_values(call, repository, [ref])[ref]
        if not value:
            raise GitError("The branch has no commit yet, so there is nothing to push.")
        return ref, value
    name = branch_name(given)
    values = ref_values(call, repository, [f"refs/heads/{name}", f"refs/tags/{name}"])
    found = [(ref, value) for ref, value in values.items() if value]
    if not found:
        raise GitError(f"There is no branch or tag {name} here. git_branch and git_tag list them.")
    if len(found) > 1:
        raise GitError(f"{name} is both a branch and a tag. Ask the user to push it themselves.")
    return found[0]


def _commits(call: Call, repository: Repository, value: str, known: str) -> list[str]:
    """The commits that the other side gets, as far as is known here, and those that it loses."""
    if not known:
        return ["It is new there."]
    base = ["log", "--no-show-signature", "--no-decorate", f"--max-count={_MOST_COMMITS}", "--format=%h %s"]
    lines: list[str] = []
    for words, from_, to in (("new", known, value), ("given up there", value, known)):
        found = [line for line in run(call, repository, [*base, f"{from_}..{to}"]).text.split("\n") if line]
        lines += [f"{words}: {shown(line)}" for line in found]
    return lines


def _rejected(push: _Push, told: str) -> ToolError:
    name = shown(push.ref)
    if "[rejected]" in told or "stale info" in told:
        return ConflictError(
            f"{push.other.name} has commits in {name} that are not here. Nothing was pushed. Use git_fetch, bring both together, "
            "and push again."
        )
    return GitError(f"{push.other.name} did not take {name}: {shown(' '.join(told.split()))[:600]}")

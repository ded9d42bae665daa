"""The tool git_worktrees: the working trees that belong to one repository."""

from __future__ import annotations

import os

import msgspec

from servers.git.arguments import Repo
from servers.git.heading import heading
from servers.git.repository import find
from servers.git.runner import run
from servers.runtime.call import Call
from servers.runtime.results import Text
from servers.runtime.safe.names import shown


class GitWorktrees(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of git_worktrees."""

    repo: Repo = ""


def git_worktrees(call: Call, args: GitWorktrees) -> Text:
    """The repository's working trees."""
    repository = find(call, args.repo)
    output = os.fsdecode(run(call, repository, ["worktree", "list", "--porcelain"]).stdout)
    lines: list[str] = []
    closed = 0
    for block in output.split("\n\n"):
        facts = _facts(block)
        path = facts.get("worktree", "")
        if not path:
            continue
        if call.folders.grants.access(path) == "off":
            closed += 1
            continue
        lines.append(" ".join([shown(path), *_words(facts)]) + "\n")
    head = heading(
        repo=repository.path,
        worktrees=len(lines),
        left_out=f"{closed} (not granted)" if closed else "",
    )
    return Text(f"{head}\n{''.join(lines)}")


def _facts(block: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in block.split("\n"):
        name, _, value = line.partition(" ")
        if name:
            found[name] = value
    return found


def _words(facts: dict[str, str]) -> list[str]:
    """A block of `git worktree list --porcelain` (git-worktree(1)) in short."""
    words = [facts["HEAD"][:10]] if "HEAD" in facts else []
    words += [facts["branch"].removeprefix("refs/heads/")] if "branch" in facts else []
    words += [name for name in ("bare", "detached") if name in facts]
    for name, word in (("locked", "locked"), ("prunable", "gone")):
        if name in facts:
            words.append(f"{word} ({shown(facts[name])})" if facts[name] else word)
    return words

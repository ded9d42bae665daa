"""Prompts that a person can pick: a message for what is staged, and a review of a change."""

from __future__ import annotations

from servers.runtime.call import Call
from servers.runtime.prompts import PromptArgument

REPO = PromptArgument("repo", "The repository's path or name; empty for the only one in reach")
RANGE = PromptArgument("range", "What to review: a revision, or A..B; empty for the working tree")


def commit_message(call: Call, repo: str = "") -> str:  # noqa: ARG001 - the interface
    """Write the message for what is staged."""
    return (
        f"Write the commit message for what is staged in {_named(repo)}. Look with git_status and git_diff (staged=true, all "
        "pages), and at the style of the last messages with git_log. First line: at most 72 characters, in the imperative, "
        "what and why; then, only if the change needs it, an empty line and a short text that says why, wrapped at 72. If "
        "unrelated things are staged together, say so and propose how to split them. If nothing is staged, say what could be. "
        "Show me the message and wait for my yes before you call git_commit."
    )


def review_change(call: Call, repo: str = "", range: str = "") -> str:  # noqa: A002, ARG001 - the interface; the argument's name
    """Review a change as a careful colleague would."""
    what = f"the change {range}" if range else "the changes in the working tree, staged and unstaged,"
    how = f"git_log and git_diff with {range}" if range else "git_status and git_diff (with and without staged=true)"
    return (
        f"Review {what} of {_named(repo)}. Read it with {how}, every page, and where a hunk is not enough to judge, the whole "
        "file with git_show and its history with git_blame. Report first what is wrong (a wrong result, lost data, a hole, a "
        "broken interface), then what is unclear or untested, then small things; each with file and line, why, and what you "
        "would do. Say what you could not see. Change nothing."
    )


def _named(repo: str) -> str:
    return f"the repository {repo}" if repo else "the repository"

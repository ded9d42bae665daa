"""What git's own complaints mean, in words for the model: what happened, what it means, what to do.

Nothing of a file's content and no stack gets in here; git's words are bounded and lose their control characters.
"""

from __future__ import annotations

import re

from servers.runtime.errors import ToolError
from servers.runtime.safe.names import shown

MOST_WORDS = 600
"""Characters of git's own words that an error may carry."""


class GitError(ToolError):
    """git refused or failed; the text says why and what to do."""


_MEANINGS: tuple[tuple[str, str], ...] = (
    (
        r"Unable to create '[^']*\.lock': File exists",
        (
            "Another program is working on this repository (a lock file of git lies there). Nothing was changed. Try again in a "
            "moment; if no git runs any more, ask the user to remove the lock file."
        ),
    ),
    (
        r"(bad revision|ambiguous argument) 'HEAD(\^\{commit\})?'",
        "HEAD leads to no commit: the repository has none yet, or its branch is broken.",
    ),
    (
        (
            r"unknown revision or path|bad revision|Needed a single revision|ambiguous argument|bad object name|"
            r"no such ref|[Nn]ot a valid object name|invalid reference|unable to resolve reference|invalid object name"
        ),
        "There is no such revision in this repository. git_branch and git_log show what there is.",
    ),
    (
        r"does not have any commits yet|your current branch .* does not have any commits",
        "This repository has no commit yet.",
    ),
    (
        r"promisor remote|could not fetch [0-9a-f]{40} from promisor|lazy fetching disabled|transport '[^']*' not allowed",
        (
            "This needs an object that the partial clone does not hold, and reading never goes to the network. Ask the user to "
            "run `git fetch` there."
        ),
    ),
    (
        (
            r"bad object|bad tree object|unexpected line in .*packed-refs|unable to read tree|unable to read [0-9a-f]{40}|"
            r"object file .* is empty|loose object .* is corrupt|inflate: data stream error|is corrupt|missing blob|"
            r"could not read [0-9a-f]{40}|unable to read sha1|unable to find [0-9a-f]{40}|packfile .* cannot be|missing object"
        ),
        (
            "The repository is damaged: an object is broken or missing. Ask the user to run `git fsck` there, or to fetch it "
            "again."
        ),
    ),
    (
        r"not a git repository",
        "git does not take this for a repository: its HEAD or another part of it is damaged. Ask the user to look at it.",
    ),
    (
        r"index file (smaller|corrupt)|bad index file|bad signature 0x|index uses .* extension",
        "The repository's index cannot be read: it is damaged, or written by a newer git. Ask the user to look at it.",
    ),
    (
        r"unknown repository extension|Expected git repo version|repository version",
        "The repository uses a format that the installed git does not know. Ask the user to update git.",
    ),
    (r"No space left on device", "The disk is full. Nothing more was written; ask the user to free some space."),
    (r"Permission denied|Operation not permitted", "The system denies access to a part of the repository."),
)
_COMPILED: list[tuple[re.Pattern[str], str]] = []


def refused(stderr: str, what: str = "") -> GitError:
    """The error for a git that failed with `stderr`; `what` completes "Cannot …", for example "show abc"."""
    if not _COMPILED:
        _COMPILED.extend((re.compile(pattern), meaning) for pattern, meaning in _MEANINGS)
    words = told(stderr)
    start = f"Cannot {what}. " if what else ""
    for pattern, meaning in _COMPILED:
        if pattern.search(stderr):
            return GitError(f"{start}{meaning} (git: {words})" if words else f"{start}{meaning}")
    return GitError(f"{start}git says: {words}" if words else f"{start}git failed without saying why.")


def told(stderr: str) -> str:
    """git's own words on one line, without its advice, at most MOST_WORDS characters, safe to show."""
    lines = [line.strip() for line in stderr.splitlines()]
    kept = [line for line in lines if line and not line.startswith(("hint:", "Use '--' to", "'git <command>"))]
    fatal = [line for line in kept if line.startswith(("fatal:", "error:"))] or kept
    words = " ".join(
        shown(line.removeprefix("fatal: ").removeprefix("error: ").replace("^{commit}", "")) for line in fatal
    )
    return words if len(words) <= MOST_WORDS else words[:MOST_WORDS] + "…"

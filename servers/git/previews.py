"""What a person is shown before they agree to a change: a summary and a diff, bounded, of files that servers may read only."""

from __future__ import annotations

import os
from collections.abc import Sequence

from servers.git.repository import Repository
from servers.git.runner import stream
from servers.git.touching import counted, is_open
from servers.runtime.call import Call
from servers.runtime.safe.names import shown

MOST_FILES = 100
"""Files whose diff is shown; more are counted."""
MOST_BYTES = 16_000
_DIFF = (
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--no-color",
    "--ignore-submodules=dirty",
    "--stat=100",
    "--patch",
)


def diff(call: Call, repository: Repository, words: Sequence[str], paths: Sequence[bytes]) -> str:
    """The diff of `paths` (as `git diff WORDS` makes it), without what is closed, and what was left out, by count."""
    readable = [path for path in paths if is_open(call, repository, path, "read")]
    closed = len(paths) - len(readable)
    text = b""
    whole = True
    if readable:
        chosen = [os.fsdecode(path) for path in readable[:MOST_FILES]]
        output = stream(call, repository, [*_DIFF, *words, "--", *chosen])
        for chunk in output:
            text += chunk
            if len(text) > MOST_BYTES:
                output.close()
                whole = False
                break
    lines = [shown_text(text[:MOST_BYTES])]
    if not whole:
        lines.append("… (the diff goes on)")
    if len(readable) > MOST_FILES:
        lines.append(f"… and {counted(len(readable) - MOST_FILES, 'more file')}")
    if closed:
        lines.append(f"Left out: {counted(closed)} that the user keeps closed, or that often hold secrets.")
    return "\n".join(line for line in lines if line)


def shown_text(content: bytes) -> str:
    """Text of files for people: what is no UTF-8 is replaced."""
    return content.decode("utf-8", "replace").rstrip("\n")


def listed(paths: Sequence[bytes], most: int = 30) -> str:
    """Paths, one a line, at most `most`."""
    lines = [f"  {shown(os.fsdecode(path))}" for path in paths[:most]]
    if len(paths) > most:
        lines.append(f"  … and {len(paths) - most} more")
    return "\n".join(lines)

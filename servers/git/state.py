"""What a repository is in the middle of: a merge, a rebase, a search for a fault. Read from the files that git leaves for it."""

from __future__ import annotations

import os

from servers.git.repository import Repository
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe import at
from servers.runtime.safe.opening import open_folder

_MARKS = (
    ("MERGE_HEAD", "merging"),
    ("CHERRY_PICK_HEAD", "cherry-picking"),
    ("REVERT_HEAD", "reverting"),
    ("BISECT_LOG", "bisecting"),
)
_STEPS = (("rebase-merge", "msgnum", "end"), ("rebase-apply", "next", "last"))


def state(call: Call, repository: Repository) -> str:
    """`merging`, `rebasing 2/5`, … or an empty string where nothing is in progress."""
    with open_folder(call.folders, repository.git_dir, what="use") as opened:
        names = set(at.listing(opened.fd))
    for folder, done, end in _STEPS:
        if folder in names:
            steps = [_number(call, os.path.join(repository.git_dir, folder), name) for name in (done, end)]
            return "rebasing " + "/".join(steps) if all(steps) else "rebasing"
    return " and ".join(word for mark, word in _MARKS if mark in names)


def _number(call: Call, folder: str, name: str) -> str:
    try:
        with open_folder(call.folders, folder, what="use") as opened:
            fd = at.existing(opened.fd, name)
            try:
                text = at.read_at(fd, 16, 0).decode("ascii", "replace").strip()
            finally:
                os.close(fd)
    except (OSError, ToolError):
        return ""
    return text if text.isdecimal() else ""

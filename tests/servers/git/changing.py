"""Words for tests of git's changing tools: a tool called as the server calls it, and everything of a repository at one glance."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import msgspec

from servers.git.branch import git_branch
from servers.git.commit import git_commit
from servers.git.restore import git_restore
from servers.git.stage import git_stage
from servers.git.stash import git_stash
from servers.git.switch import git_switch
from servers.git.tag import git_tag
from servers.git.undo import git_undo
from servers.runtime.call import Call
from servers.runtime.safe.moving import is_temporary
from servers.runtime.safe.names import shown
from servers.runtime.tools import Change
from servers.runtime.wire import Plan
from tests.servers.git.conftest import Repo

PSEUDO = ("MERGE_HEAD", "MERGE_MODE", "MERGE_MSG", "CHERRY_PICK_HEAD", "REVERT_HEAD")


class Hands:
    """The changing tools over one call's folders, in this process. `repo` is handed to each of them."""

    def __init__(self, call: Call, repo: Repo) -> None:
        self.call = call
        self.repo = repo

    def plan(self, tool: type[Change], **arguments: Any) -> Plan:
        args = msgspec.convert({"repo": str(self.repo.path), **arguments}, tool.arguments)
        return tool.plan(self.call, args).plan

    def do(self, tool: type[Change], **arguments: Any) -> str:
        """Plan and apply; the result's text."""
        args = msgspec.convert({"repo": shown(str(self.repo.path)), **arguments}, tool.arguments)
        self.call.change_id = ""
        return str(tool.apply(self.call, args, tool.plan(self.call, args)))

    def stage(self, *paths: str, **arguments: Any) -> str:
        return self.do(git_stage, paths=list(paths), **arguments)

    def commit(self, message: str = "", **arguments: Any) -> str:
        return self.do(git_commit, message=message, **arguments)

    def branch(self, action: str = "list", name: str = "", **arguments: Any) -> str:
        return self.do(git_branch, action=action, name=name, **arguments)

    def switch(self, target: str, **arguments: Any) -> str:
        return self.do(git_switch, target=target, **arguments)

    def restore(self, *paths: str, **arguments: Any) -> str:
        return self.do(git_restore, paths=list(paths), **arguments)

    def stash(self, action: str = "push", **arguments: Any) -> str:
        return self.do(git_stash, action=action, **arguments)

    def tag(self, action: str = "list", name: str = "", **arguments: Any) -> str:
        return self.do(git_tag, action=action, name=name, **arguments)

    def undo(self, change_id: str = "", **arguments: Any) -> str:
        return self.do(git_undo, change_id=change_id, **arguments)


def change_id(text: str) -> str:
    """The change that a result tells of."""
    found = re.search(r"^changed=yes change_id=([0-9a-f]{11}-[0-9a-f]{6})$", text, re.MULTILINE)
    assert found, text
    return found[1]


def everything(repo: Repo) -> dict[str, Any]:
    """All that a person could tell apart: files byte for byte, the index, refs, HEAD, the stash, what is in progress."""
    return {
        "files": files(repo.path),
        "index": repo.git("ls-files", "--stage", "-v", "-z"),
        "refs": repo.git("for-each-ref", "--format=%(objectname) %(refname)", *NAMESPACES),
        "head": repo.git("symbolic-ref", "-q", "HEAD", ok=(0, 1)) or repo.git("rev-parse", "HEAD"),
        "stash": repo.git("log", "-g", "--format=%H %gd %gs", "refs/stash", "--", ok=(0, 128)),
        "progress": {name: found for name in PSEUDO if (found := _content(repo.path / ".git" / name)) is not None},
        "branches": sorted(repo.git("config", "--local", "--get-regexp", r"^branch\.", ok=(0, 1)).splitlines()),
    }


NAMESPACES = ("refs/heads", "refs/tags", "refs/remotes", "refs/stash")


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def files(top: Path) -> dict[bytes, tuple[str, bytes]]:
    """Each file and link of a working tree: kind with its executable bit, and content."""
    found: dict[bytes, tuple[str, bytes]] = {}
    root = os.fsencode(top)
    for place, folders, names in os.walk(root):
        if place == root:
            folders[:] = [name for name in folders if name != b".git"]
        for name in [*names, *(one for one in folders if os.path.islink(os.path.join(place, one)))]:
            if is_temporary(os.fsdecode(name)):
                continue  # what a crash left is taken away later: test_killed.py
            path = os.path.join(place, name)
            inside = os.path.relpath(path, root)
            if os.path.islink(path):
                found[inside] = ("link", os.readlink(path))
            else:
                with open(path, "rb") as file:
                    found[inside] = (f"{os.stat(path).st_mode & 0o777:o}", file.read())
    return found

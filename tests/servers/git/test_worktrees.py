"""git_worktrees: the working trees of one repository, those that were granted."""

from __future__ import annotations

from pathlib import Path

from servers.git.worktrees import GitWorktrees, git_worktrees
from servers.runtime.call import Call
from tests.servers.git.conftest import Repo, body, head


def test_each_is_a_line_and_those_outside_are_counted(call: Call, repo: Repo, top: Path, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "-b", "side", str(top / "linked"))
    repo.git("worktree", "add", "-q", "--detach", str(top / "loose"))
    repo.git("worktree", "lock", "--reason", "on a stick", str(top / "loose"))
    repo.git("worktree", "add", "-q", "-b", "far", str(tmp_path / "outside"))
    text = git_worktrees(call, GitWorktrees(str(repo.path)))
    oid = repo.text("rev-parse", "HEAD")[:10]
    assert body(text).splitlines() == [
        f"{repo.path} {oid} main",
        f"{top}/linked {oid} side",
        f"{top}/loose {oid} detached locked (on a stick)",
    ]
    assert head(text)["worktrees"] == "3"
    assert "outside" not in text
    assert 'left-out="1 (not granted)"' in text

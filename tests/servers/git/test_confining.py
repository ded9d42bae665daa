"""The git server as a program, behind the kernel's wall: git works there, and reaches nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from servers.runtime.safe import landlock
from tests.servers.git.conftest import Git, Repo, Serve, body, head

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")


def test_every_reading_tool_works_confined(server: Git, repo: Repo) -> None:
    repo.write("a.txt", "one\nTWO\nthree\n")
    assert body(server.text("git_status")) == " M a.txt\n"
    assert "+TWO" in server.text("git_diff")
    assert "Begin" in server.text("git_log")
    assert "Begin" in server.text("git_show", rev="HEAD")
    assert body(server.text("git_show", rev="HEAD", path="b.txt")) == "beta\n"
    assert "not committed yet" in server.text("git_blame", path="a.txt")
    assert head(server.text("git_worktrees"))["worktrees"] == "1"
    assert "not confined" not in server.peer.complaints()


def test_the_users_own_settings_are_read_confined(serve: Serve, top: Path, repo: Repo, guard: Path) -> None:
    (guard / "more").mkdir()
    (guard / "more/ignore").write_text("*.ignored\n")
    (guard / "more/settings").write_text(f"[core]\n\texcludesFile = {guard}/more/ignore\n")
    (guard / ".gitconfig").write_text("[include]\n\tpath = more/settings\n")
    (guard / ".config/git").mkdir(parents=True)
    (guard / ".config/git/config").write_text("[status]\n\tshowUntrackedFiles = all\n")
    repo.write("x.ignored")
    repo.write("new/x")
    assert body(serve((top, "read")).text("git_status")) == "?? new/\n"


def test_the_users_own_filter_runs_confined_wherever_it_lies(server: Git, repo: Repo, guard: Path) -> None:
    script = guard / "bin/up.sh"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\ntr a-z A-Z\n")
    script.chmod(0o755)
    (guard / ".gitconfig").write_text('[filter "up"]\n\tclean = ~/bin/up.sh %f\n\trequired = true\n')
    repo.write(".git/info/attributes", "*.txt filter=up\n")
    repo.write("a.txt", "one\ntwo\nthree\nfour\n")
    assert "+FOUR" in server.text("git_diff")


@pytest.mark.skipif(not landlock.available(), reason="this kernel has no Landlock")
def test_git_reaches_nothing_outside_although_a_repository_leads_there(server: Git, repo: Repo, tmp_path: Path) -> None:
    """A link that our own checks do not look at (deep in the object store) is stopped by the kernel."""
    outside = Repo(tmp_path / "outside")
    outside.path.mkdir()
    outside.git("init", "-q", "-b", "main")
    outside.commit("Secret", secret="hidden words\n")
    blob = outside.text("rev-parse", "HEAD:secret")
    fan = repo.path / ".git/objects" / blob[:2]
    fan.mkdir(exist_ok=True)
    os.symlink(outside.path / ".git/objects" / blob[:2] / blob[2:], fan / blob[2:])
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\tsecret\n".encode()).decode().strip()
    repo.git("tag", "lured", repo.text("commit-tree", "-m", "Lure", tree))
    assert repo.text("show", "lured:secret") == "hidden words"
    assert "hidden" not in server.error("git_show", rev="lured", path="secret")


def test_children_have_a_temporary_folder_of_their_own(server: Git, repo: Repo, tmp_path: Path) -> None:
    server.text("git_status", repo=str(repo.path))
    assert (tmp_path / "undo/git-temporary").stat().st_mode & 0o777 == 0o700

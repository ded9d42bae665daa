"""Repositories of unusual kinds: partial, shallow, sparse, with replaced objects, in odd places. What works, works; the rest is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.git.blame import GitBlame, git_blame
from servers.git.diff import GitDiff, git_diff
from servers.git.log import GitLog, git_log
from servers.git.show import GitShow, git_show
from servers.git.status import GitStatus, git_status
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.words import RefusedError
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo, body, head


def test_a_partial_clone_is_read_as_far_as_it_goes(call: Call, repo: Repo, top: Path) -> None:
    repo.config("uploadpack.allowFilter", "true")
    repo.commit("Later", a__txt="changed\n")
    repo.git("clone", "-q", "--filter=blob:none", f"file://{repo.path}", str(top / "partial"))
    assert "Begin" in git_log(call, GitLog("partial"))
    assert body(git_status(call, GitStatus("partial"))) == ""
    assert body(git_show(call, GitShow(repo="partial", path="a.txt"))) == "changed\n"
    with pytest.raises(ToolError, match="partial clone"):
        git_show(call, GitShow("HEAD~1", repo="partial", path="a.txt"))
    with pytest.raises(ToolError, match="partial clone"):
        git_show(call, GitShow("HEAD", repo="partial"))


def test_a_sparse_checkout(call: Call, repo: Repo) -> None:
    repo.commit("More", **{"src/x": "x", "docs/y": "y"})
    repo.git("sparse-checkout", "set", "src")
    assert not (repo.path / "docs").exists()
    assert body(git_status(call, GitStatus())) == ""
    assert body(git_show(call, GitShow(path="docs/y"))) == "y"


def test_a_submodule_is_a_repository_of_its_own(call: Call, repo: Repo, make_repo: MakeRepo) -> None:
    other = make_repo("library")
    other.commit("Library", lib__txt="lib\n")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.path), "lib")
    repo.git("commit", "-qm", "Add library")
    inside = str(repo.path / "lib")
    assert "Library" in git_log(call, GitLog(inside))
    assert body(git_status(call, GitStatus(inside))) == ""
    Repo(repo.path / "lib").commit("Within", lib__txt="changed\n")
    assert body(git_status(call, GitStatus(str(repo.path)))) == " M lib\n"
    assert "(submodule)" in git_diff(call, GitDiff(str(repo.path)))
    assert "+Subproject commit" in git_diff(call, GitDiff(str(repo.path)))


def test_a_submodule_whose_repository_is_not_granted_says_what_to_grant(
    make_call: MakeCall, repo: Repo, make_repo: MakeRepo
) -> None:
    other = make_repo("library")
    other.commit("Library", lib__txt="lib\n")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.path), "lib")
    with pytest.raises(RefusedError, match="All of a repository must be granted"):
        git_log(make_call((repo.path / "lib", "read")), GitLog())


def test_line_ends_are_shown_as_git_shows_them(call: Call, repo: Repo) -> None:
    repo.config("core.autocrlf", "true")
    repo.write("a.txt", "one\r\ntwo\r\nthree\r\n")
    assert "files=0" in git_diff(call, GitDiff())
    repo.write("a.txt", "one\r\nTWO\r\nthree\r\n")
    assert "+TWO\n" in git_diff(call, GitDiff()).replace("\r\n", "\n")


def test_a_repository_in_a_path_of_any_bytes(call: Call, make_repo: MakeRepo, top: Path) -> None:
    name = os.fsdecode(b'pro jekt \xff "x"')
    made = make_repo(path=top / name)
    made.commit("Odd", a="a\n")
    text = git_log(call, GitLog())
    assert "Odd" in text
    assert head(git_status(call, GitStatus()))["branch"] == "main"
    assert "\\xff" in text.split("\n")[0]


def test_a_repository_reached_through_a_link_is_known_by_its_real_path(call: Call, repo: Repo, top: Path) -> None:
    os.symlink(repo.path, top / "link")
    assert str(repo.path) in git_log(call, GitLog(str(top / "link")))


def test_two_working_trees_of_one_repository_have_their_own_state(call: Call, repo: Repo, top: Path) -> None:
    repo.git("worktree", "add", "-q", "-b", "side", str(top / "linked"))
    (top / "linked/a.txt").write_text("other\n")
    assert body(git_status(call, GitStatus("linked"))) == " M a.txt\n"
    assert body(git_status(call, GitStatus("repo"))) == ""
    assert "not committed yet" in git_blame(call, GitBlame("a.txt", "linked"))


def test_a_linked_worktree_whose_repository_is_not_granted_says_what_to_grant(
    make_call: MakeCall, repo: Repo, tmp_path: Path
) -> None:
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "far"))
    with pytest.raises(RefusedError, match=r"its \.git file leads to .*All of a repository must be granted"):
        git_log(make_call((tmp_path / "far", "read")), GitLog())


def test_a_bare_repository_with_linked_worktrees(call: Call, repo: Repo, top: Path) -> None:
    repo.git("clone", "-q", "--bare", ".", str(top / "store.git"))
    store = Repo(top / "store.git")
    store.git("worktree", "add", "-q", str(top / "tree"), "main")
    assert "Begin" in git_log(call, GitLog("store"))
    assert body(git_status(call, GitStatus("tree"))) == ""

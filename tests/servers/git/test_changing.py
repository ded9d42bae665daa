"""What the changing tools share: the guard of a plan, and what git's listings mean."""

from __future__ import annotations

import pytest

from servers.git import changing
from servers.git.backup.world import Concern
from servers.git.repository import find
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.conftest import MakeRepo, Repo


def test_a_plan_guards_what_it_concerns_and_what_it_only_reads(call: Call, repo: Repo) -> None:
    found = find(call, str(repo.path))
    guards: list[str] = []
    for content in ("one\ntwo\nthree\n", "other\n", "one\ntwo\nthree\n"):
        repo.write("a.txt", content)
        plan = changing.planned(call, found, Concern(index=True), "x", watched=[b"a.txt"]).plan
        guards.append(plan.guard)
    assert guards[0] == guards[2] != guards[1]


def test_a_preview_is_bounded_and_ends_with_the_notes(call: Call, repo: Repo) -> None:
    found = find(call, str(repo.path))
    plan = changing.planned(call, found, Concern(), "words\n", notes=["a note"]).plan
    assert plan.preview == "words\na note"
    long = changing.planned(call, found, Concern(), "x" * 50_000).plan
    assert len(long.preview) == changing.MOST_PREVIEW


def test_conflicts_and_new_files_are_told_apart(call: Call, repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.commit("side", a__txt="side\n")
    repo.git("switch", "-q", "main")
    repo.commit("main", a__txt="main\n")
    repo.git("merge", "side", ok=(1,))
    repo.write("d/new", "x")
    found = {one.path: one for one in changing.dirty(call, find(call, str(repo.path)))}
    assert found[b"a.txt"].unmerged
    assert found[b"d/new"].untracked
    assert not found[b"d/new"].unmerged


def test_submodules_are_known_by_the_index(call: Call, repo: Repo, make_repo: MakeRepo) -> None:
    commit = make_repo("inner", path=repo.path / "inner").commit("x", f="x")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{commit},inner")
    assert changing.gitlinks(call, find(call, str(repo.path))) == {b"inner"}


def test_only_commits_are_resolved(call: Call, repo: Repo) -> None:
    found = find(call, str(repo.path))
    commit = repo.text("rev-parse", "HEAD")
    repo.git("tag", "-a", "-m", "x", "v1")
    for words in ("HEAD", "main", commit[:8], "v1", "@", "HEAD^0"):
        assert changing.resolved(call, found, words) == commit
    for words in ("none", "HEAD:a.txt", "HEAD^{tree}", ":/nothing", "-x", "", "a..b"):
        with pytest.raises(ToolError):
            changing.resolved(call, found, words)


@pytest.mark.parametrize(
    ("expected", "fits"), [("", True), ("abcdef1", True), ("ABCDEF1", True), ("abc", False), ("f" * 40, False)]
)
def test_an_expected_head_has_seven_digits_at_least(expected: str, fits: bool) -> None:
    if fits:
        changing.check_head("abcdef1" + "0" * 33, expected)
    else:
        with pytest.raises(ToolError, match="HEAD is at"):
            changing.check_head("abcdef1" + "0" * 33, expected)


def test_head_is_told_for_people() -> None:
    assert changing.branch_of("refs/heads/a/b") == "a/b"
    assert changing.branch_of("0123456789abcdef") == "detached 0123456789"


def test_the_head_of_an_empty_repository_is_said_to_be_none(call: Call, make_repo: MakeRepo) -> None:
    with pytest.raises(ToolError, match="no commit yet"):
        changing.head_commit(call, find(call, str(make_repo("young").path)))

"""git_branch lists what git lists, and never loses a commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.git.branch import git_branch
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.changing import Hands, change_id, everything
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo, body, head


@pytest.fixture
def hands(call: Call, repo: Repo) -> Hands:
    return Hands(call, repo)


def branches(repo: Repo) -> list[str]:
    return repo.text("for-each-ref", "--format=%(refname:short)", "refs/heads").split("\n")


def test_branches_are_listed_with_what_they_follow(hands: Hands, repo: Repo) -> None:
    repo.git("branch", "topic")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.config("remote.origin.url", "https://example.org/x")
    repo.config("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    repo.git("branch", "-q", "--set-upstream-to=origin/main", "main")
    repo.commit("Second", c__txt="c\n")
    text = hands.branch()
    assert head(text)["branches"] == "2"
    lines = body(text).split("\n")
    assert lines[0].startswith(f"* main {repo.text('rev-parse', '--short=10', 'HEAD')} ")
    assert lines[0].endswith("[origin/main ahead 1] Second")
    assert lines[1].startswith("  topic ")
    assert "origin/main" in body(hands.branch(remotes=True)).split("\n", 2)[2]
    assert "more=" in hands.branch(limit=1).split("\n")[0]


def test_where_head_is_on_no_branch_that_is_said(call: Call, hands: Hands, repo: Repo, make_repo: MakeRepo) -> None:
    repo.git("switch", "-q", "--detach")
    assert "HEAD is detached" in hands.branch()
    assert "HEAD is main" in Hands(call, make_repo("young")).branch()


def test_a_branch_is_made_where_it_was_said(hands: Hands, repo: Repo) -> None:
    first = repo.text("rev-parse", "HEAD")
    repo.commit("Second", c__txt="c\n")
    hands.branch("create", "old", start="HEAD~1")
    hands.branch("create", "new")
    assert repo.text("rev-parse", "old") == first
    assert repo.text("rev-parse", "new") == repo.text("rev-parse", "HEAD")
    assert everything(repo)["branches"] == []


def test_a_branch_made_from_a_remote_one_follows_it(hands: Hands, repo: Repo) -> None:
    repo.git("update-ref", "refs/remotes/origin/topic", "HEAD")
    repo.config("remote.origin.url", "https://example.org/x")
    repo.config("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    assert "following origin/topic" in hands.branch("create", "topic", start="origin/topic")
    assert repo.text("config", "branch.topic.merge") == "refs/heads/topic"


def test_an_unmerged_branch_is_deleted_only_by_force_and_can_be_had_again(hands: Hands, repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "topic")
    lost = repo.commit("Only here", c__txt="c\n")
    repo.git("switch", "-q", "main")
    with pytest.raises(ToolError, match=r"has 1 commit that no other branch or tag has .* `force`"):
        hands.branch("delete", "topic")
    done = change_id(hands.branch("delete", "topic", force=True))
    assert branches(repo) == ["main"]
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    hands.undo(done)
    assert repo.text("rev-parse", "topic") == lost
    assert repo.text("fsck", "--no-dangling") == ""


def test_a_merged_branch_goes_without_force(hands: Hands, repo: Repo) -> None:
    repo.git("branch", "topic")
    hands.branch("delete", "topic")
    assert branches(repo) == ["main"]


def test_the_branch_that_is_checked_out_is_renamed_with_head(hands: Hands, repo: Repo) -> None:
    hands.branch("rename", "main", new_name="trunk")
    assert repo.text("symbolic-ref", "HEAD") == "refs/heads/trunk"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"action": "create", "name": ""}, "cannot be the name"),
        ({"action": "create", "name": "-f"}, "cannot be the name"),
        ({"action": "create", "name": "--orphan=x"}, "cannot be the name"),
        ({"action": "create", "name": "a..b"}, "cannot be the name"),
        ({"action": "create", "name": "refs/heads/x"}, "short name"),
        ({"action": "create", "name": "HEAD"}, "short name"),
        ({"action": "create", "name": "topic"}, "exists already"),
        ({"action": "create", "name": "x", "start": "none"}, "There is no commit none"),
        ({"action": "create", "name": "x", "start": "--help"}, "begins with '-'"),
        ({"action": "create", "name": "x", "start": "HEAD^{tree}"}, "There is no commit"),
        ({"action": "create", "name": "topic/below"}, "exists|cannot|git says"),
        ({"action": "create", "name": "main", "force": True}, "main"),
        ({"action": "rename", "name": "none", "new_name": "x"}, "There is no branch none"),
        ({"action": "rename", "name": "main", "new_name": "topic"}, "exists already"),
        ({"action": "rename", "name": "main", "new_name": "-x"}, "cannot be the name"),
        ({"action": "delete", "name": "none"}, "There is no branch none"),
        ({"action": "delete", "name": "main"}, "is checked out"),
    ],
)
def test_what_cannot_be_done_is_said(hands: Hands, repo: Repo, arguments: dict[str, object], words: str) -> None:
    repo.git("branch", "topic")
    before = everything(repo)
    with pytest.raises(ToolError, match=words):
        hands.do(git_branch, **arguments)
    assert everything(repo) == before


def test_a_branch_checked_out_elsewhere_is_not_deleted(hands: Hands, repo: Repo) -> None:
    repo.git("worktree", "add", "-q", "-b", "topic", str(repo.path.parent / "w"))
    with pytest.raises(ToolError, match="topic"):
        hands.branch("delete", "topic")
    assert branches(repo) == ["main", "topic"]


def test_branches_of_a_bare_repository_are_made_and_deleted(call: Call, repo: Repo, top: Path) -> None:
    repo.git("clone", "-q", "--bare", str(repo.path), str(top / "bare.git"))
    bare = Repo(top / "bare.git")
    hands = Hands(call, bare)
    done = change_id(hands.branch("create", "topic"))
    assert branches(bare) == ["main", "topic"]
    hands.undo(done)
    assert branches(bare) == ["main"]


def test_listing_needs_no_right_to_change(make_call: MakeCall, repo: Repo) -> None:
    hands = Hands(make_call((repo.path, "read")), repo)
    assert "* main" in hands.branch()
    plan = hands.plan(git_branch, action="list")
    assert (plan.writes, plan.reads) == ([], [str(repo.path)])
    with pytest.raises(ToolError, match="read-only"):
        hands.branch("create", "x")

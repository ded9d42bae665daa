"""git_fetch brings what a remote has into remote-tracking branches, and into nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.git.fetch import git_fetch
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.changing import Hands, change_id, everything
from tests.servers.git.conftest import Repo
from tests.servers.git.remoting import Pair, cloned, hands_with


@pytest.fixture
def pair(repo: Repo, tmp_path: Path) -> Iterator[Pair]:
    with cloned(repo, tmp_path / "outside") as pair:
        yield pair


@pytest.fixture
def hands(call: Call, pair: Pair, top: Path) -> Hands:
    return hands_with(call, pair.here, top, "remote")


def test_what_is_new_there_comes_and_can_be_taken_back(hands: Hands, pair: Pair) -> None:
    made = pair.publish("Second", c__txt="c\n")
    pair.other.git("push", "-q", "origin", "HEAD:refs/heads/topic")
    before = everything(pair.here)
    text = hands.do(git_fetch)
    assert pair.here.text("rev-parse", "origin/main") == made
    assert f"origin/topic: new at {made[:10]}" in text
    assert everything(pair.here)["files"] == before["files"]
    hands.undo(change_id(text))
    assert everything(pair.here) == before


def test_nothing_new_is_said(hands: Hands) -> None:
    text = hands.do(git_fetch)
    assert text.startswith("changed=no\n")
    assert text.endswith("\nNothing new there.")


def test_one_branch_tags_and_branches_that_are_gone(hands: Hands, pair: Pair) -> None:
    pair.other.git("push", "-q", "origin", "HEAD:refs/heads/one", "HEAD:refs/heads/two", "HEAD:refs/tags/v1")
    hands.do(git_fetch, branch="one")
    assert "origin/two" not in pair.here.text("for-each-ref")
    assert "v1" not in pair.here.text("for-each-ref")
    hands.do(git_fetch, tags=True)
    assert "v1" in pair.here.text("for-each-ref")
    pair.other.git("push", "-q", "--delete", "origin", "two")
    assert "origin/two: gone" in hands.do(git_fetch, prune=True)


def test_a_remote_s_own_refspec_does_not_write_over_branches(hands: Hands, pair: Pair) -> None:
    pair.publish("Second", c__txt="c\n")
    pair.here.git("switch", "-q", "-c", "work")
    pair.here.config("remote.origin.fetch", "+refs/heads/*:refs/heads/*")
    before = pair.here.text("rev-parse", "main")
    hands.do(git_fetch)
    assert pair.here.text("rev-parse", "main") == before


def test_where_it_was_not_turned_on_nothing_is_asked_for(call: Call, pair: Pair, top: Path) -> None:
    hands = hands_with(call, pair.here, top)
    with pytest.raises(ToolError, match="--git remote"):
        hands.do(git_fetch)
    assert pair.server.requests == []


def test_a_plan_asks_nobody(hands: Hands, pair: Pair) -> None:
    plan = hands.plan(git_fetch)
    assert plan.preview == "fetch all branches from origin (http://127.0.0.1/there.git)"
    assert pair.server.requests == []


@pytest.mark.parametrize("branch", ["-x", "a:b", "main:refs/heads/main", "*"])
def test_a_branch_is_one_name(hands: Hands, branch: str) -> None:
    with pytest.raises(ToolError, match="cannot be the name"):
        hands.do(git_fetch, branch=branch)


def test_who_must_show_who_they_are_is_told_so_and_nobody_is_prompted(hands: Hands, pair: Pair) -> None:
    pair.server.refuses = True
    with pytest.raises(ToolError, match="wants to know who asks"):
        hands.do(git_fetch)


def test_a_computer_that_does_not_answer_is_said(hands: Hands, pair: Pair) -> None:
    pair.server.close()
    with pytest.raises(ToolError, match="cannot be reached"):
        hands.do(git_fetch)


def test_a_repository_that_is_not_there_is_said(hands: Hands, pair: Pair) -> None:
    pair.here.git("remote", "set-url", "origin", pair.server.url("none.git"))
    with pytest.raises(ToolError, match="no such repository on the other side"):
        hands.do(git_fetch)

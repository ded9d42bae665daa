"""git_pull goes forward where it can, and otherwise says what the user has to decide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.git.pull import git_pull
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.access import Folders
from servers.runtime.wire import Access, Folder
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


def test_the_branch_goes_forward_and_back(hands: Hands, pair: Pair) -> None:
    made = pair.publish("Second", a__txt="theirs\n", c__txt="c\n")
    before = everything(pair.here)
    text = hands.do(git_pull)
    assert pair.here.text("rev-parse", "HEAD") == made
    assert pair.here.text("status", "--porcelain") == ""
    assert "2 files changed" in text
    hands.undo(change_id(text))
    assert everything(pair.here)["files"] == before["files"]
    assert pair.here.text("rev-parse", "HEAD") != made


def test_local_changes_elsewhere_stay_and_those_in_the_way_stop_it(hands: Hands, pair: Pair) -> None:
    pair.publish("Second", a__txt="theirs\n")
    pair.here.write("b.txt", "mine\n")
    hands.do(git_pull)
    assert (pair.here.path / "b.txt").read_text() == "mine\n"
    pair.publish("Third", b__txt="theirs\n")
    head = pair.here.text("rev-parse", "HEAD")
    with pytest.raises(ToolError, match=r"All is fetched, but local changes are in the way .* b\.txt"):
        hands.do(git_pull)
    assert pair.here.text("rev-parse", "HEAD") == head
    assert (pair.here.path / "b.txt").read_text() == "mine\n"


def test_where_both_have_commits_nothing_is_merged(hands: Hands, pair: Pair) -> None:
    pair.publish("Theirs", c__txt="c\n")
    mine = pair.here.commit("Mine", d__txt="d\n")
    text = hands.do(git_pull)
    assert "Nothing was merged: the branch has 1 commit of its own, and its upstream 1 other" in text
    assert pair.here.text("rev-parse", "HEAD") == mine


def test_what_is_there_already_is_said(hands: Hands, pair: Pair) -> None:
    assert "has all of it already" in hands.do(git_pull)
    pair.here.commit("Mine", d__txt="d\n")
    assert "has all of it already" in hands.do(git_pull)


def test_nothing_closed_or_asked_about_is_changed(hands: Hands, pair: Pair, top: Path) -> None:
    pair.publish("Kept", **{"kept/x": "theirs\n"})
    (pair.here.path / "kept").mkdir()
    head = pair.here.text("rev-parse", "HEAD")
    cases: tuple[tuple[Access, str], ...] = (("read", "would change 1 file "), ("ask", "where each change is asked"))
    for access, words in cases:
        rows = (Folder(str(top), "write", git=("remote",)), Folder(str(pair.here.path / "kept"), access))
        hands.call.folders = Folders(1, rows, asked=True)
        with pytest.raises(ToolError, match=words):
            hands.do(git_pull)
        assert pair.here.text("rev-parse", "HEAD") == head


def test_a_branch_without_an_upstream_and_no_branch_are_said(hands: Hands, pair: Pair) -> None:
    pair.here.git("switch", "-q", "-c", "alone")
    with pytest.raises(ToolError, match="follows no branch of a remote"):
        hands.do(git_pull)
    pair.here.git("switch", "-q", "--detach")
    with pytest.raises(ToolError, match="No branch is checked out"):
        hands.do(git_pull)


def test_an_upstream_in_this_very_repository_is_no_remote(hands: Hands, pair: Pair) -> None:
    pair.here.git("switch", "-q", "-c", "work", "--track", "main")
    with pytest.raises(ToolError, match="follows no branch of a remote"):
        hands.do(git_pull)


def test_a_plan_asks_nobody(hands: Hands, pair: Pair) -> None:
    assert "then fast-forward main to origin/main" in hands.plan(git_pull).preview
    assert pair.server.requests == []

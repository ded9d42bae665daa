"""git_push gives a branch to a remote, never over what is newer there, and the user is always asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from servers.git.push import git_push
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.changing import Hands
from tests.servers.git.conftest import Repo
from tests.servers.git.remoting import Pair, cloned, hands_with


@pytest.fixture
def pair(repo: Repo, tmp_path: Path) -> Iterator[Pair]:
    with cloned(repo, tmp_path / "outside") as pair:
        yield pair


@pytest.fixture
def hands(call: Call, pair: Pair, top: Path) -> Hands:
    return hands_with(call, pair.here, top, "remote")


def test_the_current_branch_goes_to_its_name(hands: Hands, pair: Pair) -> None:
    made = pair.here.commit("Second", c__txt="c\n")
    plan = hands.plan(git_push)
    assert not plan.undoable
    assert f"new: {made[:7]} Second" in plan.preview
    assert "push main at" in hands.do(git_push)
    assert pair.there.text("rev-parse", "main") == made
    assert pair.here.text("rev-parse", "origin/main") == made
    assert hands.do(git_push).startswith("changed=no")


def test_a_new_branch_with_its_upstream_and_a_tag(hands: Hands, pair: Pair) -> None:
    pair.here.git("branch", "topic")
    pair.here.git("tag", "v1")
    hands.do(git_push, name="topic", set_upstream=True)
    hands.do(git_push, name="v1")
    assert pair.there.text("for-each-ref", "--format=%(refname)").split("\n") == [
        "refs/heads/main",
        "refs/heads/topic",
        "refs/tags/v1",
    ]
    assert pair.here.text("config", "branch.topic.merge") == "refs/heads/topic"


def test_what_was_agreed_to_is_pushed_and_nothing_that_came_later(hands: Hands, pair: Pair) -> None:
    agreed = pair.here.commit("Agreed", c__txt="c\n")
    args = msgspec.convert({"repo": str(pair.here.path)}, git_push.arguments)
    planned = git_push.plan(hands.call, args)
    pair.here.commit("Later", d__txt="d\n")
    git_push.apply(hands.call, args, planned)
    assert pair.there.text("rev-parse", "main") == agreed


def test_what_is_newer_there_is_never_overwritten(hands: Hands, pair: Pair) -> None:
    theirs = pair.publish("Theirs", c__txt="c\n")
    pair.here.commit("Mine", d__txt="d\n")
    for arguments in ({}, {"force_with_lease": True}):
        with pytest.raises(ToolError, match="has commits in refs/heads/main that are not here"):
            hands.do(git_push, **arguments)
    assert pair.there.text("rev-parse", "main") == theirs


def test_an_amended_branch_goes_over_what_was_seen(hands: Hands, pair: Pair) -> None:
    pair.here.git("commit", "-q", "--amend", "-m", "Again")
    with pytest.raises(ToolError):
        hands.do(git_push)
    plan = hands.plan(git_push, force_with_lease=True)
    assert "given up there: " in plan.preview
    hands.do(git_push, force_with_lease=True)
    assert pair.there.text("rev-parse", "main") == pair.here.text("rev-parse", "main")


def test_backups_are_not_given_away(hands: Hands, pair: Pair) -> None:
    pair.here.write("a.txt", "x\n")
    hands.restore("a.txt")
    pair.here.commit("Second", c__txt="c\n")
    hands.do(git_push)
    assert "doorkeep" not in pair.there.text("for-each-ref")


def test_hooks_of_the_repository_run_only_where_they_were_turned_on(
    hands: Hands, pair: Pair, call: Call, top: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "ran"
    hook = pair.here.path / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {marker}\nexit 1\n")
    hook.chmod(0o755)
    pair.here.commit("Second", c__txt="c\n")
    hands.do(git_push)
    assert not marker.exists()
    pair.here.commit("Third", d__txt="d\n")
    with pytest.raises(ToolError):
        hands_with(call, pair.here, top, "remote", "hooks").do(git_push)
    assert marker.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "none"}, "no branch or tag none"),
        ({"name": "-f"}, "cannot be the name"),
        ({"name": "main:other"}, "cannot be the name"),
        ({"name": "+main"}, "no branch or tag"),
        ({"name": "new", "force_with_lease": True}, "there is no lease"),
        ({"remote": "https://example.org/x"}, "must be the name of a remote"),
    ],
)
def test_what_cannot_be_pushed_is_said(hands: Hands, pair: Pair, arguments: dict[str, object], words: str) -> None:
    pair.here.git("branch", "new")
    with pytest.raises(ToolError, match=words):
        hands.do(git_push, **arguments)
    assert pair.there.text("for-each-ref", "--format=%(refname)") == "refs/heads/main"


def test_where_it_was_not_turned_on_nothing_leaves(call: Call, pair: Pair, top: Path) -> None:
    with pytest.raises(ToolError, match="--git remote"):
        hands_with(call, pair.here, top).do(git_push)
    assert pair.server.requests == []

"""What stands against taking a change back is found before anything is done, and said."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from servers.git.backup.going_back import GoingBack, plan_back
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.undo.store import UndoStore
from tests.servers.git.changing import Hands, change_id, everything
from tests.servers.git.conftest import MakeCall, Repo


@pytest.fixture
def hands(call: Call, repo: Repo, identity: Path) -> Hands:
    return Hands(call, repo)


def _move_on(repo: Repo) -> None:
    repo.commit("more", c__txt="c\n")


def _switch(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "elsewhere")


def _stage(repo: Repo) -> None:
    repo.write("b.txt", "staged\n")
    repo.git("add", "b.txt")


def _edit(repo: Repo) -> None:
    repo.write("a.txt", "edited since\n")


def _merge(repo: Repo) -> None:
    (repo.path / ".git/MERGE_HEAD").write_text(repo.text("rev-parse", "HEAD") + "\n")


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (_move_on, "the branch main was moved since"),
        (_switch, "the branch elsewhere is checked out by now"),
        (_stage, "what is staged was changed since"),
        (_merge, "a merge or the like was begun or ended since"),
    ],
)
def test_what_was_changed_since_a_commit_is_said(
    hands: Hands, repo: Repo, store: UndoStore, since: Callable[[Repo], None], words: str
) -> None:
    repo.write("a.txt", "changed\n")
    done = change_id(hands.commit("change", paths=["a.txt"]))
    since(repo)
    before = everything(repo)
    going = plan_back(hands.call, store, done)
    assert words in going.conflicts
    assert not going.hard
    assert everything(repo) == before


def test_a_file_that_was_changed_since_is_named(hands: Hands, repo: Repo, store: UndoStore) -> None:
    repo.write("a.txt", "changed\n")
    done = change_id(hands.restore("a.txt"))
    _edit(repo)
    assert plan_back(hands.call, store, done).conflicts == ["a.txt changed since"]


def _hard(going: GoingBack) -> str:
    assert not going.conflicts
    return "; ".join(going.hard)


def test_a_branch_that_another_worktree_uses_is_left_alone(hands: Hands, repo: Repo, store: UndoStore) -> None:
    done = change_id(hands.branch("create", "topic"))
    repo.git("worktree", "add", "-q", str(repo.path.parent / "w"), "topic")
    assert "the branch topic is checked out in" in _hard(plan_back(hands.call, store, done))


def test_a_branch_that_is_checked_out_is_not_deleted(hands: Hands, repo: Repo, store: UndoStore) -> None:
    done = change_id(hands.branch("create", "topic"))
    repo.git("switch", "-q", "topic")
    assert "switch to another branch" in _hard(plan_back(hands.call, store, done))


def test_a_folder_that_took_a_file_s_place_is_not_removed_with_what_is_in_it(
    hands: Hands, repo: Repo, store: UndoStore
) -> None:
    repo.write("new", "new\n")
    done = change_id(hands.stash("push", untracked=True))
    repo.write("new/theirs", "theirs\n")
    going = plan_back(hands.call, store, done)
    assert "something else lies at new by now" in going.hard
    with pytest.raises(ToolError, match="something else"):
        hands.undo(done, force=True)
    assert (repo.path / "new/theirs").read_text() == "theirs\n"


def test_a_backup_that_is_gone_is_said(hands: Hands, repo: Repo, store: UndoStore) -> None:
    repo.write("a.txt", "only here\n")
    done = change_id(hands.restore("a.txt"))
    for ref in repo.text("for-each-ref", "--format=%(refname)", "refs/doorkeep").split("\n"):
        repo.git("update-ref", "-d", ref)
    repo.git("gc", "-q", "--prune=now")
    assert "no longer in the repository" in _hard(plan_back(hands.call, store, done))


def test_a_copy_of_the_index_that_is_gone_is_said(hands: Hands, repo: Repo, store: UndoStore) -> None:
    repo.write("a.txt", "x\n")
    done = change_id(hands.stage("a.txt"))
    os.unlink(os.path.join(store.images_path, f"{done}.0"))
    assert "copy of the index" in _hard(plan_back(hands.call, store, done))


def test_files_that_were_closed_meanwhile_stay_as_they_are(
    hands: Hands, make_call: MakeCall, repo: Repo, store: UndoStore
) -> None:
    repo.commit("more", d__txt="d\n")
    repo.write("secret/x", "x\n")
    repo.commit("secret")
    repo.write("secret/x", "y\n")
    done = change_id(hands.restore("secret"))
    later = make_call((repo.path.parent, "write"), (repo.path / "secret", "read"))
    assert "1 file of it closed" in _hard(plan_back(later, store, done))


def test_nothing_is_left_to_be_taken_back_twice(hands: Hands, repo: Repo, store: UndoStore) -> None:
    done = change_id(hands.tag("create", "v1"))
    hands.undo(done)
    with pytest.raises(ToolError, match="nothing to take back"):
        plan_back(hands.call, store, done)


@pytest.mark.parametrize("change", ["", "nope", "18c0000000a-abcdef"])
def test_an_unknown_change_is_said(call: Call, store: UndoStore, change: str) -> None:
    with pytest.raises(ToolError, match="There is no change"):
        plan_back(call, store, change)


def test_a_repository_that_is_gone_or_no_longer_granted_is_said(
    hands: Hands, make_call: MakeCall, repo: Repo, store: UndoStore, tmp_path: Path
) -> None:
    done = change_id(hands.tag("create", "v1"))
    (tmp_path / "other").mkdir()
    with pytest.raises(ToolError, match="no folder that the user granted"):
        plan_back(make_call((tmp_path / "other", "write")), store, done)
    with pytest.raises(ToolError, match="read-only"):
        plan_back(make_call((repo.path, "read")), store, done)
    shutil.rmtree(repo.path)
    with pytest.raises(ToolError):
        plan_back(hands.call, store, done)

"""Taking back is all or nothing, is on record itself, and puts back what plain git would lose."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.git.backup import index_lock, taking_back
from servers.git.backup import record as records
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.undo.store import UndoStore
from tests.servers.git.changing import Hands, change_id, everything
from tests.servers.git.conftest import Repo


@pytest.fixture
def hands(call: Call, repo: Repo, identity: Path) -> Hands:
    return Hands(call, repo)


def test_nothing_is_done_while_another_program_holds_the_index(
    hands: Hands, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_lock, "SECONDS", 0.05)
    repo.write("a.txt", "x\n")
    done = change_id(hands.commit("change", paths=["a.txt"]))
    before = everything(repo)
    (repo.path / ".git/index.lock").touch()
    with pytest.raises(ToolError, match=r"index\.lock"):
        hands.undo(done)
    assert everything(repo) == before


def test_a_merge_in_progress_comes_back_with_its_conflicts(hands: Hands, repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.commit("side", a__txt="side\n")
    repo.git("switch", "-q", "main")
    repo.commit("main", a__txt="main\n")
    repo.git("merge", "side", ok=(1,))
    before = everything(repo)
    repo.write("a.txt", "both\n")
    staged = change_id(hands.stage("a.txt"))
    committed = change_id(hands.commit("Merge side"))
    assert repo.text("rev-list", "--parents", "-1", "HEAD").count(" ") == 2
    hands.undo(committed)
    assert (repo.path / ".git/MERGE_HEAD").exists()
    hands.undo(staged)
    repo.write("a.txt", before["files"][b"a.txt"][1])
    assert everything(repo) == before


def test_line_ends_come_back_as_they_were_whatever_git_converts(hands: Hands, repo: Repo) -> None:
    repo.config("core.autocrlf", "true")
    repo.write("a.txt", b"mixed\r\nends\n")
    repo.write("b.txt", b"\r\n")
    before = everything(repo)
    done = change_id(hands.restore("."))
    hands.undo(done)
    assert everything(repo) == before


def test_many_files_come_back_in_portions(hands: Hands, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_back, "_BATCH", 3)
    monkeypatch.setattr(taking_back, "MAX_KEPT", 30)
    repo.commit("many", **{f"f{number}": "x\n" * number for number in range(20)})
    for number in range(20):
        repo.write(f"f{number}", "y\n" * number + "end")
    before = everything(repo)
    done = change_id(hands.restore("."))
    hands.undo(done)
    assert everything(repo) == before


def test_an_index_comes_back_with_its_time_so_that_git_sees_what_changed_at_the_same_moment(
    hands: Hands, repo: Repo
) -> None:
    moment = 1_700_000_000_000_000_000
    index, file = repo.path / ".git/index", repo.path / "a.txt"
    os.utime(file, ns=(moment, moment))
    repo.config("core.trustctime", "false")
    repo.git("update-index", "--refresh")
    os.utime(index, ns=(moment, moment))
    repo.write("b.txt", "changed\n")
    done = change_id(hands.stage("b.txt"))
    with open(file, "r+b") as inside:
        inside.write(b"ONE")
    os.utime(file, ns=(moment, moment))
    hands.undo(done)
    assert repo.git("status", "--porcelain") == b" M a.txt\n M b.txt\n"


def test_dropped_entries_of_the_stash_come_back_to_their_places(hands: Hands, repo: Repo) -> None:
    for words in ("first", "second", "third"):
        repo.write("a.txt", words)
        repo.git("stash", "push", "-q", "-m", words)
    before = everything(repo)
    done = [change_id(hands.stash("drop", entry=1)), change_id(hands.stash("pop", entry=1))]
    repo.git("gc", "-q", "--prune=now")
    for one in reversed(done):
        hands.undo(one)
    assert everything(repo) == before


def test_a_record_says_by_which_change_it_was_taken_back(hands: Hands, store: UndoStore) -> None:
    done = change_id(hands.tag("create", "v1"))
    back = change_id(hands.undo(done))
    found = records.read(store, done)
    assert found is not None
    assert found.undone_by == back


def test_a_branch_comes_back_where_its_place_was_taken(hands: Hands, repo: Repo) -> None:
    repo.git("branch", "a")
    before = everything(repo)
    done = change_id(hands.branch("rename", "a", new_name="a/b"))
    hands.undo(done)
    assert everything(repo) == before


def test_a_branch_s_settings_come_back_with_it(hands: Hands, repo: Repo) -> None:
    repo.git("branch", "topic")
    repo.config("branch.topic.remote", "origin")
    repo.config("branch.topic.merge", "refs/heads/topic")
    repo.config("branch.topic.description", "a\nb")
    before = everything(repo)
    done = change_id(hands.branch("delete", "topic"))
    assert everything(repo)["branches"] == []
    hands.undo(done)
    assert everything(repo) == before


def test_the_first_commit_can_be_taken_back(hands: Hands, repo: Repo) -> None:
    repo.git("update-ref", "-d", "HEAD")
    before = everything_unborn(repo)
    done = change_id(hands.commit("First of all"))
    hands.undo(done)
    assert everything_unborn(repo) == before


def everything_unborn(repo: Repo) -> object:
    return repo.git("ls-files", "--stage"), repo.git("for-each-ref", "refs/heads"), repo.git("symbolic-ref", "HEAD")

"""Captures tell apart what a person could tell apart, and nothing else."""

from __future__ import annotations

import pytest

from servers.git.backup.world import Concern, capture, pseudo_content
from servers.git.repository import find
from servers.runtime.call import Call
from tests.servers.git.conftest import MakeRepo, Repo

ALL = Concern(
    ("refs/heads/main", "refs/heads/none", "refs/stash"), index=True, files=(b"a.txt", b"none"), branches=("main",)
)


@pytest.mark.parametrize(
    "change",
    [
        ["commit", "-q", "--allow-empty", "-m", "x"],
        ["switch", "-q", "--detach"],
        ["rm", "-q", "--cached", "b.txt"],
        ["update-index", "--assume-unchanged", "b.txt"],
        ["config", "branch.main.remote", "origin"],
        ["branch", "none"],
        ["update-ref", "MERGE_HEAD", "HEAD"],
    ],
)
def test_each_change_gives_another_capture(call: Call, repo: Repo, change: list[str]) -> None:
    found = find(call, str(repo.path))
    before = capture(call, found, ALL)
    assert capture(call, found, ALL) == before
    repo.git(*change)
    after = capture(call, found, ALL)
    assert after != before
    assert after.digest() != before.digest()


def test_times_of_files_are_no_change(call: Call, repo: Repo) -> None:
    found = find(call, str(repo.path))
    before = capture(call, found, ALL)
    repo.write("a.txt", "one\ntwo\nthree\n")
    repo.git("update-index", "--refresh")
    assert capture(call, found, ALL) == before


def test_only_what_the_index_does_not_hold_is_kept(call: Call, repo: Repo) -> None:
    found = find(call, str(repo.path))
    kept: list[bytes] = []
    capture(call, found, ALL, kept.append)
    assert kept == []
    repo.write("a.txt", "changed")
    capture(call, found, ALL, kept.append)
    assert kept == [b"changed"]


def test_head_is_a_branch_before_its_first_commit(call: Call, make_repo: MakeRepo) -> None:
    world = capture(call, find(call, str(make_repo("empty").path)), ALL)
    assert (world.head, world.refs["refs/heads/main"]) == ("refs/heads/main", "")


def test_the_stash_is_told_entry_by_entry_in_any_words(call: Call, repo: Repo) -> None:
    for words in ("first", "zweite: ä\u202e"):
        repo.write("a.txt", words)
        repo.git("stash", "push", "-q", "-m", words)
    world = capture(call, find(call, str(repo.path)), ALL)
    assert [one.message for one in world.stash] == ["On main: zweite: ä\\u202e", "On main: first"]
    assert world.stash[0].name == "Alice"
    assert world.stash[0].date == "1767323045 +0000"


def test_what_is_in_progress_is_kept_byte_for_byte(call: Call, repo: Repo) -> None:
    content = b"Merge \xe9\n\n# \\x0a\n"
    (repo.path / ".git/MERGE_MSG").write_bytes(content)
    world = capture(call, find(call, str(repo.path)), ALL)
    assert pseudo_content(world.pseudo["MERGE_MSG"]) == content


def test_a_branch_s_settings_are_its_own(call: Call, repo: Repo) -> None:
    repo.config("branch.main.remote", "origin")
    repo.config("branch.main.x.remote", "other")
    repo.git("config", "--add", "branch.main.merge", "refs/heads/a")
    repo.git("config", "--add", "branch.main.merge", "refs/heads/b")
    world = capture(call, find(call, str(repo.path)), ALL)
    assert world.config == [
        ("branch.main.remote", "origin"),
        ("branch.main.merge", "refs/heads/a"),
        ("branch.main.merge", "refs/heads/b"),
    ]

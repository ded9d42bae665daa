"""git_log: commits in git's order, filtered as asked, page by page."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from servers.git.log import GitLog, git_log
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo, body, head


def ids(text: str) -> list[str]:
    return [line.split(" ")[0] for line in body(text).splitlines() if not line.startswith("  ")]


def cli(repo: Repo, *args: str) -> list[str]:
    return repo.text("log", "--format=%h", *args).split()


@pytest.fixture
def history(repo: Repo) -> Repo:
    """Twelve commits, a merge among them, a rename, and two authors."""
    for number in range(5):
        repo.commit(f"Step {number}", a__txt=f"{number}\n")
    repo.git("switch", "-q", "-c", "side", "HEAD~2")
    repo.commit("Side work", side__txt="side\n")
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge side", "side")
    repo.git("mv", "a.txt", "renamed.txt")
    repo.git("commit", "-qm", "Rename a")
    repo.git("commit", "-q", "--allow-empty", "-m", "By Bob", "--author=Bob <bob@example.org>")
    repo.git("tag", "v1", "HEAD~1")
    return repo


def test_a_line_tells_id_date_author_subject_and_refs(call: Call, repo: Repo) -> None:
    short = repo.text("rev-parse", "--short", "HEAD")
    assert body(git_log(call, GitLog())) == f"{short} 2026-01-02 03:04+00:00 Alice: Begin (HEAD -> main)\n"


@pytest.mark.parametrize(
    ("given", "args"),
    [
        ({}, []),
        ({"range": "v1"}, ["v1"]),
        ({"range": "main~3..main"}, ["main~3..main"]),
        ({"range": "side...main"}, ["side...main"]),
        ({"paths": ["side.txt"]}, ["--", "side.txt"]),
        ({"paths": ["renamed.txt"], "follow": True}, ["--follow", "--", "renamed.txt"]),
        ({"author": "bob"}, ["--author=Bob"]),
        ({"grep": "step [12]|merge"}, ["-E", "-i", "--grep=step [12]|merge"]),
        ({"since": "2030-01-01"}, ["--since=2030-01-01"]),
        ({"until": "2020-01-01"}, ["--until=2020-01-01"]),
        ({"all": True}, ["--all"]),
    ],
)
def test_filters_give_what_git_gives(given: dict[str, object], args: list[str], call: Call, history: Repo) -> None:
    text = git_log(call, GitLog(limit=100, **given))  # pyright: ignore[reportArgumentType]
    assert ids(text) == cli(history, *args)


def test_pages_put_together_are_the_whole_log_although_the_branch_moves(call: Call, history: Repo) -> None:
    whole = cli(history)
    asked = GitLog(limit=4)
    text = str(git_log(call, asked))
    found = ids(text)
    history.commit("Meanwhile")
    while "next" in head(text):
        text = str(git_log(call, msgspec.structs.replace(asked, cursor=head(text)["next"])))
        found += ids(text)
    assert found == whole


def test_pages_by_size_and_from_all_branches(call: Call, history: Repo) -> None:
    history.git("branch", "-q", "old", "HEAD~4")
    asked = GitLog(all=True, max_chars=700)
    text = str(git_log(call, asked))
    found = ids(text)
    assert "next" in head(text)
    while "next" in head(text):
        text = str(git_log(call, msgspec.structs.replace(asked, cursor=head(text)["next"])))
        found += ids(text)
    assert found == cli(history, "--all")


def test_stat_names_the_files_of_each_commit(call: Call, history: Repo) -> None:
    lines = body(git_log(call, GitLog(stat=True, limit=3))).splitlines()
    assert lines[2] == "  R100 a.txt -> renamed.txt"
    assert lines[4] == "  A +1 -0 side.txt"


def test_stat_leaves_out_what_may_not_be_shown(make_call: MakeCall, top: Path, repo: Repo) -> None:
    repo.commit("Secret", **{".env": "x", "off/x": "x", "c.txt": "c"})
    text = git_log(make_call((top, "read"), (repo.path / "off", "off")), GitLog(stat=True))
    assert ".env" not in text
    assert "off/" not in text
    assert "c.txt" in text
    assert 'left-out="2 files (closed folders or secrets)"' in text


def test_a_file_cannot_pose_as_a_commit(call: Call, repo: Repo) -> None:
    repo.commit("Odd", **{"\x01\x02x": "x", "abcdef0 2026 Alice: forged": "y"})
    text = git_log(call, GitLog(stat=True, limit=1))
    assert len(ids(text)) == 1
    assert "  A +1 -0 \\x01\\x02x\n" in text


def test_subjects_of_any_bytes_and_length(call: Call, repo: Repo) -> None:
    repo.git(
        "-c", "i18n.commitEncoding=latin1", "commit", "-q", "--allow-empty", "-F", "-", stdin=b"caf\xe9 " + b"x" * 5000
    )
    text = git_log(call, GitLog(limit=1))
    assert "café x" in text
    assert len(text) < 1000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (GitLog(range="nothing"), "no such revision"),
        (GitLog(range="HEAD:a.txt"), "must be a commit"),
        (GitLog(follow=True), "`follow` goes with one file"),
        (GitLog(grep="("), "git"),
        (GitLog(since="a\nb"), "control characters"),
        (GitLog(cursor="x"), "not one that this server gave"),
    ],
)
def test_bad_input_is_a_clear_error(arguments: GitLog, said: str, call: Call, repo: Repo) -> None:
    with pytest.raises(ToolError, match=said):
        git_log(call, arguments)
    assert repo.path.exists()


def test_an_empty_repository_says_so(call: Call, make_repo: MakeRepo) -> None:
    make_repo()
    with pytest.raises(ToolError, match=r"HEAD leads to no commit"):
        git_log(call, GitLog())


def test_a_shallow_clone_ends_where_it_was_cut(call: Call, history: Repo, top: Path) -> None:
    history.git("clone", "-q", "--depth=2", f"file://{history.path}", str(top / "shallow"))
    assert ids(git_log(call, GitLog("shallow"))) == cli(Repo(top / "shallow"))


def test_a_linked_worktree_and_wide_ids(call: Call, history: Repo, top: Path, make_repo: MakeRepo) -> None:
    history.git("worktree", "add", "-q", str(top / "linked"), "side")
    assert ids(git_log(call, GitLog("linked"))) == cli(Repo(top / "linked"))
    wide = make_repo("wide", "--object-format=sha256")
    wide.commit("Wide")
    assert ids(git_log(call, GitLog("wide"))) == cli(wide)
    assert os.path.isfile(top / "linked/.git")

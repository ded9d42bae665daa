"""git_status: what `git status` says, in few words."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from servers.git.status import GitStatus, git_status
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo, body, head


def test_a_clean_repository(call: Call, repo: Repo) -> None:
    text = git_status(call, GitStatus())
    words = head(text)
    assert words["branch"] == "main"
    assert words["head"] == repo.text("rev-parse", "HEAD")
    assert words["state"] == "ok"
    assert body(text) == ""


def test_every_kind_of_change_has_gits_own_letters(call: Call, repo: Repo) -> None:
    repo.commit("More", **{"c.txt": "c\n" * 9, "d.txt": "d\n", "e.txt": "e\n"})
    repo.write("a.txt", "staged\n")
    repo.git("add", "a.txt")
    repo.write("a.txt", "later\n")
    repo.git("mv", "c.txt", "moved.txt")
    repo.git("rm", "-q", "d.txt")
    (repo.path / "e.txt").unlink()
    repo.write("new file", "x")
    repo.write("folder/x")
    text = git_status(call, GitStatus())
    assert body(text).splitlines() == [
        "MM a.txt",
        "D  d.txt",
        " D e.txt",
        "R  c.txt -> moved.txt",
        "?? folder/",
        "?? new file",
    ]
    counts = {name: head(text)[name] for name in ("staged", "unstaged", "untracked", "conflicts")}
    assert counts == {"staged": "3", "unstaged": "2", "untracked": "2", "conflicts": "0"}


def test_untracked_and_ignored_files_as_asked(call: Call, repo: Repo) -> None:
    repo.write(".gitignore", "*.log\n")
    repo.write("folder/x")
    repo.write("x.log")
    assert "?? folder/x" in git_status(call, GitStatus(untracked="all"))
    assert "folder" not in git_status(call, GitStatus(untracked="no"))
    assert "!! x.log" in git_status(call, GitStatus(ignored=True))
    assert "x.log" not in git_status(call, GitStatus())


def test_a_branch_and_its_upstream(call: Call, repo: Repo, top: Path) -> None:
    repo.git("clone", "-q", ".", str(top / "copy"))
    copy = Repo(top / "copy")
    copy.commit("Mine")
    repo.commit("Theirs")
    copy.git("fetch", "-q")
    words = head(git_status(call, GitStatus("copy")))
    assert (words["upstream"], words["ahead"], words["behind"]) == ("origin/main", "1", "1")


def test_a_detached_head_an_empty_repository_and_stashes(call: Call, repo: Repo, make_repo: MakeRepo) -> None:
    repo.write("a.txt", "x")
    repo.git("stash", "-q")
    repo.git("switch", "-q", "--detach")
    words = head(git_status(call, GitStatus("repo")))
    assert (words["detached"], words["stashes"]) == ("yes", "1")
    make_repo("empty")
    assert 'head="none (no commit yet)"' in git_status(call, GitStatus("empty"))


def test_conflicts_are_counted_and_said(call: Call, repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "other")
    repo.commit("Theirs", a__txt="THEIRS\n")
    repo.git("switch", "-q", "main")
    repo.commit("Ours", a__txt="OURS\n")
    repo.git("merge", "other", ok=(1,))
    text = git_status(call, GitStatus())
    assert head(text)["state"] == "merging"
    assert head(text)["conflicts"] == "1"
    assert body(text) == "UU a.txt\n"


def test_pages_and_their_cursors(call: Call, repo: Repo) -> None:
    for number in range(25):
        repo.write(f"new{number:02}")
    asked = GitStatus(limit=10)
    text = str(git_status(call, asked))
    cursor = head(text)["next"]
    lines = body(text)
    while "next" in head(text):
        text = str(git_status(call, msgspec.structs.replace(asked, cursor=head(text)["next"])))
        lines += body(text)
    assert lines.splitlines() == [f"?? new{number:02}" for number in range(25)]
    repo.write("another")
    with pytest.raises(ToolError, match="changed meanwhile"):
        git_status(call, msgspec.structs.replace(asked, cursor=cursor))


def test_files_that_may_not_be_shown_are_left_out(make_call: MakeCall, top: Path, repo: Repo) -> None:
    for name in (".env", "off/x", "seen"):
        repo.write(name, "x")
    text = git_status(make_call((top, "read"), (repo.path / "off", "off")), GitStatus())
    assert body(text) == "?? seen\n"
    assert 'left-out="2 (closed folders or secrets)"' in text


def test_names_of_any_bytes(call: Call, repo: Repo) -> None:
    repo.write(os.fsdecode(b"gr\xfc\xdfe"), "x")
    repo.write("line\nend", "x")
    assert body(git_status(call, GitStatus())).splitlines() == ["?? gr\\xfc\\xdfe", "?? line\\x0aend"]


def test_status_writes_nothing(call: Call, repo: Repo) -> None:
    later = (repo.path / "a.txt").stat().st_mtime + 10
    os.utime(repo.path / "a.txt", (later, later))
    before = (repo.path / ".git/index").stat().st_mtime_ns
    git_status(call, GitStatus())
    assert (repo.path / ".git/index").stat().st_mtime_ns == before


def test_a_lock_held_by_another_process_does_not_matter(call: Call, repo: Repo) -> None:
    repo.write(".git/index.lock")
    assert head(git_status(call, GitStatus()))["state"] == "ok"


def test_a_bare_repository_has_no_status(call: Call, make_repo: MakeRepo) -> None:
    make_repo("store.git", "--bare")
    with pytest.raises(ToolError, match="bare repository"):
        git_status(call, GitStatus("store"))


def test_settings_of_the_repository_that_are_not_followed_are_named(call: Call, repo: Repo) -> None:
    assert "not-honoured" not in head(git_status(call, GitStatus()))
    repo.config("core.fsmonitor", "evil")
    repo.config("filter.x.clean", "evil")
    repo.config("user.name", "Bob")
    assert 'not-honoured="core.fsmonitor, filter.x.clean"' in git_status(call, GitStatus())
    for number in range(9):
        repo.config(f"filter.n{number}.smudge", "evil")
    assert " and 6 more" in git_status(call, GitStatus())

"""git_show: commits of every kind, and things at a revision."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from servers.git.show import GitShow, git_show
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo, body, head


def test_a_commit_with_its_message_files_and_patches(call: Call, repo: Repo) -> None:
    oid = repo.commit("Change a\n\nBecause it was wrong.", a__txt="one\nTWO\nthree\n")
    text = git_show(call, GitShow())
    words = head(text)
    assert words["commit"] == oid
    assert words["parent"] == repo.text("rev-parse", "HEAD~1")
    assert 'author="Alice <alice@example.org>" date=2026-01-02T03:04:05+00:00' in text
    assert body(text).startswith("    Change a\n\n    Because it was wrong.\n\nM +1 -1 a.txt\n\ndiff --git a/a.txt")
    assert text.endswith(repo.text("show", "--format=") + "\n")


def test_the_first_commit_and_an_empty_one(call: Call, repo: Repo) -> None:
    assert "A +3 -0 a.txt" in git_show(call, GitShow())
    repo.commit("Empty")
    assert head(git_show(call, GitShow()))["files"] == "0"


def test_a_merge_is_shown_against_its_first_parent(call: Call, repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.commit("Side", side__txt="side\n")
    repo.git("switch", "-q", "main")
    repo.commit("Main", main__txt="main\n")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge side", "side")
    text = git_show(call, GitShow())
    assert len(head(text)["parents"].split()) == 1  # the heading's value is quoted: two ids
    assert "A +1 -0 side.txt" in text
    assert "main.txt" not in text


def test_an_annotated_tag_tells_its_own_message(call: Call, repo: Repo) -> None:
    repo.git("tag", "-a", "v1", "-m", "The first release")
    repo.git("tag", "plain")
    assert "    tagger Alice: The first release\n\n    Begin\n" in git_show(call, GitShow("v1"))
    assert "tagger" not in git_show(call, GitShow("plain"))


def test_pages_put_together_are_the_whole_change(call: Call, repo: Repo) -> None:
    repo.commit("Big", big__txt="".join(f"line {row}\n" for row in range(3000)))
    asked = GitShow(max_chars=2000)
    text = str(git_show(call, asked))
    whole = text.split("\n\n", 2)[2]
    while "next" in head(text):
        text = str(git_show(call, msgspec.structs.replace(asked, cursor=head(text)["next"])))
        whole += body(text)
    assert whole == repo.text("show", "--format=") + "\n"


def test_a_long_message_is_cut_with_its_length_said(call: Call, repo: Repo) -> None:
    repo.commit("Long\n\n" + "word " * 5000)
    text = git_show(call, GitShow(max_chars=3000))
    assert len(text) < 4000
    assert "more characters" in text


def test_files_that_may_not_be_shown_are_left_out_of_a_commit(make_call: MakeCall, top: Path, repo: Repo) -> None:
    repo.commit("Secret", **{".env": "TOKEN=hidden\n", "c.txt": "seen\n", "off/x.txt": "hidden\n"})
    text = git_show(make_call((top, "read"), (repo.path / "off", "off")), GitShow())
    assert "hidden" not in text
    assert "c.txt" in text
    assert 'left-out="2 (closed folders or secrets)"' in text


@pytest.mark.parametrize("rev", ["nothing", "0" * 40, "HEAD~99", "HEAD^{tree}", "HEAD:a.txt", ":/Begin", "a..b", ""])
def test_what_is_no_commit_is_a_clear_error(rev: str, call: Call, repo: Repo) -> None:
    with pytest.raises(ToolError, match=r"revision|must be|is empty"):
        git_show(call, GitShow(rev, repo=str(repo.path)))


def test_a_blob_or_tree_by_its_id_is_not_shown(call: Call, repo: Repo) -> None:
    for thing in ("HEAD:a.txt", "HEAD^{tree}"):
        with pytest.raises(ToolError, match="no such revision"):
            git_show(call, GitShow(repo.text("rev-parse", thing)))


def test_an_empty_repository_says_so(call: Call, make_repo: MakeRepo) -> None:
    make_repo()
    with pytest.raises(ToolError, match=r"HEAD leads to no commit"):
        git_show(call, GitShow())


def test_a_broken_object_is_a_clear_error(call: Call, repo: Repo) -> None:
    oid = repo.text("rev-parse", "HEAD^{tree}")
    path = repo.path / f".git/objects/{oid[:2]}/{oid[2:]}"
    path.chmod(0o644)
    path.write_bytes(b"broken")
    with pytest.raises(ToolError, match="damaged"):
        git_show(call, GitShow())

"""Files and folders at a revision, by path only."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from servers.git.objects import entries
from servers.git.show import GitShow, git_show
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo, body, head


def test_a_file_as_it_was(call: Call, repo: Repo) -> None:
    repo.commit("Later", a__txt="changed\n")
    text = git_show(call, GitShow("HEAD~1", path="a.txt"))
    assert body(text) == "one\ntwo\nthree\n"
    assert head(text)["lines"] == "1-3/3"
    assert head(text)["blob"] == repo.text("rev-parse", "HEAD~1:a.txt")


@pytest.mark.parametrize(
    ("start", "lines", "shown", "said"),
    [(2, 1, "two\n", "2-2/3"), (3, 0, "three\n", "3-3/3"), (1, 2, "one\ntwo\n", "1-2/3")],
)
def test_some_lines(start: int, lines: int, shown: str, said: str, call: Call, repo: Repo) -> None:
    text = git_show(call, GitShow(repo=str(repo.path), path="a.txt", start=start, lines=lines))
    assert (body(text), head(text)["lines"]) == (shown, said)


def test_pages_of_a_file_put_together_are_the_file(call: Call, repo: Repo) -> None:
    content = "".join(f"line {row}\n" for row in range(2000)) + "no end"
    repo.commit("Big", big__txt=content)
    asked = GitShow(path="big.txt", max_chars=3000)
    text = str(git_show(call, asked))
    whole = body(text)
    while "next" in head(text):
        text = str(git_show(call, msgspec.structs.replace(asked, cursor=head(text)["next"])))
        whole += body(text)
    assert whole == content
    assert head(text)["lines"].endswith("-2001/2001")


def test_a_line_that_is_not_there_is_an_error(call: Call, repo: Repo) -> None:
    with pytest.raises(ToolError, match="has 3 lines, not 9"):
        git_show(call, GitShow(repo=str(repo.path), path="a.txt", start=9))


def test_a_folder_lists_its_entries(call: Call, repo: Repo) -> None:
    repo.commit("More", **{"src/x.py": "x", "z": "z"})
    os.symlink("z", repo.path / "link")
    repo.commit("Link")
    assert body(git_show(call, GitShow(path="."))) == "a.txt\nb.txt\nlink (symbolic link)\nsrc/\nz\n"
    assert body(git_show(call, GitShow(path="src"))) == "x.py\n"


def test_a_large_folder_is_paged(call: Call, repo: Repo) -> None:
    for number in range(400):
        repo.write(f"many/file{number:03}")
    repo.commit("Many")
    asked = GitShow(path="many", max_chars=1500)
    text = str(git_show(call, asked))
    names = body(text)
    while "next" in head(text):
        text = str(git_show(call, msgspec.structs.replace(asked, cursor=head(text)["next"])))
        names += body(text)
    assert names.splitlines() == [f"file{number:03}" for number in range(400)]


def test_entries_that_may_not_be_shown_are_left_out(make_call: MakeCall, top: Path, repo: Repo) -> None:
    repo.commit("More", **{".env": "x", "off/x": "x"})
    call = make_call((top, "read"), (repo.path / "off", "off"))
    text = git_show(call, GitShow(path="."))
    assert body(text) == "a.txt\nb.txt\n"
    assert head(text)["left-out"] == "2"
    for path in (".env", "off/x", "off"):
        with pytest.raises(ToolError, match="Cannot read"):
            git_show(call, GitShow(path=path))


@pytest.mark.parametrize(
    ("content", "words", "shown"),
    [
        (b"\0\1\2binary", {"type": "binary", "bytes": "9"}, ""),
        (b"a\r\nb\r\n", {"eol": "crlf", "lines": "1-2/2"}, "a\r\nb\r\n"),
        (b"caf\xe9\n", {"encoding": "unknown"}, "caf\\xe9\n"),
        ("ä\n".encode("utf-16"), {"encoding": "utf-16"}, "ä\n"),
        (b"", {"lines": "0-0/0"}, ""),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n", {"type": "lfs-pointer"}, None),
    ],
)
def test_contents_of_every_kind(
    content: bytes, words: dict[str, str], shown: str | None, call: Call, repo: Repo
) -> None:
    repo.commit("Odd", odd=content)
    text = git_show(call, GitShow(path="odd"))
    assert words.items() <= head(text).items()
    if shown is not None:
        assert body(text) == shown


def test_the_index_and_the_sides_of_a_conflict(call: Call, repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "other")
    repo.commit("Theirs", a__txt="THEIRS\n")
    repo.git("switch", "-q", "main")
    repo.commit("Ours", a__txt="OURS\n")
    repo.git("merge", "other", ok=(1,))
    sides = [body(git_show(call, GitShow(f":{side}", path="a.txt"))) for side in (1, 2, 3)]
    assert sides == ["one\ntwo\nthree\n", "OURS\n", "THEIRS\n"]
    assert body(git_show(call, GitShow(":0", path="b.txt"))) == "beta\n"
    with pytest.raises(ToolError, match=r"There is no a\.txt"):
        git_show(call, GitShow(":0", path="a.txt"))


def test_names_of_any_bytes(call: Call, repo: Repo) -> None:
    name = os.fsdecode(b"gr\xfc\xdfe")
    repo.commit("Odd", **{name: "x\n", "line\nend": "y\n"})
    assert body(git_show(call, GitShow(path="."))).splitlines()[2:] == ["gr\\xfc\\xdfe", "line\\x0aend"]
    assert body(git_show(call, GitShow(path="gr\\xfc\\xdfe"))) == "x\n"
    assert body(git_show(call, GitShow(path="line\\x0aend"))) == "y\n"


def test_a_submodule_is_named_and_not_entered(call: Call, repo: Repo, make_repo: MakeRepo) -> None:
    inner = make_repo(path=repo.path / "sub")
    oid = inner.commit("Inside", x="x")
    repo.git("add", "sub")
    repo.git("commit", "-qm", "Submodule")
    text = git_show(call, GitShow(repo=str(repo.path), path="sub"))
    assert head(text)["commit"] == oid
    assert "a submodule" in text


def test_a_path_that_is_not_there_is_a_clear_error(call: Call, repo: Repo) -> None:
    with pytest.raises(ToolError, match="There is no nothing at HEAD"):
        git_show(call, GitShow(repo=str(repo.path), path="nothing"))
    with pytest.raises(ToolError, match="no such revision"):
        git_show(call, GitShow("nothing", repo=str(repo.path), path="a.txt"))


def test_a_tree_is_read_with_wide_ids(call: Call, make_repo: MakeRepo) -> None:
    wide = make_repo("wide", "--object-format=sha256")
    wide.commit("Wide", x="x", y="y")
    assert body(git_show(call, GitShow(repo="wide", path="."))) == "x\ny\n"
    assert entries(b"", 20) == []

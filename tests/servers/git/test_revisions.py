"""Nothing that a model writes can be taken by git for an option, magic, or a place outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.git.repository import find
from servers.git.revisions import branch_name, paths, revision, revision_range
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.conftest import MakeCall, Repo


@pytest.mark.parametrize("text", ["HEAD", "main~3", "v1^{commit}", "HEAD@{yesterday}", ":/fix a..b", "a/b", "é", "@"])
def test_a_revision_passes(text: str) -> None:
    assert revision(text) == text


@pytest.mark.parametrize("text", ["", " ", "-x", "--output=/tmp/x", "a\nb", "a\0b", "a..b", "a...b", "^a", "x" * 600])
def test_what_is_no_revision_is_refused(text: str) -> None:
    with pytest.raises(ToolError, match="`rev`"):
        revision(text)


@pytest.mark.parametrize(
    ("text", "means"),
    [("a..b", "a..b"), ("..b", "HEAD..b"), ("a...", "a...HEAD"), ("main", "main"), (" a .. b ", "a..b")],
)
def test_a_range_passes(text: str, means: str) -> None:
    assert revision_range(text) == means


@pytest.mark.parametrize("text", ["--all", "a..-b", "-a..b", "a..b..c"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ToolError, match="`range`"):
        revision_range(text)


BAD_NAMES = [
    "-x",
    "--orphan",
    "",
    "a b",
    "a..b",
    "a~1",
    "a:b",
    "a\\b",
    "x.lock",
    "/a",
    "a/",
    "a//b",
    ".a",
    "a/.b",
    "@",
    "HEAD",
]
BAD_NAMES += ["a.", "a@{b", "refs/heads/a", "a?", "a*", "a[", "a^", "a\x7f", "a" * 300]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_what_cannot_be_a_branch_is_refused(name: str) -> None:
    with pytest.raises(ToolError, match="`name`"):
        branch_name(name)


@pytest.mark.parametrize("name", ["main", "feature/x-1", "v1.2", "größe", "a@b"])
def test_a_branch_name_passes_as_it_does_with_git(name: str, repo: Repo) -> None:
    assert branch_name(name) == name
    assert repo.git("check-ref-format", f"refs/heads/{name}") == b""


@pytest.mark.parametrize(
    ("given", "means"),
    [
        ("a.txt", "a.txt"),
        ("./a.txt", "a.txt"),
        ("src//x", "src/x"),
        (".", "."),
        (":(top)a", ":(top)a"),
        ("-x", "-x"),
        ("*", "*"),
    ],
)
def test_paths_are_relative_to_the_root_and_literal(given: str, means: str, call: Call, repo: Repo) -> None:
    assert paths(call, find(call, str(repo.path)), [given]) == [means]


def test_absolute_paths_become_relative_ones(call: Call, repo: Repo, top: Path) -> None:
    found = find(call, str(repo.path))
    assert paths(call, found, [str(repo.path / "src/x"), str(repo.path)]) == ["src/x", "."]
    os.symlink(repo.path, top / "link")
    assert paths(call, found, [str(top / "link/a.txt")]) == ["a.txt"]


@pytest.mark.parametrize(
    "given", ["../x", "a/../../x", "/etc/passwd", "", "a\0b", ".git/config", "sub/.GIT/hooks", ".git "]
)
def test_paths_outside_or_of_gits_own_are_refused(given: str, call: Call, repo: Repo) -> None:
    with pytest.raises(ToolError):
        paths(call, find(call, str(repo.path)), [given])


def test_paths_below_a_closed_folder_and_secrets_are_refused(make_call: MakeCall, top: Path, repo: Repo) -> None:
    call = make_call((top, "write"), (repo.path / "closed", "off"))
    found = find(call, str(repo.path))
    for path in ("closed/x", "closed", ".env", "sub/id_rsa"):
        with pytest.raises(ToolError, match="Cannot read"):
            paths(call, found, [path])


def test_a_path_to_be_changed_needs_the_right_to_change(make_call: MakeCall, top: Path, repo: Repo) -> None:
    call = make_call((top, "write"), (repo.path / "docs", "read"))
    found = find(call, str(repo.path))
    with pytest.raises(ToolError, match="read-only"):
        paths(call, found, ["docs/x"], "change")
    assert paths(call, found, ["src/x"], "change") == ["src/x"]

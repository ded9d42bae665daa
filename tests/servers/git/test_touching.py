"""Which files a change may touch is judged one by one; what is closed is counted and never named."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.git import touching
from servers.git.repository import Repository, find
from servers.git.touching import counted, executed, few, is_open, require_open, writes
from servers.runtime.errors import ToolError
from servers.runtime.wire import CallOrder
from tests.servers.git.conftest import MakeCall, Repo


@pytest.fixture
def rows(repo: Repo, top: Path) -> list[tuple[Path, str]]:
    for name in ("off", "read", "ask"):
        (repo.path / name).mkdir()
    return [(top, "write"), *((repo.path / name, name) for name in ("off", "read", "ask"))]


@pytest.mark.parametrize(
    ("path", "read", "change", "change_when_asked"),
    [
        (b"a.txt", True, True, True),
        (b"off/x", False, False, False),
        (b"read/x", True, False, False),
        (b"ask/x", True, False, True),
        (b".env", False, False, False),
        (b"deep/id_rsa", False, False, False),
        (b".github/workflows/ci.yml", True, True, True),
        (b"caf\xe9", True, True, True),
    ],
)
def test_the_table_is_asked_about_each_file(
    make_call: MakeCall,
    rows: list[tuple[Path, str]],
    repo: Repo,
    path: bytes,
    read: bool,
    change: bool,
    change_when_asked: bool,
) -> None:
    for order, wanted in ((None, change), (CallOrder(1), change_when_asked)):
        call = make_call(*rows, order=order)
        found = find(call, str(repo.path))
        assert is_open(call, found, path, "read") is read
        assert is_open(call, found, path, "change") is wanted


def test_what_is_closed_is_counted_and_not_named(make_call: MakeCall, rows: list[tuple[Path, str]], repo: Repo) -> None:
    call = make_call(*rows)
    found = find(call, str(repo.path))
    require_open(call, found, [b"a.txt"], "change", "switch")
    with pytest.raises(ToolError, match=r"Cannot switch: it would change 2 files") as refusal:
        require_open(call, found, [b"a.txt", b"off/secret-name", b"read/x"], "change", "switch")
    assert "secret-name" not in refusal.value.text


def test_few_files_are_named_and_many_by_folders_without_a_row_of_their_own(
    make_call: MakeCall, rows: list[tuple[Path, str]], repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo.path / "src/closed").mkdir(parents=True)
    call = make_call(*rows, (repo.path / "src/closed", "off"))
    found = find(call, str(repo.path))
    paths = [b"src/a/1", b"src/a/2", b"doc/x", b"top"]
    git = str(repo.path / ".git")
    assert writes(call, found, paths) == [git, *(str(repo.path / path.decode()) for path in paths)]
    monkeypatch.setattr(touching, "MOST_PATHS", 2)
    assert writes(call, found, paths) == [git, *(str(repo.path / name) for name in ("src/a", "doc", "top"))]


def test_both_of_git_s_folders_are_written_in_a_linked_worktree() -> None:
    linked = Repository("w", "/w", "/r/.git/worktrees/w", "/r/.git")
    assert writes(None, linked) == ["/r/.git/worktrees/w", "/r/.git"]  # type: ignore[arg-type]


def test_files_that_other_programs_execute_are_named() -> None:
    assert executed([b"a.py", b".vscode/tasks.json", b".envrc"]) == [".vscode/tasks.json", ".envrc"]


def test_a_sentence_names_a_few() -> None:
    assert (counted(1), counted(1234), counted(2, "entry", "entries")) == ("1 file", "1,234 files", "2 entries")
    assert few(["a", "b", "c"], 2) == "a, b and 1 more"
    assert few(["a"]) == "a"

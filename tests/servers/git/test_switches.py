"""What the user did not turn on stays off, whatever part of the repository lies in another folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.git.repository import find
from servers.git.runner import run
from servers.git.switches import hooks, is_on, require_remote, setting
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.access import Folders
from servers.runtime.wire import Folder
from tests.servers.git.conftest import Repo


def with_rows(call: Call, *rows: Folder) -> Call:
    call.folders = Folders(1, rows)
    return call


def test_the_folder_that_governs_decides(call: Call, repo: Repo, top: Path) -> None:
    with_rows(call, Folder(str(top), "write", git=("remote",)))
    found = find(call, str(repo.path))
    assert is_on(call, found, "remote")
    assert not is_on(call, found, "hooks")
    with_rows(call, Folder(str(top), "write", git=("remote",)), Folder(str(repo.path), "write"))
    assert not is_on(call, found, "remote")


def test_all_of_a_repository_must_lie_where_it_is_on(call: Call, repo: Repo, top: Path) -> None:
    other = Repo(top / "w")
    repo.git("worktree", "add", "-q", "-b", "topic", str(other.path))
    with_rows(call, Folder(str(top), "write"), Folder(str(other.path), "write", git=("hooks",)))
    assert not is_on(call, find(call, str(other.path)), "hooks")


def test_the_refusal_says_how_to_turn_it_on(call: Call, repo: Repo, top: Path) -> None:
    with pytest.raises(ToolError, match=f'Cannot push: for {top} .*doorkeep folders set "{top}" --git remote'):
        require_remote(call, find(call, str(repo.path)), "push")


def test_a_setting_of_one_run_wins_over_all_others(call: Call, repo: Repo) -> None:
    repo.config("core.pager", "evil")
    found = find(call, str(repo.path))
    env = setting(call, found, "core.pager", "mine")
    assert run(call, found, ["config", "core.pager"], env=env).text == "mine"
    assert run(call, found, ["config", "core.pager"]).text == "cat"


@pytest.mark.parametrize(
    ("own", "where"), [("", ".git/hooks"), ("tools/hooks", "tools/hooks"), ("/elsewhere", "/elsewhere")]
)
def test_hooks_run_from_where_the_repository_has_them(call: Call, repo: Repo, top: Path, own: str, where: str) -> None:
    if own:
        repo.config("core.hooksPath", own)
    found = find(call, str(repo.path))
    assert hooks(call, found) == {}
    with_rows(call, Folder(str(top), "write", git=("hooks",)))
    assert str(repo.path / where) in hooks(call, found).values()

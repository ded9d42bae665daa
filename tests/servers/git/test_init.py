"""git_init makes an empty repository and runs nothing of anybody's."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from servers.git.init import GitInit, git_init
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo
from tests.servers.git.test_creating import rows


@pytest.fixture
def creating(make_call: MakeCall, top: Path) -> Call:
    return rows(make_call((top, "write")), (top, "write", ("create",)))


def do(call: Call, **arguments: object) -> str:
    args = msgspec.convert(arguments, GitInit)
    return str(git_init.apply(call, args, git_init.plan(call, args)))


def test_a_new_repository_is_empty_and_on_its_branch(creating: Call, top: Path) -> None:
    text = do(creating, path="new", branch="trunk")
    made = Repo(top / "new")
    assert text.startswith("changed=yes undoable=no\n")
    assert made.text("symbolic-ref", "HEAD") == "refs/heads/trunk"
    assert creating.touched == [str(made.path)]
    made.commit("It works", a__txt="a\n")


def test_a_bare_one_and_one_around_files_that_are_there(creating: Call, top: Path) -> None:
    do(creating, path="bare.git", bare=True)
    assert (top / "bare.git" / "HEAD").is_file()
    (top / "there").mkdir()
    (top / "there" / "plan.txt").write_text("kept\n")
    do(creating, path="there")
    assert Repo(top / "there").text("status", "--porcelain") == "?? plan.txt"


def test_the_user_is_always_asked(creating: Call, top: Path) -> None:
    plan = git_init.plan(creating, GitInit("new")).plan
    assert not plan.undoable
    assert plan.writes == [str(top / "new")]
    assert plan.preview == f"make an empty repository at {top / 'new'}, on the branch main"
    assert not (top / "new").exists()


@pytest.mark.parametrize("branch", ["-x", "--template=/x", "a b", "a..b", "refs/heads/x\n"])
def test_a_branch_is_a_name(creating: Call, branch: str) -> None:
    with pytest.raises(ToolError):
        do(creating, path="new", branch=branch)


def test_a_name_like_an_option_is_a_name(creating: Call, top: Path) -> None:
    do(creating, path=str(top / "--bare"))
    assert (top / "--bare" / ".git").is_dir()


def test_neither_a_template_nor_a_repository_around_it_runs_anything(
    creating: Call, make_repo: MakeRepo, top: Path, guard: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "ran"
    hooks = tmp_path / "template" / "hooks"
    hooks.mkdir(parents=True)
    around = make_repo("around")
    for where in (hooks, around.path / ".git" / "hooks"):
        for name in ("post-checkout", "reference-transaction", "post-index-change"):
            hook = where / name
            hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
            hook.chmod(0o755)
    (guard / ".gitconfig").write_text(f"[init]\n\ttemplateDir = {tmp_path / 'template'}\n")
    for key in ("core.fsmonitor", "core.pager", "alias.init", "pager.init", "core.sshCommand"):
        around.config(key, f"!touch {marker}" if key == "alias.init" else f"touch {marker}")
    around.config("init.templateDir", str(tmp_path / "template"))
    do(creating, path=str(top / "around" / "inner"))
    assert (top / "around" / "inner" / ".git").is_dir()
    assert not (top / "around" / "inner" / ".git" / "hooks").exists()
    assert not marker.exists()

"""The git server behind the real door: asked, allowed, taken back by the command line, and offline unless that was turned on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.folders import grant
from tests.fakes.client import BridgeProcess
from tests.servers.git.changing import everything
from tests.servers.git.conftest import Repo
from tests.servers.git.remoting import Pair, cloned

Start = Callable[..., BridgeProcess]
Wait = Callable[..., Any]
BOUND = 60.0


def doorkeep(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=BOUND, check=False)


def told(*words: str) -> str:
    done = doorkeep(*words)
    assert (done.returncode, done.stderr) == (0, ""), words
    return done.stdout


def rows(tool: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in told("log", "--json", "--limit", "200").splitlines()]
    return [row for row in found if row["tool"] == tool]


@pytest.fixture
def repo(guard: Path, folder: Path) -> Repo:
    """A repository in the granted folder, and the user's own name for commits."""
    (guard / ".gitconfig").write_text("[user]\n\tname = Ursula\n\temail = ursula@example.org\n")
    made = Repo(folder / "project")
    made.path.mkdir()
    made.git("init", "-q", "-b", "main")
    made.commit("Begin", a__txt="one\n", b__txt="beta\n")
    return made


@pytest.fixture
def git(bridge: Start, chain: str, repo: Repo) -> Callable[..., dict[str, Any]]:
    """Calls a tool of git through a bridge; gives the result."""
    one = bridge("git")
    one.initialize()
    one.answer("init")
    count = iter(range(1, 1000))

    def call(tool: str, **arguments: Any) -> dict[str, Any]:
        number = next(count)
        one.call(number, tool, **arguments)
        return one.answer(number, BOUND)["result"]

    return call


def text(result: dict[str, Any]) -> str:
    return str(result["content"][0]["text"])


def test_a_commit_through_the_door_is_taken_back_by_its_id_and_made_again(git: Callable[..., Any], repo: Repo) -> None:
    repo.write("a.txt", "two\n")
    assert not git("git_stage", paths=["a.txt"]).get("isError")
    before = everything(repo)
    done = git("git_commit", message="Change a")
    assert not done.get("isError"), text(done)
    after = everything(repo)
    assert repo.text("log", "-1", "--format=%an %s") == "Ursula Change a"
    [row] = rows("git_commit")
    assert (row["decision"], row["outcome"], row["folder"]) == ("allowed", "ok", str(repo.path.parent))
    assert row["change_id"] in text(done)
    assert row["change_id"] in told("undo", "--list")
    told("undo", row["change_id"], "--dry-run")
    assert everything(repo) == after
    told("undo", row["change_id"])
    assert everything(repo) == before
    [back] = rows("git_undo")[-1:]
    told("undo", back["change_id"])
    assert everything(repo) == after


def test_where_folders_are_read_only_nothing_is_changed_and_lists_are_shown(
    git: Callable[..., Any], chain: str, repo: Repo
) -> None:
    grant(chain, str(repo.path.parent), "read")
    before = everything(repo)
    for tool, arguments in (
        ("git_commit", {"message": "x", "allow_empty": True}),
        ("git_branch", {"action": "create", "name": "x"}),
        ("git_switch", {"target": "x", "create": True}),
        ("git_restore", {"paths": ["."]}),
        ("git_stash", {"action": "push"}),
        ("git_tag", {"action": "create", "name": "x"}),
        ("git_stage", {"paths": ["."]}),
    ):
        refused = git(tool, **arguments)
        assert refused["isError"], tool
        assert "read-only" in text(refused) or "may be read but not changed" in text(refused)
    assert everything(repo) == before
    assert "* main" in text(git("git_branch"))
    assert text(git("git_stash", action="list")) == "entries=0"


def test_each_change_is_asked_with_its_diff_and_made_only_as_it_was_shown(
    bridge: Start, chain: str, repo: Repo, wait_until: Wait
) -> None:
    grant(chain, str(repo.path.parent), "ask")
    repo.write("a.txt", "asked about\n")
    one = bridge("git")
    one.initialize()
    one.answer("init")
    one.call(1, "git_restore", paths=["a.txt"])
    [question] = wait_until(lambda: json.loads(told("approvals", "list", "--json")))
    assert "-asked about" in question["preview"]
    assert question["undoable"] is True
    repo.write("a.txt", "changed meanwhile\n")
    told("approvals", "allow", question["id"])

    def asked_anew() -> list[dict[str, Any]]:
        return [
            one for one in json.loads(told("approvals", "list", "--json")) if "-changed meanwhile" in one["preview"]
        ]

    [again] = wait_until(asked_anew)
    assert (repo.path / "a.txt").read_text() == "changed meanwhile\n"
    told("approvals", "allow", again["id"])
    assert not one.answer(1, BOUND)["result"].get("isError")
    assert (repo.path / "a.txt").read_text() == "one\n"


@pytest.fixture
def pair(repo: Repo, tmp_path: Path) -> Iterator[Pair]:
    with cloned(repo, tmp_path / "outside") as pair:
        yield pair


def test_other_computers_are_spoken_to_only_once_that_was_turned_on(
    git: Callable[..., Any], repo: Repo, pair: Pair
) -> None:
    made = pair.publish("Theirs", c__txt="c\n")
    refused = git("git_fetch")
    assert refused["isError"]
    assert "--git remote" in text(refused)
    assert pair.server.requests == []
    told("folders", "set", str(repo.path.parent), "--git", "remote")
    pulled = git("git_pull")
    assert not pulled.get("isError"), text(pulled)
    assert repo.text("rev-parse", "HEAD") == made
    told("folders", "set", str(repo.path.parent), "--git", "")
    assert git("git_fetch")["isError"]


def test_a_push_is_asked_even_where_changes_are_allowed(
    bridge: Start, chain: str, repo: Repo, pair: Pair, wait_until: Wait
) -> None:
    grant(chain, str(repo.path.parent), "write", git=["remote"])
    made = repo.commit("Mine", c__txt="c\n")
    one = bridge("git")
    one.initialize()
    one.answer("init")
    one.call(1, "git_push")
    [question] = wait_until(lambda: json.loads(told("approvals", "list", "--json")))
    assert question["undoable"] is False
    assert "push main" in question["preview"]
    assert pair.there.text("rev-parse", "main") != made
    told("approvals", "allow", question["id"])
    result = one.answer(1, BOUND)["result"]
    assert not result.get("isError"), text(result)
    assert pair.there.text("rev-parse", "main") == made


def test_hooks_run_only_where_the_user_turned_them_on(git: Callable[..., Any], chain: str, repo: Repo) -> None:
    hook = repo.write(".git/hooks/commit-msg", '#!/bin/sh\necho "checked" >> "$1"\n')
    hook.chmod(0o755)
    assert not git("git_commit", message="Plain", allow_empty=True).get("isError")
    assert repo.text("log", "-1", "--format=%B") == "Plain"
    grant(chain, str(repo.path.parent), "write", git=["hooks"])
    done = git("git_commit", message="Hooked", allow_empty=True)
    assert not done.get("isError"), text(done)
    assert repo.text("log", "-1", "--format=%B") == "Hooked\nchecked"
    assert os.access(hook, os.X_OK)

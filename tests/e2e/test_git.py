"""Git through the whole chain: bridge, gateway, server, and folders that the user opens and closes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.folders import grant
from app.core.journal.reader import Reader
from tests.e2e.test_permissions import ask
from tests.fakes.client import BridgeProcess

Start = Callable[..., BridgeProcess]
WHO = {
    "GIT_AUTHOR_NAME": "Alice",
    "GIT_AUTHOR_EMAIL": "alice@example.org",
    "GIT_COMMITTER_NAME": "Alice",
    "GIT_COMMITTER_EMAIL": "alice@example.org",
}


def git(where: Path, *args: str) -> str:
    run = subprocess.run(
        ["git", *args], cwd=where, capture_output=True, text=True, timeout=60, check=True, env={**os.environ, **WHO}
    )
    return run.stdout


@pytest.fixture
def repository(folder: Path) -> Path:
    """A repository in the granted folder, with one commit and one change."""
    where = folder / "project"
    where.mkdir()
    git(where, "init", "-q", "-b", "main")
    (where / "plan.txt").write_text("one\ntwo\n")
    git(where, "add", "-A")
    git(where, "commit", "-q", "-m", "Begin the plan")
    (where / "plan.txt").write_text("one\nTWO\n")
    return where


def test_a_repository_is_read_through_the_door(bridge: Start, repository: Path):
    client = bridge("git")
    answers = [
        ask(client, 1, "git_status"),
        ask(client, 2, "git_diff", repo="project"),
        ask(client, 3, "git_log", repo=str(repository)),
        ask(client, 4, "git_show", rev="HEAD", path="plan.txt"),
        ask(client, 5, "git_blame", path="plan.txt"),
        ask(client, 6, "git_worktrees"),
    ]
    assert [refused for refused, _ in answers] == [False] * 6, answers
    status, diff, log, show, blame, _ = [words for _, words in answers]
    assert " M plan.txt" in status
    assert "-two\n+TWO\n" in diff
    assert "Begin the plan" in log
    assert show.endswith("one\ntwo\n")
    assert "not committed yet" in blame


def test_what_was_read_is_on_record_with_its_path(
    bridge: Start, chain: str, repository: Path, wait_until: Callable[..., object]
):
    assert not ask(bridge("git"), 1, "git_log")[0]
    with Reader(chain) as reader:
        wait_until(lambda: [one.outcome for one in reader.query().records] == ["ok"])
        [record] = reader.query().records
    assert (record.server, record.tool, record.paths) == ("git", "git_log", [str(repository)])


def test_a_folder_switched_off_takes_its_repository_away_at_the_next_call(
    bridge: Start, chain: str, folder: Path, repository: Path
):
    client = bridge("git")
    assert not ask(client, 1, "git_log", repo=str(repository))[0]
    grant(chain, str(folder), "off")
    for id_, (tool, arguments) in enumerate(
        [("git_status", {}), ("git_log", {"repo": str(repository)}), ("git_show", {"rev": "HEAD"})], start=2
    ):
        refused, words = ask(client, id_, tool, **arguments)
        assert refused
        assert "Begin" not in words
    grant(chain, str(folder), "read")
    assert not ask(client, 9, "git_log", repo=str(repository))[0]


def test_a_call_into_a_folder_that_is_switched_off_is_on_record_as_denied_by_it(
    bridge: Start, chain: str, repository: Path, wait_until: Callable[..., object]
):
    grant(chain, str(repository), "off")
    client = bridge("git")
    calls = (("git_log", {"repo": str(repository)}), ("git_status", {"repo": "project"}), ("git_status", {}))
    for id_, (tool, arguments) in enumerate(calls, start=1):
        refused, words = ask(client, id_, tool, **arguments)
        assert refused
        assert "switched off" in words
        assert str(repository) in words
    with Reader(chain) as reader:
        wait_until(lambda: [one.outcome for one in reader.query().records] == ["denied"] * 3)
        for record in reader.query().records:
            assert (record.decision, record.by, record.folder) == ("denied", "policy", str(repository))
            assert "switched off" in record.reason


def test_a_closed_folder_inside_a_repository_is_left_out(bridge: Start, chain: str, repository: Path):
    (repository / "private").mkdir()
    (repository / "private/diary.txt").write_text("nobody should read this\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "More")
    grant(chain, str(repository / "private"), "off")
    client = bridge("git")
    for id_, (tool, arguments) in enumerate(
        [("git_show", {}), ("git_diff", {"from": "HEAD~1", "to": "HEAD"})], start=1
    ):
        refused, words = ask(client, id_, tool, repo=str(repository), **arguments)
        assert not refused, words
        assert "nobody" not in words
        assert "diary" not in words
        assert "left-out=" in words
    assert ask(client, 8, "git_show", repo=str(repository), path="private/diary.txt")[0]


def test_a_folder_that_may_only_be_read_takes_no_changes(bridge: Start, chain: str, folder: Path, repository: Path):
    grant(chain, str(folder), "read")
    client = bridge("git")
    before = git(repository, "rev-parse", "HEAD"), git(repository, "status", "--porcelain")
    changes = [
        ("git_stage", {"paths": ["plan.txt"]}),
        ("git_commit", {"message": "x", "paths": ["plan.txt"]}),
        ("git_branch", {"action": "create", "name": "x"}),
        ("git_switch", {"target": "x", "create": True}),
        ("git_restore", {"paths": ["plan.txt"]}),
        ("git_stash", {"action": "push"}),
        ("git_tag", {"action": "create", "name": "v1"}),
    ]
    for id_, (tool, arguments) in enumerate(changes, start=1):
        refused, words = ask(client, id_, tool, **arguments)
        assert refused, words
        assert "read" in words
    assert (git(repository, "rev-parse", "HEAD"), git(repository, "status", "--porcelain")) == before
    assert git(repository, "branch", "--list").split() == ["*", "main"]


def test_a_change_is_made_and_taken_back_through_the_door(bridge: Start, repository: Path, guard: Path):
    (guard / ".gitconfig").write_text("[user]\n\tname = Alice\n\temail = alice@example.org\n")
    client = bridge("git")
    refused, words = ask(client, 1, "git_commit", message="Second", paths=["plan.txt"])
    assert not refused, words
    assert git(repository, "log", "--format=%s").split("\n")[0] == "Second"
    change = words.split("change_id=")[1].split()[0]
    refused, words = ask(client, 2, "git_undo", change_id=change)
    assert not refused, words
    assert git(repository, "log", "--format=%s").split("\n")[0] == "Begin the plan"
    assert (repository / "plan.txt").read_text() == "one\nTWO\n"


def test_a_hostile_repository_runs_nothing_through_the_door(bridge: Start, repository: Path, tmp_path: Path):
    mark = tmp_path / "mark"
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch '{mark}'\n")
    evil.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(evil))
    git(repository, "status")
    assert mark.exists()
    mark.unlink()
    client = bridge("git")
    for id_, tool in enumerate(("git_status", "git_diff", "git_log"), start=1):
        assert not ask(client, id_, tool)[0]
    assert not mark.exists()

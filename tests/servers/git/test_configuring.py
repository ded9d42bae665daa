"""Settings are listed once, and again as soon as a file that they come from changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.git import configuring
from servers.git.configuring import settings
from servers.git.errors import GitError
from servers.git.repository import find
from servers.runtime.call import Call
from tests.servers.git.conftest import Repo


@pytest.fixture
def listings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The repositories whose settings were listed, in order."""
    seen: list[str] = []
    original = configuring._listing  # pyright: ignore[reportPrivateUsage]

    def counted(call: Call, repository: configuring.Repository) -> list[configuring.Listed]:
        seen.append(repository.git_dir)
        return original(call, repository)

    monkeypatch.setattr(configuring, "_listing", counted)
    return seen


def test_nothing_is_listed_twice(call: Call, repo: Repo, listings: list[str]) -> None:
    for _ in range(3):
        settings(call, find(call, str(repo.path)))
    assert len(listings) == 1


def test_a_changed_setting_is_seen_at_once(call: Call, repo: Repo) -> None:
    assert "diff.external" not in settings(call, find(call, str(repo.path))).replaced
    repo.config("diff.external", "evil")
    assert "diff.external" in settings(call, find(call, str(repo.path))).replaced


def test_a_changed_setting_of_the_user_is_seen_at_once(call: Call, repo: Repo, guard: Path) -> None:
    repo.config("core.sshCommand", "evil")
    assert dict(settings(call, find(call, str(repo.path))).overrides)["core.sshcommand"] == "ssh"
    (guard / ".gitconfig").write_text("[core]\n\tsshCommand = ssh -i mine\n")
    assert dict(settings(call, find(call, str(repo.path))).overrides)["core.sshcommand"] == "ssh -i mine"


def test_a_file_that_is_included_later_is_seen_at_once(call: Call, repo: Repo) -> None:
    repo.config("include.path", "../later")
    assert "diff.external" not in settings(call, find(call, str(repo.path))).replaced
    repo.write("later", "[diff]\n\texternal = evil\n")
    assert "diff.external" in settings(call, find(call, str(repo.path))).replaced


def test_worktree_scope_is_looked_at_too(call: Call, repo: Repo) -> None:
    repo.config("extensions.worktreeConfig", "true")
    repo.git("config", "--worktree", "diff.external", "evil")
    assert "diff.external" in settings(call, find(call, str(repo.path))).replaced


def test_settings_that_cannot_be_read_are_an_error(call: Call, repo: Repo) -> None:
    (repo.path / ".git/config").write_text("[core\n")
    with pytest.raises(GitError, match="bad config line"):
        find(call, str(repo.path))


def test_a_name_with_a_line_end_is_refused(call: Call, repo: Repo) -> None:
    (repo.path / ".git/config").write_text('[filter "a\\\nb"]\n\tclean = evil\n')
    with pytest.raises(GitError):
        find(call, str(repo.path))

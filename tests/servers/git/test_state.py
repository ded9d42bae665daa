"""What a repository is in the middle of."""

from __future__ import annotations

import pytest

from servers.git.repository import find
from servers.git.state import state
from servers.runtime.call import Call
from tests.servers.git.conftest import Repo


@pytest.fixture
def torn(repo: Repo) -> Repo:
    """A repository whose branches main and other cannot be merged without a conflict."""
    repo.git("switch", "-q", "-c", "other")
    repo.commit("Theirs", a__txt="THEIRS\n")
    repo.git("switch", "-q", "main")
    repo.commit("Ours", a__txt="OURS\n")
    return repo


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["merge", "other"], "merging"),
        (["cherry-pick", "other"], "cherry-picking"),
        (["rebase", "other"], "rebasing 1/1"),
        (["rebase", "--apply", "other"], "rebasing 1/1"),
        (["bisect", "start"], "bisecting"),
        (["revert", "--no-edit", "HEAD~1"], "reverting"),
        (["status"], ""),
    ],
)
def test_what_is_in_progress_is_said(command: list[str], said: str, call: Call, torn: Repo) -> None:
    torn.git(*command, ok=(0, 1))
    assert state(call, find(call)) == said

"""git runs in the repository that was judged, hardened, and fails in words."""

from __future__ import annotations

import os

import pytest

from servers.git.errors import GitError
from servers.git.repository import find
from servers.git.runner import run, stream
from servers.runtime.call import Call
from tests.servers.git.conftest import Repo


def test_it_runs_at_the_root_of_the_working_tree(call: Call, repo: Repo) -> None:
    found = run(call, find(call), ["rev-parse", "HEAD"])
    assert found.text == repo.text("rev-parse", "HEAD")
    assert run(call, find(call), ["ls-files"]).text == "a.txt\nb.txt"


def test_a_failure_says_what_could_not_be_done(call: Call, repo: Repo) -> None:
    with pytest.raises(GitError, match=r"Cannot show nothing\. There is no such revision"):
        run(call, find(call, str(repo.path)), ["rev-parse", "--verify", "nothing"], what="show nothing")


def test_a_status_that_is_expected_is_no_failure(call: Call, repo: Repo) -> None:
    assert run(call, find(call, str(repo.path)), ["diff", "--quiet", "HEAD"], ok=(0, 1)).code == 0


def test_output_is_bounded(call: Call, repo: Repo) -> None:
    with pytest.raises(GitError, match="longer than 10 bytes"):
        run(call, find(call, str(repo.path)), ["log"], limit=10)


def test_a_stream_can_be_left_early(call: Call, repo: Repo) -> None:
    repo.write("big.txt", "line\n" * 200_000)
    pieces = stream(call, find(call), ["diff", "--no-index", "--", os.devnull, "big.txt"])
    assert next(pieces).startswith(b"diff --git")
    pieces.close()


def test_a_nul_in_an_argument_is_refused(call: Call, repo: Repo) -> None:
    with pytest.raises(GitError, match="NUL"):
        run(call, find(call, str(repo.path)), ["log", "a\0b"])

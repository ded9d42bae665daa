"""The index is put in place under git's own lock; another's lock is never broken, one that a crash of ours left is."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from servers.git.backup import index_lock
from servers.git.backup.index_lock import IndexLock
from servers.git.errors import GitError
from tests.servers.git.conftest import Repo


@pytest.fixture
def git_dir(repo: Repo) -> str:
    return str(repo.path / ".git")


def left_over(git_dir: str) -> set[str]:
    return {name for name in os.listdir(git_dir) if "lock" in name or name.startswith("doorkeep")}


def test_the_content_is_there_after_put_and_git_is_locked_out_before(repo: Repo, git_dir: str) -> None:
    content = (repo.path / ".git/index").read_bytes()
    repo.git("rm", "-q", "--cached", "a.txt")
    with IndexLock(git_dir, content) as lock:
        repo.git("add", "a.txt", ok=(128,))
        lock.put()
    assert (repo.path / ".git/index").read_bytes() == content
    assert left_over(git_dir) == set()


def test_leaving_without_put_changes_nothing(repo: Repo, git_dir: str) -> None:
    before = (repo.path / ".git/index").read_bytes()
    with pytest.raises(RuntimeError), IndexLock(git_dir, b"other"):
        raise RuntimeError
    assert (repo.path / ".git/index").read_bytes() == before
    assert left_over(git_dir) == set()


def test_no_content_takes_the_index_away(repo: Repo, git_dir: str) -> None:
    with IndexLock(git_dir, None) as lock:
        lock.put()
    assert not (repo.path / ".git/index").exists()
    assert left_over(git_dir) == set()


def test_another_program_s_lock_is_waited_for_and_then_told_of(
    repo: Repo, git_dir: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_lock, "SECONDS", 0.05)
    (repo.path / ".git/index.lock").touch()
    with pytest.raises(GitError, match=r"index\.lock"), IndexLock(git_dir, b"x"):
        pass
    assert left_over(git_dir) == {"index.lock"}


def test_a_lock_that_a_killed_process_of_ours_left_is_taken_away(repo: Repo, git_dir: str) -> None:
    code = (
        "import os, signal, sys\n"
        "from servers.git.backup.index_lock import IndexLock\n"
        "with IndexLock(sys.argv[1], b'half'): os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, git_dir], check=False, timeout=20)
    assert "index.lock" in left_over(git_dir)
    with IndexLock(git_dir, b"whole") as lock:
        lock.put()
    assert (repo.path / ".git/index").read_bytes() == b"whole"
    assert left_over(git_dir) == set()


def test_a_lock_that_goes_in_time_is_waited_for(repo: Repo, git_dir: str) -> None:
    lock = repo.path / ".git/index.lock"
    lock.touch()
    timer = threading.Timer(0.1, lock.unlink)
    timer.start()
    index_lock.wait_until_free(git_dir)
    assert not lock.exists()
    timer.join()


def test_a_lock_that_stays_is_waited_for_so_long_and_left(
    repo: Repo, git_dir: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_lock, "SECONDS", 0.05)
    (repo.path / ".git/index.lock").touch()
    index_lock.wait_until_free(git_dir)
    assert left_over(git_dir) == {"index.lock"}


def test_a_file_system_without_hard_links_is_locked_too(
    repo: Repo, git_dir: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(index_lock.at, "link", refuse)
    with IndexLock(git_dir, b"whole") as lock:
        assert (repo.path / ".git/index.lock").exists()
        lock.put()
    assert (repo.path / ".git/index").read_bytes() == b"whole"
    assert left_over(git_dir) == set()

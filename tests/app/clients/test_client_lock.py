"""The client's own lock: held while we write, waited for while the client does, never broken while it may be held."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from app.clients.client_lock import held
from app.core.errors import ClientConfigError


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / ".claude.json.lock"


def take(lock: Path, wait: float = 0.1) -> bool:
    with held(str(lock)[: -len(".lock")], "Claude Code", wait):
        return lock.is_dir()


def test_it_is_a_folder_beside_the_file_while_it_is_held(lock: Path) -> None:
    assert take(lock)
    assert not lock.exists()


def test_it_is_let_go_after_a_failure(lock: Path) -> None:
    with pytest.raises(KeyError), held(str(lock)[: -len(".lock")], "Claude Code"):
        raise KeyError
    assert not lock.exists()


def test_while_the_client_holds_it_nothing_is_done(lock: Path) -> None:
    lock.mkdir()
    with pytest.raises(ClientConfigError, match="has been writing its file"):
        take(lock)
    assert lock.is_dir()


def test_it_is_taken_when_the_client_lets_go(lock: Path) -> None:
    lock.mkdir()
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(take(lock, 60)))
    thread.start()
    lock.rmdir()
    thread.join(60)
    assert found == [True]


def test_one_that_a_kill_left_is_taken_over(lock: Path) -> None:
    lock.mkdir()
    os.utime(lock, (1, 1))
    assert take(lock)


def test_one_with_something_in_it_is_never_taken_away(lock: Path) -> None:
    lock.mkdir()
    (lock / "owner").write_text("cline")
    os.utime(lock, (1, 1))
    with pytest.raises(ClientConfigError):
        take(lock)
    assert (lock / "owner").exists()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ClientConfigError, match="cannot be made"):
        take(tmp_path / "gone" / "x.lock")

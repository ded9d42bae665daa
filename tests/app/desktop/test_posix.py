"""Chromium's lock: who made it, and whether the process of that number still is the one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.desktop.posix import LOCK, SLACK, Holder, exists, holds, is_here, lock_holder, start_detached


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("attic-4711", ("attic", 4711)),
        ("my-long-host-name-12", ("my-long-host-name", 12)),
        ("attic-", None),
        ("attic", None),
        ("attic-x", None),
        ("attic-1", None),
        ("attic--5", ("attic-", 5)),
    ],
)
def test_the_lock_says_host_and_process(tmp_path: Path, text: str, expected: tuple[str, int] | None) -> None:
    (tmp_path / LOCK).symlink_to(text)
    found = lock_holder(str(tmp_path))
    assert (found and (found.host, found.pid)) == expected


def test_no_lock_is_no_holder(tmp_path: Path) -> None:
    assert lock_holder(str(tmp_path)) is None
    (tmp_path / LOCK).write_text("a file is no lock")
    assert lock_holder(str(tmp_path)) is None


def test_a_lock_of_another_machine_is_told_apart() -> None:
    assert is_here(Holder(socket.gethostname(), 5, 0.0))
    assert not is_here(Holder(socket.gethostname() + "x", 5, 0.0))


@pytest.mark.parametrize(
    ("began", "line", "expected"),
    [
        (999.0, "/opt/Claude/claude-desktop", True),
        (1000.0 + SLACK, "/opt/Claude/claude-desktop", True),
        (1000.1 + SLACK, "/opt/Claude/claude-desktop", False),
        (999.0, "/usr/bin/vim notes.txt", False),
        (999.0, "", False),
    ],
)
def test_a_later_process_of_that_number_is_somebody_else(began: float, line: str, expected: bool) -> None:
    assert holds(Holder("here", 5, 1000.0), began, line, ("claude",)) is expected


def test_a_process_exists_until_it_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert exists(child.pid)
    child.communicate(b"\n", timeout=30)
    assert not exists(child.pid)


def test_a_started_program_outlives_us_and_is_nobodys_child_here(
    tmp_path: Path, wait_until: Callable[..., object]
) -> None:
    out = tmp_path / "out put"
    script = (
        "import os, sys; text = repr((os.getcwd(), os.environ.get('MARK'), os.getppid(), sys.argv[2])); "
        "open(sys.argv[1] + '.new', 'w').write(text); os.rename(sys.argv[1] + '.new', sys.argv[1])"
    )
    argv = [sys.executable, "-c", script, str(out), "two words; $HOME"]
    start_detached(argv, {**os.environ, "MARK": "x"}, str(tmp_path))
    wait_until(out.exists)
    folder, mark, parent, word = eval(out.read_text())
    assert (folder, mark, word) == (str(tmp_path), "x", "two words; $HOME")
    assert parent != os.getpid()


def test_a_folder_that_is_gone_does_not_keep_a_program_from_starting(
    tmp_path: Path, wait_until: Callable[..., object]
) -> None:
    out = tmp_path / "out"
    start_detached(["/bin/sh", "-c", 'pwd > "$1"', "sh", str(out)], None, str(tmp_path / "gone"))
    wait_until(lambda: out.exists() and out.read_text() == "/\n")

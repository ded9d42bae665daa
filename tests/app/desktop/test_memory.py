"""How much memory processes use."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest

from app.desktop import memory


def test_this_process_is_told_of_and_one_that_is_gone_is_left_out() -> None:
    with subprocess.Popen(["sleep", "0"]) as gone:
        gone.wait(20)
    found = memory.used([os.getpid(), gone.pid])
    assert list(found) == [os.getpid()]
    assert 1_000_000 < found[os.getpid()] < 10_000_000_000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("  123  2048\n   7 1\n", {123: 2_097_152, 7: 1024}),
        ("", {}),
        ("ps: illegal process id\n", {}),
    ],
)
def test_the_lines_of_ps_are_read(text: str, found: dict[int, int]) -> None:
    assert dict(memory.read_ps(text)) == found


def test_ps_is_asked_once_for_all_and_not_at_all_for_none() -> None:
    asked: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, b"1 2\n", b"")

    assert memory._ps([1, 2], run) == "1 2\n"
    assert memory._ps([], run) == ""
    assert asked == [["/bin/ps", "-o", "pid=,rss=", "-p", "1,2"]]


def test_a_ps_that_cannot_be_run_tells_nothing() -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        raise FileNotFoundError

    assert memory._ps([1], run) == ""

"""The Windows way of starting servers, over POSIX pipes and a fake of the jobs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from app.gateway import spawning_windows, windows_processes
from app.gateway.loop_windows import ThreadedLoop
from app.gateway.spawned import Spawned


class Popen(subprocess.Popen[bytes]):
    """What Windows' has and ours has not."""

    _handle = 77

    def __init__(self, *args: Any, creationflags: int = 0, **more: Any) -> None:
        assert creationflags == 0x4 | 0x200 | 0x08000000
        super().__init__(*args, **more)


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    done: list[tuple[str, int]] = []
    monkeypatch.setattr(spawning_windows.subprocess, "Popen", Popen)
    monkeypatch.setattr(windows_processes, "hold", lambda pid, handle: done.append(("hold", handle)))
    monkeypatch.setattr(windows_processes, "resume", lambda handle: done.append(("resume", handle)))
    monkeypatch.setattr(windows_processes, "end", lambda pid: done.append(("end", pid)))
    monkeypatch.setattr(windows_processes, "let_go", lambda pid: done.append(("let_go", pid)))
    monkeypatch.setattr(spawning_windows, "_on_ending", [])
    return done


def start(program: str) -> Spawned:
    return spawning_windows.spawn([sys.executable, "-c", program], dict(os.environ), "/", True)


def test_it_is_held_before_it_runs_and_its_end_is_told_in_the_loop(
    jobs: list[tuple[str, int]], wait_until: Callable[..., object]
) -> None:
    loop = ThreadedLoop()
    told: list[int] = []
    spawning_windows.on_endings(loop, lambda: told.append(1))
    found = start("import sys; print(sys.stdin.read().upper(), end=''); sys.exit(3)")
    assert jobs == [("hold", 77), ("resume", 77)]
    os.write(found.stdin, b"abc")
    os.close(found.stdin)
    with os.fdopen(found.stdout, "rb") as out, os.fdopen(found.stderr, "rb"):
        assert out.read() == b"ABC"

    def turned() -> bool:
        loop.tick(0.01)
        return bool(told)

    wait_until(turned)
    endings = spawning_windows.ended()
    assert [(pid, os.waitstatus_to_exitcode(status)) for pid, status in endings] == [(found.pid, 3)]
    assert spawning_windows.ended() == []


def test_one_that_cannot_be_held_is_ended_and_leaves_nothing(
    jobs: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_pid: int, _handle: int) -> None:
        raise OSError("no job")

    monkeypatch.setattr(windows_processes, "hold", refuse)
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match="no job"):
        start("import time; time.sleep(600)")
    assert len(os.listdir("/proc/self/fd")) == before


def test_ending_and_releasing_go_to_the_job(jobs: list[tuple[str, int]]) -> None:
    spawning_windows.adopt_orphans()
    spawning_windows.signal_group(5, force=False)
    spawning_windows.release(5)
    assert jobs == [("end", 5), ("let_go", 5)]
    assert spawning_windows.kill_orphans() is False

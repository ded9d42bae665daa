from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.gateway import leftovers
from app.gateway.leftovers import Kept, end_left, keep, left
from app.gateway.peers import started_at

SLEEPER = [sys.executable, "-c", "import time; print(flush=True); time.sleep(600)"]


@pytest.fixture
def sleeper(home: str) -> Iterator[Kept]:
    os.mkdir(os.path.join(home, "run"))
    with subprocess.Popen(SLEEPER, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield Kept("files", process.pid, started_at(process.pid))
        process.kill()


def never(_seconds: float, _fn: object) -> None:
    """Timers are not turned here."""


def test_what_was_kept_and_still_runs_is_left(home: str, sleeper: Kept) -> None:
    gone = Kept("git", 4_000_000, "1")
    keep(home, [sleeper, gone])
    assert left(home) == [sleeper]


def test_another_process_with_the_same_number_is_not_touched(home: str, sleeper: Kept) -> None:
    keep(home, [msgspec.structs.replace(sleeper, started=sleeper.started + "1")])
    assert end_left(home, never) == []
    assert started_at(sleeper.pid) == sleeper.started


def test_another_boot_s_list_is_not_believed(home: str, sleeper: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(home, [sleeper])
    monkeypatch.setattr(leftovers, "_boot", lambda: "another")
    assert left(home) == []


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b'{"boot":1}', json.dumps({"children": []}).encode()])
def test_a_damaged_list_is_an_empty_one(home: str, content: bytes) -> None:
    os.mkdir(os.path.join(home, "run"))
    Path(home, "run", "children.json").write_bytes(content)
    assert left(home) == []


def test_no_list_is_an_empty_one(home: str) -> None:
    assert left(home) == []

from __future__ import annotations

import ctypes
from typing import Any

from app.desktop.holders_macos import programs, runs_from

RUNNING = {7: b"/Users/ann/Library/D\xc3\xb6/versions/0.1.0/doorkeep-bridge", 9: b"/sbin/launchd", 12: None}


class Library:
    """libproc as its header describes it."""

    def proc_listallpids(self, room: Any, size: int) -> int:
        if room is None:
            return len(RUNNING)
        assert size >= ctypes.sizeof(ctypes.c_int) * len(RUNNING)
        room[: len(RUNNING)] = list(RUNNING)
        return len(RUNNING)

    def proc_pidpath(self, pid: int, room: Any, size: int) -> int:
        path = RUNNING[pid]
        if path is None:
            return 0
        room[: len(path)] = path
        return len(path)


def test_the_programs_of_all_processes_are_listed_and_those_that_hide_theirs_left_out():
    assert programs(Library()) == ["/Users/ann/Library/Dö/versions/0.1.0/doorkeep-bridge", "/sbin/launchd"]  # type: ignore[arg-type]


def test_who_cannot_tell_says_that_it_runs():
    assert runs_from("/nowhere")

"""Windows' calls are played by a fake kernel: what the real one does is documented, not at hand."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest

from app.gateway import windows_processes


def number(handle: Any) -> int:
    return int((handle.value or 0) if isinstance(handle, ctypes.c_void_p) else handle)


class FakeKernel:
    """Processes are handles 1000 + pid; jobs hold what was assigned to them and its descendants."""

    def __init__(self) -> None:
        self.parents = {10: 1, 11: 10, 20: 1}
        self.jobs: dict[int, set[int]] = {}
        self.flags: list[int] = []
        self.closed: list[int] = []
        self.terminated: list[int] = []
        self.refuse_assignment = False
        self.rows: list[tuple[int, int]] = []

    def CreateJobObjectW(self, *_args: Any) -> int:  # noqa: N802 - Windows' names, here and below
        job = 500 + len(self.jobs)
        self.jobs[job] = set()
        return job

    def SetInformationJobObject(self, _job: Any, kind: int, limits: Any, size: int) -> int:  # noqa: N802
        assert kind == 9
        assert size == ctypes.sizeof(limits._obj)
        self.flags.append(limits._obj.BasicLimitInformation.LimitFlags)
        return 1

    def AssignProcessToJobObject(self, job: Any, process: Any) -> int:  # noqa: N802
        if self.refuse_assignment:
            return 0
        self.jobs[number(job)].add(number(process) - 1000)
        return 1

    def IsProcessInJob(self, process: Any, job: Any, found: Any) -> int:  # noqa: N802
        pid: int | None = number(process) - 1000
        while pid:
            if pid in self.jobs[number(job)]:
                found._obj.value = 1
            pid = self.parents.get(pid)
        return 1

    def OpenProcess(self, _rights: int, _inherit: bool, pid: int) -> int | None:  # noqa: N802
        return 1000 + pid if pid in self.parents else None

    def GetProcessTimes(self, process: Any, created: Any, exited: Any, *_more: Any) -> int:  # noqa: N802
        created._obj.value = 7_000 + number(process)
        exited._obj.value = 1 if number(process) == 1020 else 0
        return 1

    def CreateToolhelp32Snapshot(self, *_args: Any) -> int:  # noqa: N802
        self.rows = list(self.parents.items())
        return 900

    def Process32FirstW(self, _snapshot: Any, entry: Any) -> int:  # noqa: N802
        if not self.rows:
            return 0
        entry._obj.th32ProcessID, entry._obj.th32ParentProcessID = self.rows.pop(0)
        return 1

    Process32NextW = Process32FirstW

    def TerminateJobObject(self, job: Any, _status: int) -> int:  # noqa: N802
        self.terminated.append(number(job))
        return 1

    def CloseHandle(self, handle: Any) -> int:  # noqa: N802
        self.closed.append(number(handle))
        return 1

    def GetCurrentPackageFullName(self, size: Any, name: Any) -> int:  # noqa: N802
        if name is None:
            size._obj.value = 7
            return 122
        name.value = "Claude_1"
        return 0


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> FakeKernel:
    found = FakeKernel()
    monkeypatch.setattr(windows_processes, "kernel", lambda: found)
    monkeypatch.setattr(windows_processes, "_jobs", {})
    return found


def test_a_server_and_what_it_starts_are_held_in_one_job_that_ends_with_us(kernel: FakeKernel) -> None:
    windows_processes.hold(10, 1010)
    assert kernel.flags == [0x2000]
    assert windows_processes.descends(10) is True
    assert windows_processes.descends(11) is True
    assert windows_processes.descends(20) is False


def test_a_process_that_cannot_be_opened_cannot_be_told(kernel: FakeKernel) -> None:
    assert windows_processes.descends(99) is None
    assert windows_processes.started_at(99) == ""


def test_one_that_cannot_be_held_is_not_started(kernel: FakeKernel) -> None:
    kernel.refuse_assignment = True
    with pytest.raises(OSError, match="could not be held"):
        windows_processes.hold(10, 1010)
    assert kernel.closed == [500]


def test_ending_a_server_ends_its_job_and_letting_go_closes_it_once(kernel: FakeKernel) -> None:
    windows_processes.hold(10, 1010)
    windows_processes.end(10)
    windows_processes.let_go(10)
    windows_processes.let_go(10)
    windows_processes.end(10)
    assert (kernel.terminated, kernel.closed) == ([500], [500])


def test_start_times_tell_processes_apart_and_an_ended_one_has_none(kernel: FakeKernel) -> None:
    assert windows_processes.started_at(10) == "8010"
    assert windows_processes.started_at(20) == ""


def test_the_parent_is_found_among_all_processes(kernel: FakeKernel) -> None:
    assert windows_processes.parent_of(11) == 10
    assert windows_processes.parent_of(99) is None
    assert kernel.closed == [900, 900]


def test_a_foreign_package_is_named(kernel: FakeKernel, monkeypatch: pytest.MonkeyPatch) -> None:
    assert windows_processes.package() == "Claude_1"
    monkeypatch.setattr(kernel, "GetCurrentPackageFullName", lambda *_args: 15700)
    assert windows_processes.package() == ""


def test_the_structures_have_the_sizes_that_windows_documents_for_64_bits() -> None:
    assert ctypes.sizeof(windows_processes._ExtendedLimits) == 144
    assert ctypes.sizeof(windows_processes._BasicLimits) == 64

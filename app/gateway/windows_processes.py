"""What the gateway asks of Windows about processes: jobs that hold a server and all its descendants, start times, parents.

Everything goes through ctypes here and nowhere else in the gateway. A job ends all its processes when its last handle closes,
so no server outlives the gateway, however that ends.
"""

from __future__ import annotations

import ctypes
from typing import Any

PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
_KILL_ON_JOB_CLOSE = 0x2000
_EXTENDED_LIMIT_INFORMATION = 9
_SNAPSHOT_PROCESSES = 0x2
_NO_PACKAGE = 15700
_INVALID = ctypes.c_void_p(-1).value


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", ctypes.c_uint32),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", ctypes.c_uint32),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", ctypes.c_uint32),
        ("SchedulingClass", ctypes.c_uint32),
    )


class _ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("BasicLimitInformation", _BasicLimits),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


class _ProcessEntry(ctypes.Structure):
    _fields_ = (
        ("dwSize", ctypes.c_uint32),
        ("cntUsage", ctypes.c_uint32),
        ("th32ProcessID", ctypes.c_uint32),
        ("th32DefaultHeapID", ctypes.c_size_t),
        ("th32ModuleID", ctypes.c_uint32),
        ("cntThreads", ctypes.c_uint32),
        ("th32ParentProcessID", ctypes.c_uint32),
        ("pcPriClassBase", ctypes.c_int32),
        ("dwFlags", ctypes.c_uint32),
        ("szExeFile", ctypes.c_wchar * 260),
    )


def kernel() -> Any:
    """kernel32, with handles as wide as pointers."""
    library: Any = getattr(ctypes, "WinDLL")("kernel32", use_last_error=True)  # noqa: B009 - not there elsewhere
    for name in ("CreateJobObjectW", "OpenProcess", "CreateToolhelp32Snapshot"):
        getattr(library, name).restype = ctypes.c_void_p
    return library


_jobs: dict[int, int] = {}


def hold(pid: int, process: int) -> None:
    """Put a process that does not run yet into a job of its own. Raises OSError."""
    library = kernel()
    job = library.CreateJobObjectW(None, None)
    if not job:
        raise OSError("a job could not be made")
    limits = _ExtendedLimits()
    limits.BasicLimitInformation.LimitFlags = _KILL_ON_JOB_CLOSE
    size = ctypes.sizeof(limits)
    held = library.SetInformationJobObject(
        ctypes.c_void_p(job), _EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits), size
    ) and library.AssignProcessToJobObject(ctypes.c_void_p(job), ctypes.c_void_p(process))
    if not held:
        library.CloseHandle(ctypes.c_void_p(job))
        raise OSError("the process could not be held in a job")
    _jobs[pid] = job


def resume(process: int) -> None:
    """Let a process that was created suspended run. Raises OSError."""
    library: Any = getattr(ctypes, "WinDLL")("ntdll")  # noqa: B009 - not there elsewhere
    if library.NtResumeProcess(ctypes.c_void_p(process)):
        raise OSError("the process could not be resumed")


def end(pid: int) -> None:
    """End a server and everything that descends from it."""
    job = _jobs.get(pid)
    if job is not None:
        kernel().TerminateJobObject(ctypes.c_void_p(job), 1)


def let_go(pid: int) -> None:
    """The server is gone: closing its job ends what it left behind."""
    job = _jobs.pop(pid, None)
    if job is not None:
        kernel().CloseHandle(ctypes.c_void_p(job))


def descends(pid: int) -> bool | None:
    """Whether a process is in any server's job; None where it cannot be told. No descendant can leave its job."""
    library = kernel()
    process = library.OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, False, pid)
    if not process:
        return None
    try:
        for job in _jobs.values():
            found = ctypes.c_int(0)
            if not library.IsProcessInJob(ctypes.c_void_p(process), ctypes.c_void_p(job), ctypes.byref(found)):
                return None
            if found.value:
                return True
        return False
    finally:
        library.CloseHandle(ctypes.c_void_p(process))


def started_at(pid: int) -> str:
    """When a process was created, in a form that only serves comparison; empty where it is gone."""
    library = kernel()
    process = library.OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, False, pid)
    if not process:
        return ""
    times = [ctypes.c_uint64(0) for _ in range(4)]
    try:
        got = library.GetProcessTimes(ctypes.c_void_p(process), *(ctypes.byref(time) for time in times))
    finally:
        library.CloseHandle(ctypes.c_void_p(process))
    return str(times[0].value) if got and not times[1].value else ""


def parent_of(pid: int) -> int | None:
    """The parent's process id, None where the process is gone."""
    library = kernel()
    snapshot = library.CreateToolhelp32Snapshot(_SNAPSHOT_PROCESSES, 0)
    if not snapshot or snapshot == _INVALID:
        return None
    entry = _ProcessEntry()
    entry.dwSize = ctypes.sizeof(entry)
    try:
        more = library.Process32FirstW(ctypes.c_void_p(snapshot), ctypes.byref(entry))
        while more:
            if entry.th32ProcessID == pid:
                return int(entry.th32ParentProcessID)
            more = library.Process32NextW(ctypes.c_void_p(snapshot), ctypes.byref(entry))
    finally:
        library.CloseHandle(ctypes.c_void_p(snapshot))
    return None


def package() -> str:
    """The package whose identity this process has, empty for none.

    Inside another application's package every file and registry key that we write would be private to it.
    """
    library = kernel()
    size = ctypes.c_uint32(0)
    if library.GetCurrentPackageFullName(ctypes.byref(size), None) == _NO_PACKAGE:
        return ""
    name = ctypes.create_unicode_buffer(size.value + 1)
    library.GetCurrentPackageFullName(ctypes.byref(size), name)
    return name.value

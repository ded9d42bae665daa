"""How much memory processes use. Blocks for a moment on macOS: call it in the background."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable

SECONDS = 5.0


def used(pids: Iterable[int]) -> dict[int, int]:
    """Bytes in physical memory, by process; a process that is gone, or that the system tells nothing of, is left out."""
    if sys.platform == "win32":
        found = {pid: _used_on_windows(pid) for pid in pids}
    elif sys.platform == "darwin":
        found = dict(read_ps(_ps(pids)))
    else:
        found = {pid: _used_on_linux(pid) for pid in pids}
    return {pid: size for pid, size in found.items() if size > 0}


def read_ps(text: str) -> Iterable[tuple[int, int]]:
    """Opens the lines of `ps -o pid=,rss=`; `rss` counts in units of 1024 bytes (ps(1))."""
    for line in text.splitlines():
        words = line.split()
        if len(words) == 2 and all(word.isdigit() for word in words):
            yield int(words[0]), int(words[1]) * 1024


def _ps(pids: Iterable[int], run: Callable[..., subprocess.CompletedProcess[bytes]] = subprocess.run) -> str:
    asked = ",".join(str(pid) for pid in pids)
    if not asked:
        return ""
    try:
        listed = run(
            ["/bin/ps", "-o", "pid=,rss=", "-p", asked],
            capture_output=True,
            check=False,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return listed.stdout.decode(errors="replace")


def _used_on_linux(pid: int) -> int:
    """proc_pid_statm(5): the second number counts resident pages."""
    if sys.platform == "win32":
        return 0
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read(200).split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _used_on_windows(pid: int) -> int:
    """K32GetProcessMemoryInfo (psapi.h, PROCESS_MEMORY_COUNTERS): the working set."""
    if sys.platform != "win32":
        return 0
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = (
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            ("PeakWorkingSetSize", ctypes.c_size_t),
            ("WorkingSetSize", ctypes.c_size_t),
            ("rest", ctypes.c_size_t * 6),
        )

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.OpenProcess.restype = wintypes.HANDLE
    kernel.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
    kernel.K32GetProcessMemoryInfo.argtypes = (wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD)
    kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
    handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle:
        return 0
    try:
        counters = Counters(cb=ctypes.sizeof(Counters))
        told = kernel.K32GetProcessMemoryInfo(handle, ctypes.byref(counters), counters.cb)
        return int(counters.WorkingSetSize) if told else 0
    finally:
        kernel.CloseHandle(handle)

"""Windows: applications by their image, quitting by the Restart Manager, and replacing a file while keeping the old one.

Closing Claude Desktop's window only hides it; the Restart Manager asks as an installer does, and a program may refuse.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from typing import Any

import msgspec

from app.desktop.apps import Application, Running

PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
TH32CS_SNAPPROCESS = 2
BUSY = {5, 32, 33, 1175}
"""Access denied, sharing and lock violations, "unable to remove the replaced file": a scanner or a reader has it open."""
TRIES = 10
PAUSE = 0.1
EPOCH = 11_644_473_600
"""Seconds from 1601, where FILETIME begins, to 1970."""


class Process(msgspec.Struct, frozen=True):
    """One process. `began`: FILETIME, 100 ns since 1601; `image`: full path, "" where it may not be known."""

    pid: int
    parent: int
    name: str
    image: str = ""
    began: int = 0


class WindowsDesktop:
    """`app.desktop.apps.Desktop` for Windows."""

    def running(self, app: Application, folder: str, scan: bool) -> Running | None:  # noqa: ARG002 - no lock names a process
        if not scan:
            return None
        main = main_process(list_processes(app.image), app)
        if main is None:
            return None
        return Running(main.pid, main.began / 1e7 - EPOCH, (main.image,), identity=_application_id(main.pid))

    def alive(self, running: Running) -> bool:
        return abs(_began(running.pid) / 1e7 - EPOCH - running.began) < 0.001

    def ask_to_quit(self, app: Application, running: Running) -> None:  # noqa: ARG002
        began = _began(running.pid)
        if began and self.alive(running):
            _shut_down(running.pid, began)

    def start(self, app: Application, running: Running | None) -> None:
        if running is not None and running.identity:
            argv = ["explorer.exe", "shell:AppsFolder\\" + running.identity]
        elif running is not None and running.argv:
            argv = list(running.argv)
        else:
            raise OSError(0, "it is not known how it was started", app.title)
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=flags,
            close_fds=True,
        )

    def managed(self, app: Application) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if sys.platform == "win32":
            import winreg

            for hive in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):  # the machine's word is the last one
                with contextlib.suppress(OSError), winreg.OpenKey(hive, app.policy) as key:
                    for index in range(winreg.QueryInfoKey(key)[1]):
                        name, value, _ = winreg.EnumValue(key, index)
                        found[name] = value
        return found


def main_process(processes: Iterable[Process], app: Application) -> Process | None:
    """The application's first process: of its image, in one of its folders (not the command-line tool of that name), and
    not the child of another such."""
    own = {each.pid: each for each in processes if _is_of(app, each)}
    tops = [each for each in own.values() if each.parent not in own]
    return min(tops, key=lambda each: each.began, default=None)


def _is_of(app: Application, process: Process) -> bool:
    image = process.image.lower()
    return process.name.lower() == app.image and any(folder in image for folder in app.image_folders)


def list_processes(name: str) -> list[Process]:
    """Every process of that image name (lower case), as far as this user may look."""
    found: list[Process] = []
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        class Entry(ctypes.Structure):
            """PROCESSENTRY32W (tlhelp32.h)."""

            _fields_ = (
                ("size", wintypes.DWORD),
                ("usage", wintypes.DWORD),
                ("pid", wintypes.DWORD),
                ("heap", ctypes.c_size_t),
                ("module", wintypes.DWORD),
                ("threads", wintypes.DWORD),
                ("parent", wintypes.DWORD),
                ("priority", wintypes.LONG),
                ("flags", wintypes.DWORD),
                ("name", wintypes.WCHAR * 260),
            )

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateToolhelp32Snapshot.restype = wintypes.HANDLE
        kernel.Process32FirstW.argtypes = kernel.Process32NextW.argtypes = (wintypes.HANDLE, ctypes.POINTER(Entry))
        snapshot = wintypes.HANDLE(kernel.CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0))
        entry = Entry()
        entry.size = ctypes.sizeof(Entry)
        more = kernel.Process32FirstW(snapshot, ctypes.byref(entry))
        while more:
            if entry.name.lower() == name:
                image = _image(entry.pid)
                found.append(Process(entry.pid, entry.parent, entry.name, image, _began(entry.pid)))
            more = kernel.Process32NextW(snapshot, ctypes.byref(entry))
        kernel.CloseHandle(snapshot)
    return found


def _image(pid: int) -> str:
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        with _opened(pid) as (kernel, handle):
            if handle:
                size = wintypes.DWORD(32768)
                path = ctypes.create_unicode_buffer(size.value)
                if kernel.QueryFullProcessImageNameW(handle, 0, path, ctypes.byref(size)):
                    return path.value
    return ""


def _began(pid: int) -> int:
    """FILETIME of the process's start; 0 where it has ended or may not be opened."""
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        with _opened(pid) as (kernel, handle):
            if handle:
                times = [wintypes.FILETIME() for _ in range(4)]
                code = wintypes.DWORD()
                kernel.GetExitCodeProcess(handle, ctypes.byref(code))
                still_active = 259
                if code.value == still_active and kernel.GetProcessTimes(handle, *(ctypes.byref(t) for t in times)):
                    return times[0].dwHighDateTime << 32 | times[0].dwLowDateTime
    return 0


def _application_id(pid: int) -> str:
    """The name under which Windows starts a packaged application (AppUserModelId), or "" for a plain program."""
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        with _opened(pid) as (kernel, handle):
            if handle:
                size = wintypes.UINT(256)
                name = ctypes.create_unicode_buffer(size.value)
                if kernel.GetApplicationUserModelId(handle, ctypes.byref(size), name) == 0:
                    return name.value
    return ""


@contextlib.contextmanager
def _opened(pid: int) -> Any:
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = wintypes.HANDLE
        handle = wintypes.HANDLE(kernel.OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, False, pid))
        try:
            yield kernel, handle
        finally:
            if handle:
                kernel.CloseHandle(handle)


def _shut_down(pid: int, began: int) -> None:
    """RmShutdown without force: the program gets WM_QUERYENDSESSION and may say no. Raises OSError."""
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        class Unique(ctypes.Structure):
            """RM_UNIQUE_PROCESS (restartmanager.h)."""

            _fields_ = (("pid", wintypes.DWORD), ("low", wintypes.DWORD), ("high", wintypes.DWORD))

        manager = ctypes.WinDLL("rstrtmgr")
        session = wintypes.DWORD()
        key = ctypes.create_unicode_buffer(33)
        _check(manager.RmStartSession(ctypes.byref(session), 0, key))
        try:
            unique = Unique(pid, began & 0xFFFFFFFF, began >> 32)
            _check(manager.RmRegisterResources(session, 0, None, 1, ctypes.byref(unique), 0, None))
            _check(manager.RmShutdown(session, 0, None))
        finally:
            manager.RmEndSession(session)


def _check(code: int) -> None:
    if code:
        raise OSError(code, f"the Restart Manager refused (error {code})")


def displace(new: str, target: str) -> str | None:
    """`app.desktop.files.displace` by ReplaceFileW, which keeps the old file's permissions too."""
    if sys.platform == "win32":
        import ctypes

        kept = f"{new}.kept"
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        for attempt in range(TRIES):
            if kernel.ReplaceFileW(target, new, kept, 0, None, None):
                return kept
            code = ctypes.get_last_error()
            if not os.path.exists(target) and os.path.exists(kept):
                os.rename(kept, target)  # it stopped half-way (ERROR_UNABLE_TO_MOVE_REPLACEMENT_2)
            if code not in BUSY or attempt == TRIES - 1:
                raise ctypes.WinError(code)
            time.sleep(PAUSE)
    return None

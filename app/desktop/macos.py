"""macOS: applications by their lock and `ps`, quitting by Apple event, and two files changing places."""

from __future__ import annotations

import os
import plistlib
import signal
import subprocess
from typing import Any

from app.desktop.apps import Application, Running
from app.desktop.posix import exists, holds, is_here, lock_holder, start_detached

RENAME_SWAP = 2
MANAGED = "/Library/Managed Preferences"


class MacDesktop:
    """`app.desktop.apps.Desktop` for macOS. `managed_root` is where forced preferences lie."""

    def __init__(self, managed_root: str = MANAGED) -> None:
        self.managed_root = managed_root

    def running(self, app: Application, folder: str, scan: bool) -> Running | None:
        processes = list_processes()
        holder = lock_holder(folder)
        if holder is not None and not is_here(holder):
            return Running(0, where=holder.host)
        if holder is not None and holder.pid in processes:
            began, path = processes[holder.pid]
            line = command_line(holder.pid)
            if holds(holder, began, line, app.words):
                return Running(holder.pid, began, tuple(line.split()), identity=bundle_of(path))
        if scan:
            for pid, (began, path) in processes.items():
                if path.endswith(app.executable):
                    return Running(pid, began, identity=bundle_of(path))
        return None

    def alive(self, running: Running) -> bool:
        if not exists(running.pid):
            return False
        found = list_processes().get(running.pid)
        return found is not None and found[0] == running.began

    def ask_to_quit(self, app: Application, running: Running) -> None:
        """The menu's Quit by Apple event; where the user has not allowed us to send one, SIGTERM, on which Electron quits."""
        script = f'tell application id "{app.bundle}" to quit'
        if running.identity:
            asked = subprocess.run(
                ["/usr/bin/osascript", "-e", script],
                capture_output=True,
                check=False,
                timeout=60,
                stdin=subprocess.DEVNULL,
            )
            if asked.returncode == 0:
                return
        if self.alive(running):
            os.kill(running.pid, signal.SIGTERM)

    def start(self, app: Application, running: Running | None) -> None:
        if running is not None and running.argv and not running.identity:
            start_detached(running.argv, None)
            return
        what = [running.identity] if running and running.identity else ["-b", app.bundle]
        opened = subprocess.run(["/usr/bin/open", *what], capture_output=True, check=False, timeout=60)
        if opened.returncode:
            raise OSError(0, opened.stderr.decode(errors="replace").strip() or "open failed", app.title)

    def managed(self, app: Application) -> dict[str, Any]:
        found: dict[str, Any] = {}
        user = os.environ.get("USER") or os.environ.get("LOGNAME") or ""
        for folder in (self.managed_root, os.path.join(self.managed_root, user)):
            try:
                with open(os.path.join(folder, app.bundle + ".plist"), "rb") as file:
                    forced = plistlib.load(file)
            except (OSError, ValueError):
                continue
            if isinstance(forced, dict):
                found.update({str(name): value for name, value in forced.items()})
        return found


def list_processes() -> dict[int, tuple[float, str]]:
    """Process number → when it began (seconds since 1970) and the path of its executable, for every process of this user."""
    return read_processes(_ps("-xo", "pid=,lstart=,comm="))


def command_line(pid: int) -> str:
    """The words a process was started with, joined by spaces; "" where it is gone."""
    return _ps("-p", str(pid), "-o", "command=").strip()


def _ps(*options: str) -> str:
    env = {"LC_ALL": "C", **{name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}}
    listed = subprocess.run(["/bin/ps", *options], capture_output=True, check=False, timeout=30, env=env)
    return listed.stdout.decode(errors="replace")


def read_processes(text: str) -> dict[int, tuple[float, str]]:
    """Opens the lines of `ps -o pid=,lstart=,comm=` in the C locale: `  123 Mon Sep  1 12:00:00 2026 /path with spaces`."""
    import time

    found: dict[int, tuple[float, str]] = {}
    for line in text.splitlines():
        words = line.split(None, 6)
        if len(words) == 7 and words[0].isdigit():
            try:
                began = time.mktime(time.strptime(" ".join(words[1:6]), "%a %b %d %H:%M:%S %Y"))
            except ValueError:
                continue
            found[int(words[0])] = (began, words[6])
    return found


def bundle_of(path: str) -> str:
    """The bundle that an executable lies in (`/Applications/Claude.app`), or ""."""
    head, found, _ = path.partition(".app/Contents/MacOS/")
    return head + ".app" if found else ""


def displace(new: str, target: str) -> str | None:
    """`app.desktop.files.displace` by renamex_np(2)."""
    import ctypes
    import errno

    try:
        swap = ctypes.CDLL(None, use_errno=True).renamex_np
    except AttributeError:
        return None
    if swap(os.fsencode(new), os.fsencode(target), RENAME_SWAP) == 0:
        return new
    code = ctypes.get_errno()
    if code in {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS}:
        return None
    raise OSError(code, os.strerror(code), target)

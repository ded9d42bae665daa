"""What the demo stands on: a throw-away home, a folder of real files, a client's configuration; and their end.

Nothing outside the throw-away folder is written, and nothing of it stays: no file, no gateway.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from typing import Any

from app.bridge.home import address, stopped_mark
from app.control.client import ControlClient
from app.core.errors import DoorkeepError, GatewayUnreachableError
from app.core.folders import grant

END_SECONDS = 15.0

REPORT = """# Quarterly report

Revenue grew by 12 % to 48,200.
Open points: the lighthouse invoice is still unpaid.
"""
BUDGET = "month,income,costs\nJuly,15900,11200\nAugust,16100,11900\nSeptember,16200,12050\n"
IDEAS = "Ideas\n- paint the boat\n- ask Ann about the lighthouse\n- learn to bake bread\n"
DIARY = "Nobody but the owner reads this.\n"


class Ground:
    """Files and folders of one demo. `given` is the user's own folder, read only, or None for the sample."""

    def __init__(self, given: str | None = None) -> None:
        self.root = os.path.realpath(tempfile.mkdtemp(prefix="doorkeep-demo-"))
        self.home = os.path.join(self.root, "home")
        self.config = os.path.join(self.root, "claude_desktop_config.json")
        self.outside = os.path.join(self.root, "Private", "diary.txt")
        self.sample = given is None
        self.folder = os.path.realpath(given) if given is not None else os.path.join(self.root, "Documents")
        os.mkdir(self.home, 0o700)
        _write(self.outside, DIARY)
        if self.sample:
            _write(os.path.join(self.folder, "report.md"), REPORT)
            _write(os.path.join(self.folder, "budget.csv"), BUDGET)
            _write(os.path.join(self.folder, "notes", "ideas.txt"), IDEAS)
            with contextlib.suppress(OSError):  # Windows lets few users make one
                os.symlink(self.outside, os.path.join(self.folder, "shortcut.txt"))
        grant(self.home, self.folder, "write" if self.sample else "read")

    def path(self, *names: str) -> str:
        """A path inside the granted folder."""
        return os.path.join(self.folder, *names)

    def read(self, *names: str) -> str:
        """The text of a file inside the granted folder, as it is on the disk now."""
        with open(self.path(*names), encoding="utf-8") as file:
            return file.read()

    def close(self) -> None:
        """End the gateway and remove everything. Safe to call twice."""
        end_gateway(self.home)
        socket_folder = os.path.dirname(address(self.home))
        if sys.platform != "win32" and not socket_folder.startswith(self.home):
            shutil.rmtree(socket_folder, ignore_errors=True)
        shutil.rmtree(self.root, ignore_errors=True)


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def end_gateway(home: str) -> None:
    """End the gateway of a throw-away home, if there is one; by force where it does not go by itself.

    The mark of a stopped Doorkeep comes first, so that none that a bridge has just asked for starts after it.
    """
    with contextlib.suppress(OSError), open(stopped_mark(home), "w", encoding="utf-8"):
        pass
    try:
        control = ControlClient(home)
    except (DoorkeepError, OSError):
        return
    with control:
        with contextlib.suppress(DoorkeepError, OSError):
            control.call("stop")
        pid = control.pid
    end = time.monotonic() + END_SECONDS
    while _runs(pid):
        if time.monotonic() > end:
            with contextlib.suppress(OSError):
                os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
            return
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    if sys.platform == "win32":
        return False  # the pipe is gone once `stop` was answered; os.kill would end it
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[:1] != [b"Z"]
    except OSError:
        return sys.platform != "linux"


class LiveLog:
    """The gateway's own report of each call, followed as it happens from a thread of its own."""

    def __init__(self, home: str, seconds: float = 10.0) -> None:
        import queue
        import threading

        self._found: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._following = threading.Event()
        self._control = _connected(home, seconds)
        self._seen = 0
        threading.Thread(target=self._follow, daemon=True).start()
        self._following.wait(seconds)

    def _follow(self) -> None:
        try:
            self._control.call("follow")
            self._following.set()
            for event in self._control.events():
                if event.event == "call":
                    self._found.put(event.record)
        except (DoorkeepError, OSError):
            self._control.close()
            self._found.put(None)

    def next(self, seconds: float = 10.0) -> dict[str, Any]:
        """The next finished call. Raises TimeoutError where none is reported."""
        import queue

        end = time.monotonic() + seconds
        while True:
            try:
                record = self._found.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                record = None
            if record is None:
                raise TimeoutError("the gateway reported no finished call")
            if record["outcome"] not in ("running", "waiting") and record["id"] > self._seen:
                self._seen = record["id"]
                return record


def _connected(home: str, seconds: float) -> ControlClient:
    end = time.monotonic() + seconds
    while True:
        try:
            return ControlClient(home)
        except GatewayUnreachableError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)

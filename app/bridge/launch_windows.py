"""Windows: a scheduled task of the user's starts the gateway.

A child of a packaged client would inherit its virtual AppData and registry; the Task Scheduler's child does not
(schtasks: /Create, /Run; /TR takes at most 261 characters).
"""

from __future__ import annotations

import subprocess
import threading

from app.bridge.home import home_digest

NO_WINDOW = 0x08000000  # CREATE_NO_WINDOW


def task_name(home: str) -> str:
    """The task of this home; two homes have two gateways."""
    return rf"Doorkeep\Gateway-{home_digest(home)}"


def attempts(home: str, command: list[str]) -> list[list[str]]:
    """The commands to run, in order, until the second `/Run` succeeds: run it; else write it and run it."""
    task = task_name(home)
    run = ["schtasks", "/Run", "/TN", task]
    line = subprocess.list2cmdline(command)
    create = ["schtasks", "/Create", "/TN", task, "/TR", line, "/SC", "ONCE", "/ST", "00:00", "/F"]
    return [run, create, run]


def start(home: str, command: list[str]) -> None:
    """See `launch.start_gateway`. The scheduler takes some 100 ms, so it is asked from a thread."""
    threading.Thread(target=_ask, args=(attempts(home, command),), daemon=True).start()


def _ask(commands: list[list[str]]) -> None:
    run, create, again = commands
    if not _ran(run) and _ran(create):
        _ran(again)


def _ran(command: list[str]) -> bool:
    quiet = subprocess.DEVNULL
    try:
        done = subprocess.run(
            command, stdin=quiet, stdout=quiet, stderr=quiet, timeout=20, check=False, creationflags=NO_WINDOW
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0

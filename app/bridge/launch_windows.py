"""Windows: a scheduled task of the user's starts the gateway.

A child of a packaged client would inherit its virtual AppData and registry; the Task Scheduler's child does not
(schtasks: /Create, /Run; /TR takes at most 261 characters).
"""

from __future__ import annotations

import subprocess
import threading

from app.bridge.home import home_digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

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


def start(home: str, command: list[str], before: Callable[[], bool] | None = None) -> None:
    """See `launch.start_gateway`. The scheduler takes some 100 ms, so it is asked from a thread.

    `before` is called in that thread; where it says no, nothing is started. The task is written anew after it: an earlier
    release may have written it.
    """
    threading.Thread(target=_ask, args=(attempts(home, command), before), daemon=True).start()


def _ask(commands: list[list[str]], before: Callable[[], bool] | None = None) -> None:
    run, create, again = commands
    if before is not None:
        if before() and _ran(create):
            _ran(again)
    elif not _ran(run) and _ran(create):
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

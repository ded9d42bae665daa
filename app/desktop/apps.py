"""Other people's applications: whether one runs, asking it to quit, starting it again. One interface over three systems.

Never ends an application by force: it may be saving the user's work.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec

QUIT_SECONDS = 30.0
"""How long an application may take to quit: Claude Desktop ends its servers one after the other and takes 10 s and more."""


class Application(msgspec.Struct, frozen=True):
    """What tells one application from others.

    `words`, in lower case, must all stand in the command line of a process that holds its lock. `bundle` is the macOS
    identifier and the name of its preferences, `executable` the end of its path there. `image` is the name of its Windows
    processes, in lower case, and one of `image_folders` stands in their paths; `policy` is its registry key.
    """

    title: str
    words: tuple[str, ...]
    linux_command: str
    bundle: str
    executable: str
    image: str
    image_folders: tuple[str, ...]
    policy: str


class Running(msgspec.Struct, frozen=True):
    """One running application. `began`: seconds since 1970, to a second or two. `pid` 0: it runs on another machine,
    `where`, that shares the folder.

    `argv`, `env` and `folder` (where it stood) start it again as it was started; `identity` does where the system knows
    applications by name.
    """

    pid: int
    began: float = 0.0
    argv: tuple[str, ...] = ()
    env: Mapping[str, str] | None = None
    folder: str = "/"
    identity: str = ""
    where: str = ""


class Desktop(Protocol):
    """What one system can do. `folder` is the application's data folder; `scan` False: look only for a lock in it."""

    def running(self, app: Application, folder: str, scan: bool) -> Running | None: ...

    def alive(self, running: Running) -> bool:
        """Whether that very process, and not a later one of the same number, still runs."""
        ...

    def ask_to_quit(self, app: Application, running: Running) -> None:
        """Ask as the user would. Raises OSError where it cannot be asked."""
        ...

    def start(self, app: Application, running: Running | None) -> None:
        """Start it, as it ran before where that is known, outliving us. Raises OSError."""
        ...

    def managed(self, app: Application) -> dict[str, Any]:
        """Settings that an organisation forces on the application; empty where there are none."""
        ...


def this_desktop() -> Desktop:
    """The system this runs on."""
    if sys.platform == "win32":
        from app.desktop.windows import WindowsDesktop

        return WindowsDesktop()
    if sys.platform == "darwin":
        from app.desktop.macos import MacDesktop

        return MacDesktop()
    from app.desktop.linux import LinuxDesktop

    return LinuxDesktop()


def wait(done: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Whether `done` became true within `seconds`; it is asked at once and at the end too."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() >= end:
            return False
        time.sleep(every)
    return True


def quit_politely(desktop: Desktop, app: Application, running: Running, seconds: float = QUIT_SECONDS) -> str:
    """Ask the application to quit and wait for its process to end. Returns "" when it has, else why it has not."""
    if not running.pid:
        return f"{app.title} runs on another machine ({running.where}) that shares this folder."
    try:
        desktop.ask_to_quit(app, running)
    except OSError as error:
        return f"{app.title} could not be asked to quit: {error.strerror or error}."
    if wait(lambda: not desktop.alive(running), seconds):
        return ""
    return f"{app.title} was asked to quit and still runs after {seconds:.0f} seconds."

"""The PATH that the user's own shell has: the gateway's is the system's, in which `npx`, `uvx` and the like are not found.

Asked of the login shell once, within a bound; whatever it prints besides is not looked at.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from app.gateway.children import Child
from app.gateway.log import BoundedFile
from app.gateway.ticks import Ticks

SHELL_SECONDS = 5.0
"""A shell whose start files take longer is not waited for."""
MAX_PATH = 64 * 1024
USUAL = ("/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin")
_MARK = b"doorkeep-path="
_PRINT = '/bin/sh -c \'printf "\\n%s\\n" "doorkeep-path=$PATH"\''
"""Through `sh`, since shells differ in how they print a list."""

Start = Callable[[Child, list[str], dict[str, str]], None]
"""Begins a process for a child and looks after its end; never raises (the supervisor)."""


class LoginPath:
    """One per gateway. The answer is kept for the gateway's life."""

    def __init__(self, loop: Ticks, home: str, start: Start) -> None:
        self._loop = loop
        self._log = os.path.join(home, "logs", "shell.log")
        self._start = start
        self._found = ""
        self._waiting: list[Callable[[str], None]] = []

    def find(self, then: Callable[[str], None]) -> None:
        """`then` gets the PATH: at once where it is known or the system has no login shell, else within SHELL_SECONDS."""
        if self._found or sys.platform == "win32":
            then(self._found or os.environ.get("PATH", ""))
            return
        self._waiting.append(then)
        if len(self._waiting) == 1:
            self._ask()

    def _ask(self) -> None:
        child = Child(self._loop, "shell", BoundedFile(self._log))
        child.on_message(self._heard)
        child.on_exit(lambda _words: self._settle(fallback()))
        self._loop.later(SHELL_SECONDS, lambda: self._late(child))
        self._start(child, [login_shell(), "-l", "-i", "-c", _PRINT], shell_environment())
        child.end_input()

    def _heard(self, line: bytes) -> None:
        if line.startswith(_MARK) and 0 < len(line) - len(_MARK) <= MAX_PATH:
            self._settle(os.fsdecode(line[len(_MARK) :]))

    def _late(self, child: Child) -> None:
        if not child.gone:
            child.stop("The login shell took too long.")
            child.kill(force=True)
        self._settle(fallback())

    def _settle(self, path: str) -> None:
        self._found = self._found or path
        waiting, self._waiting = self._waiting, []
        for then in waiting:
            then(self._found)


def login_shell() -> str:
    """The user's shell by the account's entry, since the gateway may have been started without SHELL."""
    if sys.platform == "win32":
        return ""
    import pwd

    try:
        shell = pwd.getpwuid(os.getuid()).pw_shell
    except KeyError:
        shell = ""
    shell = os.environ.get("SHELL") or shell
    return shell if os.path.isabs(shell) and os.access(shell, os.X_OK) else "/bin/sh"


def shell_environment() -> dict[str, str]:
    """What the shell starts with: ours without what steers Python or Doorkeep itself."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DOORKEEP_"))}


def fallback() -> str:
    """Where the shell does not say: the gateway's own PATH and the usual places."""
    found = os.environ.get("PATH", "").split(os.pathsep)
    return os.pathsep.join(dict.fromkeys([place for place in (*found, *USUAL) if place]))

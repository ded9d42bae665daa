"""A process that is nobody's child: twice forked, its own session, an environment built anew, no descriptor of ours."""

from __future__ import annotations

import os
import sys

if sys.platform != "win32":
    import pwd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MAX_LOG = 1024 * 1024
FALLBACK_PATH = "/usr/local/bin:/usr/bin:/bin"


def account_environment() -> dict[str, str]:
    """What a login would give, from the account rather than from a client that stripped or filled it."""
    if sys.platform == "win32":
        return dict(os.environ)
    account = pwd.getpwuid(os.getuid())
    found = {
        "HOME": os.environ.get("HOME") or account.pw_dir,
        "USER": account.pw_name,
        "LOGNAME": account.pw_name,
        "SHELL": account.pw_shell or "/bin/sh",
        "PATH": os.environ.get("PATH") or FALLBACK_PATH,
        "LANG": os.environ.get("LANG") or "C.UTF-8",
    }
    runtime = f"/run/user/{os.getuid()}"
    if os.path.isdir(runtime):
        found["XDG_RUNTIME_DIR"] = runtime
        if os.path.exists(f"{runtime}/bus"):
            found["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={runtime}/bus"
    return found


def run_detached(home: str, command: list[str], first: Callable[[dict[str, str]], bool] | None = None) -> None:
    """Run `command` detached. `first` is tried before it, in the detached process: True means that it did the work.

    stderr goes to `HOME/logs/gateway.log`, so that a gateway that cannot even start leaves a word.
    """
    if sys.platform == "win32":
        raise NotImplementedError("Windows starts the gateway by a scheduled task")
    environment = account_environment()
    try:
        child = os.fork()
    except OSError:
        return
    if child:
        os.waitpid(child, 0)
        return
    try:
        os.setsid()
        if os.fork():
            os._exit(0)
        os.chdir("/")
        os.umask(0o077)
        _redirect(home)
        if first is None or not first(environment):
            os.execve(command[0], command, environment)  # noqa: S606 - a list, no shell
    finally:
        os._exit(1)


def _redirect(home: str) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    try:
        log = os.path.join(home, "logs", "gateway.log")
        os.makedirs(os.path.dirname(log), 0o700, exist_ok=True)
        errors = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        if os.fstat(errors).st_size > MAX_LOG:
            os.ftruncate(errors, 0)
    except OSError:
        errors = null
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.dup2(errors, 2)
    os.closerange(3, os.sysconf("SC_OPEN_MAX") if sys.platform != "win32" else 3)


def run_quietly(command: list[str], environment: dict[str, str]) -> bool:
    """Run `command` and wait for it; True when it ended with 0. For use in a detached process."""
    if sys.platform == "win32":
        raise NotImplementedError
    try:
        pid = os.posix_spawnp(command[0], command, environment)
    except OSError:
        return False
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0

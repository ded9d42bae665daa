"""Where Doorkeep's state lies, and at which address its gateway listens. Standard library only.

Home comes from the account and from DOORKEEP_HOME, never from XDG_* or TMPDIR: clients strip those, and two programs
that disagree about home would be two doors.
"""

from __future__ import annotations

import os
import sys

if sys.platform != "win32":
    import pwd  # built in: costs nothing

MAX_SOCKET_PATH = 100
"""Bytes. The kernel's limit is 108 on Linux and 104 on macOS, terminator included."""


def account_home() -> str:
    """The account's own home directory. HOME counts where it is set, since every client passes it on."""
    if sys.platform == "win32":
        return os.environ.get("USERPROFILE") or os.path.expanduser("~")
    home = os.environ.get("HOME")
    if home and os.path.isabs(home):
        return home
    return pwd.getpwuid(os.getuid()).pw_dir


def default_home() -> str:
    """The home of a user who named none: an absolute path that need not exist yet."""
    if sys.platform == "win32":
        return os.path.join(account_home(), ".doorkeep")
    if sys.platform == "darwin":
        return os.path.join(account_home(), "Library", "Application Support", "Doorkeep")
    return os.path.join(account_home(), ".local", "share", "doorkeep")


def find_home(named: str | None = None) -> str:
    """The home to use: `--home`, else DOORKEEP_HOME, else the default. Absolute, `~` expanded."""
    chosen = named or os.environ.get("DOORKEEP_HOME")
    if not chosen:
        return default_home()
    return os.path.abspath(os.path.expanduser(chosen))


def address(home: str) -> str:
    """Where the gateway of `home` listens: a Unix socket's path, or the name of a Windows pipe. Creates nothing."""
    real = os.path.realpath(home)
    if sys.platform == "win32":
        return rf"\\.\pipe\doorkeep-{home_digest(real)}"
    path = os.path.join(real, "run", "door.sock")
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
        return path
    return f"/tmp/doorkeep-{os.getuid()}-{home_digest(real)}/door.sock"  # noqa: S108 - never TMPDIR, which clients strip


def home_digest(real_home: str) -> str:
    """A short name for a home (16 hex digits of SHA-256), for whatever cannot carry its whole path."""
    import hashlib  # maps OpenSSL, 4 MB: only where a digest is needed

    return hashlib.sha256(os.fsencode(real_home)).hexdigest()[:16]


def check_socket_folder(path: str) -> str | None:
    """Why the socket at `path` must not be trusted, or None: its folder must be ours alone and no link (0700)."""
    if sys.platform == "win32":
        return None
    folder = os.path.dirname(path)
    try:
        found = os.lstat(folder)
    except OSError:
        return None  # not there: nothing to trust or distrust
    import stat

    if not stat.S_ISDIR(found.st_mode):
        return f"{folder} is not a folder"
    if found.st_uid != os.getuid():
        return f"{folder} belongs to another user"
    if found.st_mode & 0o077:
        return f"{folder} is open to other users"
    return None


def stopped_mark(home: str) -> str:
    """The file whose presence means: the user quit Doorkeep, do not start a gateway."""
    return os.path.join(home, "stopped")


def ready_answers(home: str, server: str) -> str:
    """Where the gateway leaves what the bridge may answer without it: `lists/SERVER.json`."""
    return os.path.join(home, "lists", f"{server}.json")

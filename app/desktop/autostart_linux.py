"""Linux: a desktop entry in the session's autostart folder (Desktop Application Autostart Specification 0.5)."""

from __future__ import annotations

import contextlib
import os

from app.bridge.home import account_home

RESERVED = '"`$\\'
"""Characters that a quoted argument of `Exec` escapes (Desktop Entry Specification, "The Exec key")."""


def entry_path() -> str:
    """The entry. The session itself looks where XDG_CONFIG_HOME says."""
    folder = os.environ.get("XDG_CONFIG_HOME") or os.path.join(account_home(), ".config")
    return os.path.join(folder, "autostart", "doorkeep.desktop")


def is_on() -> bool:
    """There is an entry, and neither the person nor the desktop's settings switched it off in place."""
    try:
        with open(entry_path(), encoding="utf-8", errors="replace") as file:
            lines = [line.strip().replace(" ", "").lower() for line in file.read(65_536).splitlines()]
    except OSError:
        return False
    return "hidden=true" not in lines and "x-gnome-autostart-enabled=false" not in lines


def turn_on(command: list[str]) -> None:
    """Write the entry. Raises OSError."""
    path = entry_path()
    os.makedirs(os.path.dirname(path), exist_ok=True)
    new = f"{path}.{os.getpid()}.new"
    with open(new, "w", encoding="utf-8") as file:
        file.write(entry(command))
    os.replace(new, path)


def turn_off() -> None:
    """Take the entry away. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(entry_path())


def entry(command: list[str]) -> str:
    """The text of the entry."""
    return (
        "[Desktop Entry]\nType=Application\nName=Doorkeep\n"
        "Comment=Guards which files and servers AI apps may use\n"
        f"Exec={' '.join(quoted(word) for word in command)}\nIcon=doorkeep\nTerminal=false\n"
        "X-GNOME-Autostart-enabled=true\n"
    )


def quoted(word: str) -> str:
    """One word of an `Exec` line (Desktop Entry Specification, "The Exec key")."""
    escaped = "".join(f"\\{c}" if c in RESERVED else c for c in word).replace("%", "%%")
    # A value's own backslashes are escaped once more, after the quoting rules (ibid.).
    return '"' + escaped.replace("\\", "\\\\") + '"'

"""Windows: a value of the user's Run key, and the switch that the Task Manager keeps beside it."""

from __future__ import annotations

import contextlib
import subprocess
import sys

RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
NAME = "Doorkeep"


def line_of(command: list[str]) -> str:
    """The command as one line, quoted for CommandLineToArgvW."""
    return subprocess.list2cmdline(command)


def switched_off(approved: object) -> bool:
    """What the Task Manager's value says: an odd first byte means that the person switched it off there."""
    return isinstance(approved, bytes) and bool(approved) and approved[0] % 2 == 1


def is_on() -> bool:
    """There is a value, and the Task Manager does not hold it back."""
    return _value(RUN) is not None and not switched_off(_value(APPROVED))


def turn_on(command: list[str]) -> None:
    """Write the value and take back a switch-off in the Task Manager. Raises OSError."""
    if sys.platform == "win32":
        import winreg

        with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, RUN, 0, winreg.KEY_SET_VALUE) as key:
            winreg.SetValueEx(key, NAME, 0, winreg.REG_SZ, line_of(command))
        _delete(APPROVED)


def turn_off() -> None:
    """Take the value away. Raises OSError."""
    _delete(RUN)


def _value(path: str) -> object:
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path) as key:
                return winreg.QueryValueEx(key, NAME)[0]
        except FileNotFoundError:
            return None
    return None


def _delete(path: str) -> None:
    if sys.platform == "win32":
        import winreg

        with (
            contextlib.suppress(FileNotFoundError),
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, path, 0, winreg.KEY_SET_VALUE) as key,
        ):
            winreg.DeleteValue(key, NAME)

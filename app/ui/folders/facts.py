"""What the Folders page shows, read from the settings and the log. Runs in the background; knows no widget."""

from __future__ import annotations

import json
import os
import time
from typing import Any, NamedTuple

from app.core.errors import SettingsError
from app.core.journal.filter import Condition, Filter
from app.core.journal.reader import Reader
from app.core.journal.record import CallRecord
from app.core.settings import FolderSetting, load_kept, signature

BUILTIN = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))),
    "resources",
    "builtin",
)
COUNTED = 100
"""Calls of today are counted up to this number; more is said as more."""


class Standing(NamedTuple):
    """One granted folder, and whether it is there now."""

    setting: FolderSetting
    exists: bool


class Looked(NamedTuple):
    """One look at the settings. With `error` the folders are not known. `servers`: built-in servers, name to title."""

    folders: list[Standing]
    servers: dict[str, str]
    error: SettingsError | None
    signature: tuple[int, ...]


class Lately(NamedTuple):
    """What happened in a folder: the last call, and how many today (at most COUNTED)."""

    last: CallRecord | None = None
    today: int = 0


def look(home: str) -> Looked:
    """The settings as they lie on disk now."""
    seen = signature(home)
    servers = builtin_servers()
    try:
        settings = load_kept(home)
    except SettingsError as error:
        return Looked([], servers, error, seen)
    return Looked([Standing(folder, os.path.isdir(folder.path)) for folder in settings.folders], servers, None, seen)


def moved(standings: list[Standing]) -> bool:
    """Whether one of these folders came or went since it was looked at."""
    return any(os.path.isdir(one.setting.path) != one.exists for one in standings)


def builtin_servers() -> dict[str, str]:
    """The servers that ship with Doorkeep, by name, with the titles people read."""
    found: dict[str, str] = {}
    try:
        names = sorted(name for name in os.listdir(BUILTIN) if name.endswith(".json"))
    except OSError:
        return found
    for name in names:
        try:
            with open(os.path.join(BUILTIN, name), encoding="utf-8") as file:
                pin: dict[str, Any] = json.load(file)
        except (OSError, ValueError):
            continue
        found[name[:-5]] = str(pin.get("server", {}).get("title") or name[:-5])
    return found


_LEVELS = 2
_MOST_LOOKED_AT = 2000


def has_repository(path: str) -> bool:
    """Whether a git repository lies at the folder or at most two levels below it, as far as the first 2,000 entries show."""
    left = _MOST_LOOKED_AT
    waiting = [(path, 0)]
    while waiting and left > 0:
        folder, depth = waiting.pop(0)
        names: set[str] = set()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    left -= 1
                    names.add(entry.name)
                    if depth < _LEVELS and entry.name[0] != "." and entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, depth + 1))
                    if left <= 0:
                        break
        except OSError:
            continue
        if ".git" in names or names >= {"HEAD", "objects", "refs"}:
            return True
    return False


def lately(home: str, paths: list[str], now: float | None = None) -> dict[str, Lately]:
    """What happened in each of the folders. Raises JournalError."""
    day = time.localtime(now)
    midnight = round(time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1)) * 1000)
    found: dict[str, Lately] = {}
    with Reader(home) as reader:
        for path in paths:
            inside = (Condition("folder", (path,)),)
            today = reader.query(Filter(inside, since_ms=midnight), COUNTED).records
            last = today or reader.query(Filter(inside), 1).records
            found[path] = Lately(last[0] if last else None, len(today))
    return found

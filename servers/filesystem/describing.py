"""Words for entries, files and granted folders, one line each. Names are written so that any name stays one line (names.shown)."""

from __future__ import annotations

import os
import stat as kinds
import time
from collections.abc import Callable
from typing import Any

import msgspec

from servers.filesystem import window
from servers.filesystem.reading import look
from servers.filesystem.walk import Found
from servers.runtime.call import Call
from servers.runtime.changing import text
from servers.runtime.safe import patterns
from servers.runtime.safe.access import Folders
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import kind, open_file
from servers.runtime.safe.words import RefusedError

_CAN = {
    "read": "may be read",
    "ask": "may be read; each change asks the user",
    "write": "may be read and changed",
    "off": "switched off",
}


class Row:
    """One entry of a folder: its name, whether it is a folder, and its stat once it was looked at (None: gone)."""

    __slots__ = ("folder", "found", "name")

    def __init__(self, name: str, folder: bool) -> None:
        self.name = name
        self.folder = folder
        self.found: os.stat_result | None = None

    def look(self, where: Found) -> os.stat_result | None:
        """The stat, asked for once."""
        if self.found is None:
            self.found = where.stat(self.name)
        return self.found


def _by_name(row: Row) -> tuple[Any, str]:
    return row.name.casefold(), row.name


def _by_time(row: Row) -> tuple[Any, str]:
    return row.found.st_mtime_ns if row.found else 0, row.name


def _by_size(row: Row) -> tuple[Any, str]:
    return row.found.st_size if row.found and not row.folder else 0, row.name


ORDERS: dict[str, Callable[[Row], tuple[Any, str]]] = {"name": _by_name, "mtime": _by_time, "size": _by_size}


def when(seconds: float) -> str:
    """A time of change, to the minute, in UTC."""
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(seconds))


def quoted(path: str) -> str:
    """A path for a header of `name=value` words: in JSON's quotes where it holds a space or a quote."""
    path = shown(path)
    return path if " " not in path and '"' not in path else msgspec.json.encode(path).decode()


def line(folders: Folders, where: Found, row: Row) -> str:
    """One entry of a listing."""
    name = shown(row.name)
    held = _held_back(folders, os.path.join(where.path, row.name), row)
    if row.folder:
        return f"{name}/{held}\n"
    found = row.look(where)
    if found is None:
        return f"{name}  (gone)\n"
    if kinds.S_ISLNK(found.st_mode):
        return f"{name} -> {_target(where, row.name)}\n"
    if not kinds.S_ISREG(found.st_mode):
        return f"{name}  ({kind(found.st_mode)})\n"
    return f"{name}  {found.st_size}  {when(found.st_mtime)}{held}\n"


def _target(where: Found, name: str) -> str:
    try:
        return shown(os.readlink(name, dir_fd=where.fd))
    except OSError:
        return "?"


def _held_back(folders: Folders, path: str, row: Row) -> str:
    """A mark for what can be seen here and not be opened."""
    if not patterns.may_be_sensitive(row.name) and not (row.folder and folders.rows_below(os.path.dirname(path))):
        return ""
    try:
        folders.require(path, "read", "read")
    except RefusedError:
        return "  (not open to you)"
    return ""


def file(call: Call, path: str) -> str:
    """The facts of one file."""
    with open_file(call.folders, path, what="list") as opened:
        call.touch(opened.path)
        found = look(opened)
        facts = [f"path={quoted(found.path)}", "type=file", f"bytes={found.size}"]
        facts += [
            f"modified={when(found.stat.st_mtime).replace(' ', 'T')}Z",
            f"mode={kinds.filemode(found.stat.st_mode)}",
        ]
        facts.append(f"etag={found.etag}")
        if text.is_binary(found.head):
            facts.append("binary")
        elif found.content is not None:
            decoded, encoding = text.decode(found.content)
            eol = text.eol_of(decoded)
            ended = decoded.replace("\r", "\n") if eol == "cr" else decoded
            lines = window.count_lines(ended.encode("utf-8", "surrogatepass"), b"\n")
            facts += [f"encoding={encoding}", f"eol={eol}", f"lines={lines}"]
        return " ".join(facts) + "\n"


def granted(folders: Folders) -> str:
    """The granted folders, and what may be done in each."""
    rows = sorted((row for row in folders.grants.folders if not row.protected), key=lambda row: row.path)
    return "Granted folders:\n" + "".join(f"{shown(row.path)}  {_CAN[row.access]}\n" for row in rows)

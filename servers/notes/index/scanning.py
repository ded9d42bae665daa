"""What lies in a vault, compared with what the index believes: folder by folder, through descriptors, following no link.

A folder is looked at anew when its time of change is another than the one written down, which catches every file that was
created, deleted, renamed or replaced in it. Hidden folders, closed ones and files that hold secrets have no rows at all.
"""

from __future__ import annotations

import os
import stat as kinds
import time
from collections.abc import Callable
from typing import Any

import msgspec

from servers.notes.index.database import WAITING, Connection
from servers.notes.names import is_note, key
from servers.runtime.errors import ToolError
from servers.runtime.safe import patterns
from servers.runtime.safe.access import Folders
from servers.runtime.safe.opening import Opened, open_folder, scan
from servers.runtime.safe.words import NotFoundError, RefusedError

SKIPPED = frozenset(("node_modules", "__pycache__"))
MAX_FOLDERS = 200_000
_UNKNOWN = -1
_FINE_NS = 100_000_000
_COARSE_NS = 2_500_000_000
INODE = (1 << 63) - 1 if os.name != "nt" else 0
"""What of an inode's number is kept: SQLite has 63 bits, and Windows tells none while a folder is listed."""

_INTO_FOUND = "INSERT INTO found VALUES(?, ?, ?, ?, ?, ?, ?)"
_INTO_FILES = "INSERT INTO files(folder, name, key, note, ino, size, mtime, state) VALUES(?, ?, ?, ?, ?, ?, ?, 0)"

Check = Callable[[], object]


class Seen(msgspec.Struct, frozen=True):
    """What the system says of a file: enough to notice every change but one within the clock's own step."""

    ino: int
    size: int
    mtime: int


def seen(found: os.stat_result) -> Seen:
    """As it is written down."""
    return Seen(found.st_ino & INODE, found.st_size, found.st_mtime_ns)


def is_settled(mtime: int, now: int) -> bool:
    """Whether a change made from `now` on would surely get another time than `mtime` (nanoseconds both).

    Systems tell times in steps: a few milliseconds, and two seconds on FAT, whose times have no fractions.
    """
    return now - mtime > (_COARSE_NS if mtime % 1_000_000_000 == 0 else _FINE_NS)


class Changes(msgspec.Struct):
    """What a look at the folders brought: paths in the vault of notes that are new or changed, and of files that are gone."""

    changed: list[str] = []
    gone: list[str] = []
    listed: bool = False
    """Whether any file came or went, so that a list of the vault's files is another one now."""


class Scan:
    """One comparison of a vault with its index, within a transaction of the caller's."""

    def __init__(self, db: Connection, folders: Folders, vault: str, check: Check) -> None:
        self._db = db
        self._folders = folders
        self._vault = vault
        self._check = check
        self.changes = Changes()
        self.first = False
        """Whether this is the first scan of all: then rows are gathered, to be put in by their time of change."""
        self._count = 0

    def everything(self) -> Changes:
        """The first look: all folders, into an index that has no rows."""
        self.first = True
        self.folder("")
        self._db.run(
            "INSERT INTO files(folder, name, key, note, ino, size, mtime, state)"
            " SELECT folder, name, key, note, ino, size, mtime, ? FROM found ORDER BY mtime, name",
            (WAITING,),
        )
        self._db.run("DELETE FROM found")
        return self.changes

    def folder(self, path: str) -> None:
        """Look at one folder of the vault anew, and at those below it that the index does not know."""
        todo = [path]
        while todo:
            self._check()
            self._count += 1
            if self._count > MAX_FOLDERS:
                raise ToolError(f"The vault has more than {MAX_FOLDERS:,} folders, which is more than can be indexed.")
            todo += self._one(todo.pop())

    def _one(self, path: str) -> list[str]:
        absolute = os.path.join(self._vault, *path.split("/")) if path else self._vault
        try:
            with open_folder(self._folders, absolute) as opened:
                now = time.time_ns()
                mtime = opened.stat.st_mtime_ns
                inner, files = self._entries(opened)
        except (NotFoundError, RefusedError):
            self.drop(path)
            return []
        except (ToolError, OSError):
            self._remember(
                path, _UNKNOWN
            )  # not readable at the moment: what is known of it stays, and it is asked again
            return []
        number = self._remember(path, mtime if is_settled(mtime, now) else _UNKNOWN)
        prefix = f"{path}/" if path else ""
        known = {} if self.first else self._known(number)
        self._compare(number, prefix, known, files)
        return self._folders_below(path, [prefix + name for name in inner])

    def _entries(self, opened: Opened) -> tuple[list[str], list[tuple[str, Seen]]]:
        inner: list[str] = []
        files: list[tuple[str, Seen]] = []
        careful = bool(self._folders.rows_below(opened.path))
        for entry in scan(opened):
            name = entry.name
            if name[0] == "." or (not name.isprintable() and not _is_text(name)):
                continue
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            folder = kinds.S_ISDIR(found.st_mode)
            if not folder and not kinds.S_ISREG(found.st_mode):
                continue
            if (patterns.may_be_sensitive(name) or (folder and careful)) and not self._open(
                os.path.join(opened.path, name)
            ):
                continue
            if not folder:
                files.append((name, seen(found)))
            elif name not in SKIPPED:
                inner.append(name)
        return inner, files

    def _open(self, absolute: str) -> bool:
        try:
            self._folders.require(absolute, "read")
        except RefusedError:
            return False
        return True

    def _remember(self, path: str, mtime: int) -> int:
        self._db.run(
            "INSERT INTO folders(path, mtime) VALUES(?, ?) ON CONFLICT(path) DO UPDATE SET mtime = excluded.mtime",
            (path, mtime),
        )
        return int(self._db.one("SELECT id FROM folders WHERE path = ?", (path,)))

    def _known(self, folder: int) -> dict[str, tuple[int, Seen]]:
        rows = self._db.rows("SELECT name, id, ino, size, mtime FROM files WHERE folder = ?", (folder,))
        return {name: (number, Seen(*rest)) for name, number, *rest in rows}

    def _compare(
        self, folder: int, prefix: str, known: dict[str, tuple[int, Seen]], files: list[tuple[str, Seen]]
    ) -> None:
        new: list[tuple[Any, ...]] = []
        for name, now in files:
            before = known.pop(name, None)
            if before is not None and before[1] == now:
                continue
            if before is not None:
                self._db.run("DELETE FROM files WHERE id = ?", (before[0],))
            if not self.first:
                self.changes.listed = self.changes.listed or before is None
                self.changes.changed.append(prefix + name)
            new.append((folder, name, key(name), is_note(name), now.ino, now.size, now.mtime))
        for name, (number, _) in known.items():
            self._db.run("DELETE FROM files WHERE id = ?", (number,))
            self.changes.gone.append(prefix + name)
            self.changes.listed = True
        if not new:
            return
        new.sort(key=lambda row: row[6])
        self._db.many(_INTO_FOUND if self.first else _INTO_FILES, new)

    def _folders_below(self, path: str, there: list[str]) -> list[str]:
        """The folders below that have to be looked at, because they are new; those that are gone lose their rows."""
        if self.first:
            return there
        prefix = f"{path}/" if path else ""
        rows = self._db.rows(
            "SELECT path FROM folders WHERE path > ? AND path < ? AND instr(substr(path, ?), '/') = 0 AND path <> ''",
            (prefix, prefix[:-1] + "0" if prefix else "\U0010ffff", len(prefix) + 1),
        )
        known = {row[0] for row in rows}
        for gone in known.difference(there):
            self.drop(gone)
        return [one for one in there if one not in known]

    def drop(self, path: str) -> None:
        """Forget a folder and all below it."""
        rows = self._db.rows(
            "SELECT id, path FROM folders WHERE path = ? OR (path > ? AND path < ?)", (path, f"{path}/", f"{path}0")
        )
        if not path:
            rows = self._db.rows("SELECT id, path FROM folders")
        for number, inner in rows:
            prefix = f"{inner}/" if inner else ""
            names = self._db.rows("SELECT name FROM files WHERE folder = ?", (number,))
            self.changes.gone += [prefix + name for (name,) in names]
            self.changes.listed = True
            self._db.run("DELETE FROM files WHERE folder = ?", (number,))
            self._db.run("DELETE FROM folders WHERE id = ?", (number,))


def moved_folders(vault: str, known: list[tuple[str, int]]) -> list[str]:
    """Folders whose time of change is another than the one written down: 2 µs each. Raises nothing.

    This only nominates: what lies in them is then opened and judged.
    """
    found: list[str] = []
    for path, mtime in known:
        try:
            now = os.stat(f"{vault}/{path}" if path else vault, follow_symlinks=False).st_mtime_ns
        except OSError:
            now = _UNKNOWN - 1
        if now != mtime:
            found.append(path)
    return found


def _is_text(name: str) -> bool:
    """Whether a name can be written as UTF-8, as the index does; other names are left to the filesystem server."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True

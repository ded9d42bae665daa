"""Reading notes into the index. Each is opened through the safe door, and the row says of what state of the file its words are."""

from __future__ import annotations

import os
import stat as kinds
import time
from typing import Any

import msgspec

from servers.notes.index.contents import MAX_BYTES, contents_of
from servers.notes.index.database import INDEXED, UNREADABLE, Connection
from servers.notes.index.scanning import Check, Seen, is_settled, seen
from servers.runtime.errors import ToolError
from servers.runtime.safe import patterns
from servers.runtime.safe.access import Folders
from servers.runtime.safe.opening import Opened, open_file, open_folder
from servers.runtime.safe.words import NotFoundError

BATCH = 1000
BATCH_BYTES = 2 << 20
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_BY_DESCRIPTOR = os.open in os.supports_dir_fd


class Waiting(msgspec.Struct, frozen=True):
    """A note whose words are not in yet."""

    id: int
    path: str


class _Rows:
    """What one batch puts into the tables."""

    def __init__(self) -> None:
        self.words: list[tuple[Any, ...]] = []
        self.aliases: list[tuple[Any, ...]] = []
        self.tags: list[tuple[Any, ...]] = []
        self.properties: list[tuple[Any, ...]] = []
        self.links: list[tuple[Any, ...]] = []
        self.states: list[tuple[Any, ...]] = []

    def put(self, db: Connection) -> None:
        db.many("INSERT INTO words(rowid, title, tags, path, body) VALUES(?, ?, ?, ?, ?)", self.words)
        db.many("INSERT OR IGNORE INTO aliases VALUES(?, ?, ?)", self.aliases)
        db.many("INSERT OR IGNORE INTO tags VALUES(?, ?, ?)", self.tags)
        db.many("INSERT OR IGNORE INTO properties VALUES(?, ?, ?)", self.properties)
        db.many("INSERT OR IGNORE INTO links VALUES(?, ?, ?)", self.links)
        db.many("UPDATE files SET state = ?, ino = ?, size = ?, mtime = ? WHERE id = ?", self.states)


def waiting(db: Connection, most: int = BATCH) -> list[Waiting]:
    """The next notes to be read, oldest first."""
    rows = db.rows(
        "SELECT files.id, folders.path, files.name FROM files JOIN folders ON folders.id = files.folder"
        " WHERE state = 0 AND note = 1 ORDER BY files.id LIMIT ?",  # as the partial index says it
        (most,),
    )
    return [Waiting(number, f"{folder}/{name}" if folder else name) for number, folder, name in rows]


def fill(db: Connection, folders: Folders, vault: str, notes: list[Waiting], check: Check) -> int:
    """Put the words of these notes in, within a transaction of the caller's; how many were dealt with."""
    rows = _Rows()
    size = done = 0
    by_folder: dict[str, list[Waiting]] = {}
    for note in notes:
        by_folder.setdefault(note.path.rpartition("/")[0], []).append(note)
    for folder, inside in by_folder.items():
        with _Reader(folders, os.path.join(vault, *folder.split("/")) if folder else vault) as reader:
            for note in inside:
                check()
                size += _read(db, reader, note, rows)
                done += 1
                if size > BATCH_BYTES:
                    break
        if size > BATCH_BYTES:
            break
    rows.put(db)
    return done


class _Reader:
    """One folder, opened and judged once, whose files are then opened by name in it and never through a link."""

    def __init__(self, folders: Folders, path: str) -> None:
        self._folders = folders
        self._path = path
        self._opened: Opened | None = None

    def __enter__(self) -> _Reader:
        try:
            self._opened = open_folder(self._folders, self._path)
        except (ToolError, OSError):
            self._opened = None  # then each file is asked for by its path, and says why it cannot be read
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened is not None:
            self._opened.close()

    def read(self, name: str) -> tuple[Seen, bytes]:
        """What the system says of a file, and then its content. Raises ToolError and OSError."""
        opened = self._opened
        if opened is None or not _BY_DESCRIPTOR or patterns.may_be_sensitive(name):
            with open_file(self._folders, os.path.join(self._path, name)) as file:
                return seen(file.stat), _content(file.fd, file.stat.st_size)
        fd = os.open(name, _OPEN, dir_fd=opened.fd)
        try:
            found = os.fstat(fd)
            if not kinds.S_ISREG(found.st_mode):
                raise ToolError(f"{name} is no file.")
            return seen(found), _content(fd, found.st_size)
        finally:
            os.close(fd)


def _read(db: Connection, reader: _Reader, note: Waiting, rows: _Rows) -> int:
    now = time.time_ns()
    try:
        found, content = reader.read(note.path.rpartition("/")[2])
    except (NotFoundError, FileNotFoundError):
        db.run("DELETE FROM files WHERE id = ?", (note.id,))
        return 0
    except (ToolError, OSError):
        db.run("UPDATE files SET state = ? WHERE id = ?", (UNREADABLE, note.id))
        return 0
    got = contents_of(note.path, content)
    number = note.id
    rows.words.append((number, *got.words))
    rows.aliases += [(folded, number, alias) for folded, alias in got.aliases]
    rows.tags += [(folded, number, tag) for folded, tag in got.tags]
    rows.properties += [(name, value, number) for name, value in got.properties]
    rows.links += [(folded, number, target) for folded, target in got.links]
    # A time of which a later change could get the same is written down as its negative: such a row is looked at again.
    mtime = found.mtime if is_settled(found.mtime, now) else -found.mtime
    rows.states.append((INDEXED, found.ino, found.size, mtime, number))
    return len(content)


def _content(fd: int, size: int) -> bytes:
    wanted = min(size, MAX_BYTES)
    content = os.read(fd, wanted)
    while len(content) < wanted:
        more = os.read(fd, wanted - len(content))
        if not more:
            break
        content += more
    return content

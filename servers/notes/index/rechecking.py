"""Single notes compared with their files: what a search, the watch or the sweep suspects. Within a transaction of the caller's."""

from __future__ import annotations

import os
import time

from servers.notes.index.database import WAITING, Connection
from servers.notes.index.scanning import INODE, Changes, Seen, is_settled, seen
from servers.notes.names import is_note, key
from servers.runtime.safe.access import Folders


def recheck(db: Connection, folders: Folders, vault: str, paths: list[str]) -> Changes:  # noqa: ARG001 - whoever fills asks it
    """Give those of these notes (paths in the vault) that differ from their rows new rows, which wait to be read."""
    changes = Changes()
    for path in dict.fromkeys(paths):
        folder, _, name = path.rpartition("/")
        row = db.rows(
            "SELECT files.id, ino, size, files.mtime, folder FROM files JOIN folders ON folders.id = files.folder"
            " WHERE folders.path = ? AND name = ?",
            (folder, name),
        )
        if not row:
            continue  # a file that came is found by its folder
        number, ino, size, mtime, place = row[0]
        try:
            now = seen(os.stat(os.path.join(vault, *path.split("/")), follow_symlinks=False))
        except OSError:
            continue  # and so is one that went
        if is_current(Seen(ino, size, mtime), now):
            continue
        db.run("DELETE FROM files WHERE id = ?", (number,))
        db.run(
            "INSERT INTO files(folder, name, key, note, ino, size, mtime, state) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
            (place, name, key(name), is_note(name), now.ino, now.size, now.mtime, WAITING),
        )
        changes.changed.append(path)
    return changes


def is_current(row: Seen, now: Seen) -> bool:
    """Whether a row surely tells of the file as it is. A negative time is one that a later change could have got too."""
    if row == now:
        return True
    unsettled = Seen(row.ino, row.size, -row.mtime)
    return row.mtime < 0 and unsettled == now and not is_settled(now.mtime, time.time_ns())


def stale_in(db: Connection, vault: str, folder: int, path: str) -> list[str]:
    """The notes of one folder, by its row's id and its path, that differ from their files. 3 µs a note."""
    top = f"{vault}/{path}/" if path else f"{vault}/"
    inside = f"{path}/" if path else ""
    found: list[str] = []
    look = os.stat
    rows = db.rows("SELECT name, ino, size, mtime FROM files WHERE folder = ? AND note = 1", (folder,))
    for name, ino, size, mtime in rows:
        try:
            now = look(top + name, follow_symlinks=False)
        except OSError:
            continue
        if now.st_mtime_ns == mtime and now.st_size == size and now.st_ino & INODE == ino:
            continue
        if not is_current(Seen(ino, size, mtime), seen(now)):
            found.append(inside + name)
    return found

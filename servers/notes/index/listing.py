"""The files of a vault, or of a folder in it, page by page: by folder and name, or those changed last first."""

# ruff: noqa: S608 - what is put together here are words of this room; everything that came from outside is an argument

from __future__ import annotations

from typing import Any

import msgspec

from servers.notes.index.database import Connection

_PATH = "CASE folders.path WHEN '' THEN files.name ELSE folders.path || '/' || files.name END"


class Files(msgspec.Struct, frozen=True):
    """Which files: at and below `folder` (empty: all), notes or attachments, by folder and name, or `recent` first."""

    folder: str = ""
    note: bool = True
    recent: bool = False


class Listed(msgspec.Struct, frozen=True):
    """One file; `after` is where the list goes on behind it."""

    path: str
    size: int
    mtime: int
    after: list[str]


def files(db: Connection, wanted: Files, after: list[str], most: int) -> list[Listed]:
    """At most `most` of the files behind `after` (empty: from the beginning). Raises IndexError and ValueError for another list's."""
    where = ["note = ?"]
    arguments: list[Any] = [wanted.note]
    if wanted.folder:
        where.append("(folders.path = ? OR (folders.path > ? AND folders.path < ?))")
        arguments += [wanted.folder, wanted.folder + "/", wanted.folder + "0"]
    if wanted.recent:
        order = "abs(files.mtime) DESC, place"
        if after:
            where.append("(abs(files.mtime) < ? OR (abs(files.mtime) = ? AND place > ?))")
            arguments += [int(after[1]), int(after[1]), after[0]]
    else:
        order = "folders.path, files.name"
        if after:
            folder, _, name = after[0].rpartition("/")
            where.append("folders.path >= ? AND (folders.path > ? OR files.name > ?)")
            arguments += [folder, folder, name]
    rows = db.rows(
        f"SELECT {_PATH} AS place, size, abs(files.mtime) FROM folders CROSS JOIN files ON files.folder = folders.id"
        f" WHERE {' AND '.join(where)} ORDER BY {order} LIMIT ?",
        [*arguments, most],
    )
    return [Listed(path, size, mtime, [path, str(mtime)]) for path, size, mtime in rows]

"""Questions to the index that give notes: by words, tags, properties, folder and time; ranked, and bounded in what is looked at.

Whatever is given here is a claim about files that the caller checks against them before anything is shown.
"""

# ruff: noqa: S608 - what is put together here are words of this room; everything that came from outside is an argument

from __future__ import annotations

from typing import Any, Literal

import msgspec

from servers.notes.index.asking import Asked, Compared, values
from servers.notes.index.database import INDEXED, Connection
from servers.notes.index.scanning import Seen
from servers.notes.names import NOTE, key

CANDIDATES = 5000
"""So many of the newest notes that fit are ranked; where more fit, that is said."""
Sort = Literal["rank", "-mtime", "mtime", "title"]
_WEIGHTS = "10.0, 5.0, 2.0, 1.0"  # title, tags, path, body
_ORDERS = {
    "rank": "exact DESC, score, id DESC",
    "-mtime": "abs(mtime) DESC, id DESC",
    "mtime": "abs(mtime), id",
    "title": "key, id",
}


class Hit(msgspec.Struct, frozen=True):
    """A note that the index says fits: its path in the vault, the state of the file it speaks of, and how well it fits (less is better)."""

    path: str
    state: Seen
    score: float
    key: str
    exact: bool = False


class Page(msgspec.Struct):
    """Some hits, and how many there are in all; `bounded`: more fit than were ranked."""

    hits: list[Hit]
    total: int
    bounded: bool = False


class Wanted(msgspec.Struct, frozen=True):
    """What is asked for beside the words. `folder` in the vault, or empty; `after`: nanoseconds; `title`: what was typed, whole."""

    folder: str = ""
    after: int = 0
    sort: Sort = "rank"
    title: str = ""


def find(db: Connection, asked: Asked, wanted: Wanted, count: int) -> Page:
    """The first `count` of the notes that fit, in order."""
    where, arguments = _conditions(asked, wanted)
    match = asked.match
    columns = (
        "files.id AS id, folders.path AS folder, files.name AS name, files.key AS key, ino, size, files.mtime AS mtime"
    )
    exact = "files.key = ? AS exact"
    if match:
        source = "words CROSS JOIN files ON files.id = words.rowid CROSS JOIN folders ON folders.id = files.folder"
        score = f"bm25(words, {_WEIGHTS})" if wanted.sort == "rank" and not asked.broad else "0.0"
        inner = f"SELECT {columns}, {score} AS score, {exact} FROM {source} WHERE words MATCH ? AND {where} ORDER BY words.rowid DESC"
        arguments = [match, *arguments]
    else:
        source = "files CROSS JOIN folders ON folders.id = files.folder"
        inner = f"SELECT {columns}, 0.0 AS score, {exact} FROM {source} WHERE {where} ORDER BY files.id DESC"
    sql = (
        "SELECT folder, name, ino, size, mtime, score, key, exact, count(*) OVER ()"
        f" FROM ({inner} LIMIT ?) ORDER BY {_ORDERS[wanted.sort]} LIMIT ?"
    )
    rows = db.rows(sql, [key(wanted.title) + NOTE, *arguments, CANDIDATES + 1, count])
    hits = [
        Hit(f"{folder}/{name}" if folder else name, Seen(ino, size, mtime), score, folded, bool(is_exact))
        for folder, name, ino, size, mtime, score, folded, is_exact, _ in rows
    ]
    total = rows[0][-1] if rows else 0
    return Page(hits, min(total, CANDIDATES), total > CANDIDATES)


def order(hit: Hit, sort: Sort) -> tuple[Any, ...]:
    """By what hits of several vaults are put together."""
    if sort == "rank":
        return (not hit.exact, hit.score, -abs(hit.state.mtime))
    if sort == "title":
        return (hit.key,)
    return (abs(hit.state.mtime) if sort == "mtime" else -abs(hit.state.mtime),)


def _conditions(asked: Asked, wanted: Wanted) -> tuple[str, list[Any]]:
    parts = ["files.state = ? AND files.note = 1"]
    arguments: list[Any] = [INDEXED]
    if wanted.folder:
        parts.append("files.folder IN (SELECT id FROM folders WHERE path = ? OR (path > ? AND path < ?))")
        arguments += [wanted.folder, wanted.folder + "/", wanted.folder + "0"]
    if wanted.after:
        parts.append("abs(files.mtime) > ?")
        arguments.append(wanted.after)
    for tags, negation in ((asked.tags, ""), (asked.without_tags, "NOT ")):
        for tag in tags:
            parts.append(f"files.id {negation}IN (SELECT file FROM tags WHERE key = ? OR (key > ? AND key < ?))")
            arguments += [tag, tag + "/", tag + "0"]
    for start in asked.starts:
        parts.append("files.key >= ? AND files.key < ?")
        arguments += [start, start[:-1] + chr(ord(start[-1]) + 1)]
    for compared in asked.properties:
        sql, more = _property(compared)
        parts.append(f"files.id IN (SELECT file FROM properties WHERE name = ?{sql})")
        arguments += [compared.name, *more]
    return " AND ".join(parts), arguments


def _property(compared: Compared) -> tuple[str, list[Any]]:
    if not compared.op:
        return "", []
    forms = values(compared)
    if compared.op == "=":
        return f" AND value IN ({', '.join('?' * len(forms))})", forms
    # Numbers are compared with numbers and text with text: dates as they are written sort by time.
    kind = "text" if len(forms) == 1 else "number"
    of_kind = "typeof(value) = 'text'" if kind == "text" else "typeof(value) <> 'text'"
    return f" AND {of_kind} AND value {compared.op} ?", forms[-1:]

"""Questions to the index about names, tags, folders and links. Each answer is as fresh as the folders on disk."""

# ruff: noqa: S608 - what is put together here are words of this room; everything that came from outside is an argument

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import msgspec

from servers.notes.index.contents import link_key
from servers.notes.index.database import Connection
from servers.notes.index.keeping import Keeper
from servers.notes.names import key, title

if TYPE_CHECKING:
    from servers.runtime.call import Call

_PATH = "CASE folders.path WHEN '' THEN files.name ELSE folders.path || '/' || files.name END"
_FILES = "files JOIN folders ON folders.id = files.folder"
_IN_ORDER = (
    "folders CROSS JOIN files ON files.folder = folders.id WHERE note = 1"
    " AND (? = '' OR folders.path = ? OR (folders.path > ? AND folders.path < ?))"
    " AND folders.path >= ? AND (folders.path > ? OR files.name > ?)"
)
_LOOKED_AT = 2000
_ALIASES_SECONDS = 30.0


class IndexNames:
    """The table of names (`servers.notes.names.NameTable`) of an index, for one call."""

    def __init__(self, call: Call, keeper: Keeper) -> None:
        self._call = call
        self._keeper = keeper
        self._named: dict[str, list[str]] = {}

    def named(self, name: str) -> list[str]:
        folded = key(name)
        found = self._named.get(folded)
        if found is None:
            sql = f"SELECT {_PATH} FROM {_FILES} WHERE files.key = ?"
            found = self._named[folded] = self._paths(sql, folded)
        return list(found)

    def aliased(self, alias: str) -> list[str]:
        self._keeper.wait(
            self._call, _ALIASES_SECONDS
        )  # names are known at once, what notes say only when all were read
        sql = (
            f"SELECT {_PATH} FROM aliases JOIN files ON files.id = aliases.file"
            " JOIN folders ON folders.id = folder WHERE aliases.key = ?"
        )
        return self._paths(sql, key(alias))

    def _paths(self, sql: str, folded: str) -> list[str]:
        return [path for (path,) in self._keeper.ask(self._call, lambda db: db.rows(sql, (folded,)))]


class Counted(msgspec.Struct, frozen=True):
    """A tag or a folder, and how many notes it has."""

    name: str
    count: int


def tags(db: Connection, prefix: str = "", most: int = -1, after: str = "") -> list[Counted]:
    """Tags beginning with `prefix`, in alphabetical order from behind `after`, with the number of notes that bear each."""
    folded = key(prefix)
    rows = db.rows(
        "SELECT min(tags.tag), count(*), tags.key FROM tags JOIN files ON files.id = tags.file"
        " WHERE tags.key >= ? AND tags.key < ? AND tags.key > ? GROUP BY tags.key ORDER BY tags.key LIMIT ?",
        (folded, folded + "\U0010ffff", key(after), most),
    )
    return [Counted(tag, count) for tag, count, _ in rows]


def folders(db: Connection, below: str = "") -> list[Counted]:
    """The folders at and below `below` with the number of notes right in each, by path."""
    rows = db.rows(
        "SELECT folders.path, (SELECT count(*) FROM files WHERE files.folder = folders.id AND note = 1) FROM folders"
        " WHERE ? = '' OR path = ? OR (path > ? AND path < ?) ORDER BY path",
        (below, below, below + "/", below + "0"),
    )
    return [Counted(path, count) for path, count in rows]


def titles(db: Connection, prefix: str, most: int) -> list[str]:
    """Paths of notes whose title begins with `prefix`, by title."""
    folded = key(prefix)
    sql = f"SELECT {_PATH} FROM {_FILES} WHERE note = 1 AND files.key >= ? AND files.key < ? ORDER BY files.key LIMIT ?"
    return [path for (path,) in db.rows(sql, (folded, folded + "\U0010ffff", most))]


def alike(db: Connection, text: str, most: int) -> list[str]:
    """Paths of a few notes whose titles look like `text`."""
    wanted = key(title(text))
    rows = titles(db, wanted[:1], _LOOKED_AT)
    for word in sorted(wanted.split(), key=len, reverse=True)[:2]:
        sql = f"SELECT {_PATH} FROM {_FILES} WHERE note = 1 AND instr(files.key, ?) LIMIT ?"
        rows += [path for (path,) in db.rows(sql, (word, _LOOKED_AT))]
    by_title = {key(title(path)): path for path in rows}
    return [by_title[name] for name in difflib.get_close_matches(wanted, by_title, most)]


def sources(db: Connection, path: str) -> list[tuple[str, str]]:
    """Notes that may link to the file at `path`, each with a link's target: by its name, or by one of its aliases."""
    sql = (
        f"SELECT {_PATH}, links.target FROM links JOIN files ON files.id = links.file JOIN folders ON folders.id = folder"
        " WHERE links.key = ? ORDER BY 1"
    )
    aliases = db.rows(
        f"SELECT aliases.key FROM {_FILES} JOIN aliases ON aliases.file = files.id WHERE files.key = ? AND {_PATH} = ?",
        (key(path.rpartition("/")[2]), path),
    )
    names = dict.fromkeys([link_key(path), *(folded for (folded,) in aliases)])
    return [(source, target) for name in names for source, target in db.rows(sql, (name,))]


class Broken(msgspec.Struct, frozen=True):
    """A link that may lead nowhere; `after` is where the list goes on behind it."""

    source: str
    target: str
    after: list[str]


def doubtful_links(db: Connection, after: list[str], most: int) -> list[Broken]:
    """Links to what no file is called, and all with a path in them, by the name they ask for; from behind `after` (or empty) on.
    Raises ValueError and IndexError for another list's."""
    key_, file, target = (after[0], int(after[1]), after[2]) if after else ("", -1, "")
    rows = db.rows(
        f"SELECT {_PATH}, links.target, links.key, links.file FROM links CROSS JOIN files ON files.id = links.file"
        " CROSS JOIN folders ON folders.id = files.folder WHERE (links.key, links.file, links.target) > (?, ?, ?)"
        " AND (instr(links.target, '/') OR NOT EXISTS(SELECT 1 FROM files AS other WHERE other.key = links.key || '.md'))"
        " ORDER BY links.key, links.file, links.target LIMIT ?",
        (key_, file, target, most),
    )
    return [Broken(source, target, [folded, str(number), target]) for source, target, folded, number in rows]


def maybe_orphans(db: Connection, below: str, after: str, most: int) -> list[tuple[str, bool]]:
    """Notes at and below the folder `below`, from behind `after` on, by folder and name, to which no link leads by name; with
    True where only following links can tell: they name a path, an alias, or one of several notes of this name."""
    folder, _, name = after.rpartition("/")
    named = (
        "SELECT 1 FROM links JOIN files AS other ON other.id = links.file"
        " WHERE links.key = substr(files.key, 1, length(files.key) - 3) AND other.id <> files.id AND instr(links.target, '/')"
    )
    rows = db.rows(
        f"SELECT {_PATH}, EXISTS({named} = 0) AS named, EXISTS({named}) AS pathed,"
        " (SELECT count(*) FROM files AS twin WHERE twin.key = files.key) > 1 AS twins,"
        " EXISTS(SELECT 1 FROM aliases JOIN links ON links.key = aliases.key WHERE aliases.file = files.id)"
        f" FROM {_IN_ORDER} AND (NOT named OR twins) ORDER BY folders.path, files.name LIMIT ?",
        (below, below, below + "/", below + "0", folder, folder, name, most),
    )
    return [(path, bool((named and twins) or pathed or aliased)) for path, named, pathed, twins, aliased in rows]


def paths(db: Connection, prefix: str, most: int) -> list[str]:
    """Paths of notes that begin with `prefix`, as it is written."""
    folder, _, name = prefix.rpartition("/")
    end = "\U0010ffff"
    rows = db.rows(
        f"SELECT {_PATH} FROM folders CROSS JOIN files ON files.folder = folders.id WHERE note = 1 AND folders.path = ?"
        " AND files.name >= ? AND files.name < ? ORDER BY files.name LIMIT ?",
        (folder, name, name + end, most),
    )
    rows += db.rows(
        f"SELECT {_PATH} FROM folders CROSS JOIN files ON files.folder = folders.id WHERE note = 1 AND folders.path >= ?"
        " AND folders.path < ? AND folders.path <> ? ORDER BY folders.path, files.name LIMIT ?",
        (prefix, prefix + end, folder, most),
    )
    return [path for (path,) in rows][:most]

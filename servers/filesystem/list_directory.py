"""The tool list_directory: what lies in a folder, block by block as `ls -R` shows it, a page at a time."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from servers.filesystem import describing
from servers.filesystem.describing import Row
from servers.filesystem.globs import Globs
from servers.filesystem.walk import Found, Walk, Way
from servers.runtime import cursor
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Text
from servers.runtime.safe.names import meant, shown
from servers.runtime.safe.opening import Opened, open_folder
from servers.runtime.safe.words import NotFoundError, RefusedError

TOOL = "list_directory"
BREADTH = 100
"""Entries of a folder below the top that are shown when more than one level is."""
Sort = Literal["name", "-name", "mtime", "-mtime", "size", "-size"]


class ListDirectory(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of list_directory."""

    path: Annotated[str, Meta(description="Folder; a file shows its facts")] = "."
    depth: Annotated[int, Meta(ge=1, le=20, description="Levels")] = 1
    glob: Annotated[list[str], Meta(max_length=50, description='e.g. ["*.py", "!test_*"]')] = []
    hidden: Annotated[bool, Meta(description="With dot files")] = True
    ignored: Annotated[bool, Meta(description="With what .gitignore leaves out")] = False
    sort: Annotated[Sort, Meta(description="-: descending")] = "name"
    limit: Annotated[int, Meta(ge=1, le=2000)] = 200
    cursor: Annotated[str, Meta(description="`next` of the page before")] = ""


def list_directory(call: Call, args: ListDirectory) -> Text:
    """List a folder: names (folders end in /), bytes, time of change (UTC). Without a path: the folders that the user granted,
    and what may be done in each. With depth above 1 each folder below is a block of its own. The first line says how many
    entries there are, and `next`, the cursor of the next page."""
    rows = call.folders.open_folders()
    if args.path in (".", "") and len(rows) != 1:
        if not rows:
            raise ToolError("No folder is granted to this server. Ask the user to add one in Doorkeep.")
        return Text(describing.granted(call.folders))
    path = call.folders.resolve(args.path or ".")
    try:
        opened = open_folder(call.folders, path)
    except (NotFoundError, RefusedError):
        raise
    except ToolError:
        return Text(describing.file(call, path))
    with opened:
        call.touch(opened.path)
        return _Listing(call, args, opened).text()


class _Listing:
    """One page in the making. `_after` is where it begins: the folder's path below the top, and the last row shown of it."""

    def __init__(self, call: Call, args: ListDirectory, top: Opened) -> None:
        self._call = call
        self._args = args
        self._top = top
        self._globs = Globs(args.glob)
        self._after: list[str] | None = None
        if args.cursor:
            self._after = [meant(part) for part in cursor.read(args.cursor, list[str], TOOL, args)]
        self._lines: list[str] = []
        self._left = args.limit
        self._chars = call.page_chars
        self._shown = 0
        self._position: list[str] | None = None
        self._counts = (0, 0)

    def text(self) -> Text:
        """The page."""
        args = self._args
        skip = None if self._globs.empty else self._globs.excludes_folder
        walk = Walk(
            self._call,
            self._call.folders,
            self._top,
            Way(hidden=args.hidden, ignored=args.ignored, depth=args.depth - 1, skip=skip),
        )
        left_out = 0
        for found in walk:
            left_out += found.left_out
            if not self._block(found):
                break
        head = [f"path={describing.quoted(self._top.path)}"]
        if args.depth == 1:
            before, total = self._counts
            head.append(f"entries={before + 1 if total else 0}-{before + self._shown}/{total}")
        else:
            head.append(f"entries={self._shown}")
        if self._position is not None:
            head.append(f"next={cursor.make([shown(part) for part in self._position], TOOL, args)}")
        if left_out:
            head.append(f"left-out={left_out}")
        if walk.unreadable:
            head.append(f"unreadable-folders={walk.unreadable}")
        return Text(" ".join(head) + "\n" + "".join(self._lines))

    def _block(self, found: Found) -> bool:
        """Add one folder's rows; False once the page is full."""
        rows = self._rows(found)
        more = 0
        if found.depth and len(rows) > BREADTH:
            more = len(rows) - BREADTH
            rows = rows[:BREADTH]
            kept = {row.name for row in rows}
            found.into = [name for name in found.into if name in kept]
        first = 0
        if self._after is not None:
            place, here = _parts(self._after[0]), _parts(found.prefix)
            if here != place and here == place[: len(here)]:
                found.into = [name for name in found.into if name >= place[len(here)]]
                return True
            if here == place:
                first = _passed(rows, self._after[1:], self._args.sort)
            self._after = None
        if not found.depth:
            self._counts = (first, len(rows))
        title = f"\n{shown(found.prefix)}:\n" if found.depth else ""
        for number in range(first, len(rows)):
            row = rows[number]
            if self._left == 0 or not self._add(title + describing.line(self._call.folders, found, row)):
                return self._stop(found, rows[number - 1] if number else None)
            title = ""
            self._left -= 1
            self._shown += 1
        if more:
            self._add(f"… +{more} more in this folder\n")
        return True

    def _rows(self, found: Found) -> list[Row]:
        """The entries to be shown, in order."""
        wanted = self._globs
        files = found.files
        folders = found.folders
        if not wanted.empty:
            files = [name for name in files if wanted.wants(name, found.prefix + name)]
            folders = [name for name in folders if wanted.wants(name, found.prefix + name)]
        rows = [Row(name, True) for name in folders] + [Row(name, False) for name in files]
        kind = self._args.sort.removeprefix("-")
        if kind != "name":
            for row in rows:
                row.look(found)
        rows.sort(key=describing.ORDERS[kind], reverse=self._args.sort.startswith("-"))
        return rows

    def _add(self, line: str) -> bool:
        if len(line) > self._chars and self._lines:  # a page holds one row at least
            return False
        self._chars -= len(line)
        self._lines.append(line)
        return True

    def _stop(self, found: Found, last: Row | None) -> bool:
        """Remember where the next page begins: behind `last`, or at the block's first row."""
        self._position = [found.prefix]
        if last is not None:
            self._position += [last.name, str(describing.ORDERS[self._args.sort.removeprefix("-")](last)[0])]
        return False


def _parts(prefix: str) -> list[str]:
    return prefix.split("/")[:-1]


def _passed(rows: list[Row], last: list[str], sort: Sort) -> int:
    """How many rows stand at or before the one that the page before ended with, which may be gone by now."""
    if not last:
        return 0
    kind = sort.removeprefix("-")
    order = describing.ORDERS[kind]
    name, value = last
    key = (value, name) if kind == "name" else (int(value), name)
    if sort.startswith("-"):
        return sum(order(row) >= key for row in rows)
    return sum(order(row) <= key for row in rows)

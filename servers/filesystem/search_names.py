"""Finding files and folders by name: one walk through descriptors, in this process."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from servers.filesystem import ripgrep
from servers.filesystem.describing import quoted
from servers.filesystem.globs import Globs, braces, certain, is_glob, translate
from servers.filesystem.walk import Found, Walk, Way
from servers.runtime import cursor
from servers.runtime.call import Call
from servers.runtime.results import Text
from servers.runtime.safe import patterns
from servers.runtime.safe.names import meant, shown
from servers.runtime.safe.opening import open_folder
from servers.runtime.safe.words import RefusedError

if TYPE_CHECKING:
    from servers.filesystem.search_files import SearchFiles

TOOL = "search_files"
Test = Callable[[list[str], str], list[str]]
"""Of the names in a folder (its path below the top, `/` at the end), those that match."""


def search(call: Call, args: SearchFiles, tops: list[str]) -> Text:
    """One page of the paths found below `tops`."""
    found: list[str] = []
    walks: list[Walk] = []
    for top in tops:
        found += _search(call, args, top, walks)
    if args.regex:
        found = _by_regex(call, args, found)
    found.sort()
    return _page(call, args, tops, found, walks)


def _search(call: Call, args: SearchFiles, top: str, walks: list[Walk]) -> list[str]:
    globs = Globs(args.glob)
    test: Test = _everything if args.regex else _test(args)
    skip = None if globs.empty else globs.excludes_folder
    found: list[str] = []
    with open_folder(call.folders, top, what="search") as opened:
        call.touch(opened.path)
        walk = Walk(call, call.folders, opened, Way(hidden=args.hidden, ignored=args.ignored, skip=skip))
        walks.append(walk)
        for folders, here in enumerate(walk, 1):
            hits = _hits(call, here, test, globs)
            if hits and here.still_here():
                start = os.path.join(here.path, "")
                found += [start + hit for hit in hits]
            if folders % 256 == 0:
                call.progress(folders, None, f"{folders:,} folders")
    return found


def _hits(call: Call, here: Found, test: Test, globs: Globs) -> list[str]:
    """Names in one folder; those of folders end in `/`."""
    files = test(here.files, here.prefix)
    folders = test(here.folders, here.prefix)
    if not files and not folders:
        return files
    hits = files + [f"{name}/" for name in folders]
    if not globs.empty:
        hits = [hit for hit in hits if globs.wants(hit.removesuffix("/"), here.prefix + hit.removesuffix("/"))]
    if any(patterns.may_be_sensitive(hit.removesuffix("/")) for hit in hits):
        return [hit for hit in hits if _open(call, os.path.join(here.path, hit.removesuffix("/")))]
    return hits


def _open(call: Call, path: str) -> bool:
    try:
        call.folders.require(path, "read", "search")
    except RefusedError:
        return False
    return True


def _everything(names: list[str], prefix: str) -> list[str]:  # noqa: ARG001 - a Test
    return names


def _test(args: SearchFiles) -> Test:
    """The test that a literal query or a glob stands for."""
    exact = args.case == "yes" or (args.case == "smart" and args.query.lower() != args.query)
    query = meant(args.query)
    if is_glob(query):
        return _glob_test(query, re.NOFLAG if exact else re.IGNORECASE)
    wanted = query.removeprefix("./").strip("/") or query
    fold = str if exact else str.lower
    if "/" in wanted.strip("/"):
        return _path_test(fold(wanted), fold)
    return _part_test(fold(wanted), fold)


def _glob_test(query: str, flags: re.RegexFlag) -> Test:
    queries = [one.removeprefix("./").strip("/") for one in braces(query)]
    if any("/" in one or one == "**" for one in queries):
        match = re.compile("|".join(translate(f"**/{one}") for one in queries), flags).fullmatch
        return lambda names, prefix: [name for name in names if match(prefix + name)]
    match = re.compile("|".join(map(translate, queries)), flags).fullmatch
    fold = str if flags == re.NOFLAG else str.lower
    needle = fold(certain(queries[0])) if len(queries) == 1 else ""

    def test(names: list[str], _prefix: str) -> list[str]:
        # What every match contains is looked for in all names at once, before the slower expression is asked.
        joined = fold("/".join(names))
        if needle not in joined:
            return []
        folded = joined.split("/")
        return [name for name, low in zip(names, folded, strict=True) if needle in low and match(name)] if names else []

    return test


def _path_test(wanted: str, fold: Callable[[str], str]) -> Test:
    return lambda names, prefix: [name for name in names if wanted in fold(prefix + name)]


def _part_test(wanted: str, fold: Callable[[str], str]) -> Test:
    def test(names: list[str], _prefix: str) -> list[str]:
        # One look at all names at once: most folders hold none that match, and no name holds a `/`.
        return [name for name in names if wanted in fold(name)] if wanted in fold("/".join(names)) else []

    return test


def _by_regex(call: Call, args: SearchFiles, paths: list[str]) -> list[str]:
    """The paths whose last name matches. ripgrep's engine takes linear time; Python's would not."""
    names = [os.path.basename(path.removesuffix("/")) for path in paths]
    flags = ripgrep.matching(args.query, regex=True, case=args.case)
    flags.remove("--crlf")
    given = b"".join(os.fsencode(name) + b"\0" for name in names)
    run = ripgrep.Run(call, ["--null-data", "--text", "--line-number", "--no-filename", *flags, "--", "-"], stdin=given)
    numbers = [record.partition(b":")[0] for record in run.whole().split(b"\0")]
    return [paths[int(number) - 1] for number in numbers if number]


def _page(call: Call, args: SearchFiles, tops: list[str], found: list[str], walks: list[Walk]) -> Text:
    base = os.path.join(tops[0], "") if len(tops) == 1 else ""
    total = len(found)
    head = [f"path={quoted(tops[0])}"] if base else []
    if args.output == "count":
        return Text(" ".join([*head, f"matches={total}", *_left_out(walks)]) + "\n")
    first = 0
    if args.cursor:
        after = meant(cursor.read(args.cursor, str, TOOL, args))
        first = sum(path <= after for path in found)
    lines: list[str] = []
    left = call.page_chars
    for path in found[first : first + args.limit]:
        line = shown(path.removeprefix(base) if path.startswith(base) else path) + "\n"
        left -= len(line)
        if left < 0 and lines:
            break
        lines.append(line)
    last = first + len(lines)
    head.append(f"matches={first + 1 if lines else 0}-{last if lines else 0}/{total}")
    if last < total and lines:
        head.append(f"next={cursor.make(shown(found[last - 1]), TOOL, args)}")
    return Text(" ".join([*head, *_left_out(walks)]) + "\n" + "".join(lines))


def _left_out(walks: list[Walk]) -> list[str]:
    deep = sum(walk.too_deep for walk in walks)
    unreadable = sum(walk.unreadable for walk in walks)
    return [f"{what}={count}" for what, count in (("too-deep", deep), ("unreadable-folders", unreadable)) if count]

"""Finding text in files: ripgrep nominates, what is shown was matched again in files opened and judged here.

Numbers are counted from what was verified. Only where very many files are nominated is the total of a page taken from the
nominations, and marked `~`.
"""

from __future__ import annotations

import _thread
import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from servers.filesystem import nominating, ripgrep, verifying
from servers.filesystem.describing import quoted
from servers.filesystem.verifying import Checked, Line
from servers.runtime import cursor
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Text
from servers.runtime.safe.names import meant, shown
from servers.runtime.safe.opening import open_file, open_folder
from servers.runtime.safe.words import NotFoundError, RefusedError

if TYPE_CHECKING:
    from servers.filesystem.search_files import SearchFiles

TOOL = "search_files"
ALL_FILES = 1000
ALL_LINES = 5000
"""Up to so many nominated files and lines everything is verified at once, so that totals are exact."""
_KEPT = 4
_KEPT_SECONDS = 60.0


class _Found(msgspec.Struct):
    """What was nominated: absolute paths with their number of lines, in the order of paths."""

    paths: list[str]
    counts: dict[str, int]
    complete: bool
    at: float = 0.0


_recent: dict[str, _Found] = {}
"""Nominations of the last searches that go on with a cursor; every page verifies its own anew."""
_recent_lock = _thread.allocate_lock()


def search(call: Call, args: SearchFiles, tops: list[str]) -> Text:
    """One page of what is found below `tops`."""
    query = ripgrep.matching(args.query, regex=args.regex, case=args.case)
    after = cursor.read(args.cursor, list[str], TOOL, args) if args.cursor else []
    found = _nominations(call, args, tops, query, again=bool(after))
    base = os.path.join(tops[0], "") if len(tops) == 1 else ""
    show = _matches if args.output == "matches" else _files
    page = show(call, args, found, query, after, base)
    head = [f"path={quoted(tops[0])}"] if base else []
    if not found.complete:
        page.head.append("incomplete=timeout")
    return Text(" ".join([*head, *page.head]) + "\n" + "".join(page.lines))


def _nominations(call: Call, args: SearchFiles, tops: list[str], query: list[str], *, again: bool) -> _Found:
    key = cursor.make("", TOOL, args, str(call.folders.generation))
    now = time.monotonic()
    kept = _recent.get(key)
    if again and kept is not None and now - kept.at < _KEPT_SECONDS:
        return kept
    counts: dict[str, int] = {}
    complete = True
    for top in tops:
        part, whole = _nominated(call, args, top, query)
        counts.update(part)
        complete = complete and whole
    found = _Found(sorted(counts), counts, complete, now)
    with _recent_lock:
        while len(_recent) >= _KEPT:
            del _recent[next(iter(_recent))]
        _recent[key] = found
    return found


def _nominated(call: Call, args: SearchFiles, top: str, query: list[str]) -> tuple[dict[str, int], bool]:
    try:
        opened = open_folder(call.folders, top, what="search")
    except (NotFoundError, RefusedError):
        raise
    except ToolError:
        with open_file(call.folders, top, what="search") as file:
            call.touch(file.path)
            found = verifying.counts(call, [file.path], _same, query, only_files=False)
            return {checked.path: checked.count for checked in found}, True
    with opened:
        call.touch(opened.path)
        part = nominating.nominate(
            call,
            opened,
            query,
            globs=args.glob,
            hidden=args.hidden,
            ignored=args.ignored,
            counting=args.output != "files",
        )
        start = os.path.join(opened.path, "")
        return {start + path.replace("/", os.sep): count for path, count in part.counts.items()}, part.complete


class _Page(msgspec.Struct):
    """Words of the first line, and the lines below it."""

    head: list[str]
    lines: list[str]


def _same(path: str) -> str:
    return path


def _matches(call: Call, args: SearchFiles, found: _Found, query: list[str], after: list[str], base: str) -> _Page:
    lines_told = sum(found.counts.values())
    everything = len(found.paths) <= ALL_FILES and lines_told <= ALL_LINES
    paths, passed = found.paths, (meant(after[0]), int(after[1])) if len(after) == 2 else ("", 0)
    if not everything:
        paths = [path for path in paths if path >= passed[0]]
    out: list[str] = []
    left, chars, hits, files = args.limit, call.page_chars, 0, 0
    last: tuple[str, int] | None = None
    more = False
    most = ALL_LINES if everything else args.limit + passed[1] + 1
    for checked in _checked(call, args, paths, query, most, found):
        files += 1
        hits += checked.count
        if more or checked.path < passed[0]:
            continue
        behind = passed[1] if checked.path == passed[0] else 0
        block, taken, whole = _block(checked, behind, left, chars, args, base)
        if taken:
            out.append(block)
            chars -= len(block)
            left -= taken[1]
            last = (checked.path, taken[0])
        if not whole:
            more = True
            if not everything:
                break
    shown_hits = args.limit - left
    total = str(hits) if everything else f"~{max(lines_told, hits)}" if more else "?"
    head = [f"matches={shown_hits}/{total}" if after or more else f"matches={hits}"]
    head.append(f"files={files}" if everything else f"files=~{len(found.paths)}")
    if more and last is not None:
        head.append(f"next={cursor.make([shown(last[0]), str(last[1])], TOOL, args)}")
    return _Page(head, out)


def _checked(
    call: Call, args: SearchFiles, paths: list[str], query: list[str], most: int, found: _Found
) -> Iterator[Checked]:
    """The verified files, a few at a time where a page needs only a few."""
    if len(found.paths) <= ALL_FILES:
        yield from verifying.lines(call, paths, _same, query, context=args.context, most=most)
        return
    for start in range(0, len(paths), 16):
        part = paths[start : start + 16]
        yield from verifying.lines(call, part, _same, query, context=args.context, most=most)


def _block(
    checked: Checked, behind: int, left: int, chars: int, args: SearchFiles, base: str
) -> tuple[str, tuple[int, int] | None, bool]:
    """One file's lines behind line `behind`: the text, (number of the last hit, hits) or None, and whether that is all."""
    title = f"{shown(checked.path.removeprefix(base) if checked.path.startswith(base) else checked.path)}\n"
    lines = [title]
    size = len(title)
    hits, last, printed = 0, 0, 0
    for line in checked.lines:
        if line.number <= behind:
            continue
        text = _line(line, args.max_line)
        full = size + len(text) > chars and (hits or left < args.limit)  # a page holds one hit at least
        if line.hit and (hits == left or full):
            return "".join(lines) + "\n", (last, hits) if hits else None, False
        if args.context and printed and line.number > printed + 1:
            lines.append("--\n")
        lines.append(text)
        size += len(text)
        printed = line.number
        if line.hit:
            hits, last = hits + 1, line.number
    return "".join(lines) + "\n", (last, hits) if hits else None, True


def _line(line: Line, width: int) -> str:
    text = line.text
    if len(text) > width:
        start = max(min(line.at - width // 4, len(text) - width), 0)
        text = ("…" if start else "") + text[start : start + width] + ("…" if start + width < len(text) else "")
    return f"{line.number}{':' if line.hit else '-'} {text}\n"


def _files(call: Call, args: SearchFiles, found: _Found, query: list[str], after: list[str], base: str) -> _Page:
    counting = args.output == "count"
    everything = counting or len(found.paths) <= ALL_FILES
    paths = found.paths
    if after and not everything:
        paths = [path for path in paths if path > meant(after[0])]
    kept: list[Checked] = []
    total = lines = 0
    for checked in verifying.counts(call, paths, _same, query, only_files=not counting):
        total += 1
        lines += checked.count
        if after and checked.path <= meant(after[0]):
            continue
        if len(kept) <= args.limit:
            kept.append(checked)
        elif not everything:
            break
    out: list[str] = []
    chars = call.page_chars
    for checked in kept[: args.limit]:
        name = shown(checked.path.removeprefix(base) if checked.path.startswith(base) else checked.path)
        line = f"{name}: {checked.count}\n" if counting else f"{name}\n"
        chars -= len(line)
        if chars < 0 and out:
            break
        out.append(line)
    head = [f"matches={lines}"] if counting else []
    head.append(f"files={len(out)}/{total if everything else f'~{len(found.paths)}'}")
    if len(kept) > len(out):
        head.append(f"next={cursor.make([shown(kept[len(out) - 1].path)], TOOL, args)}")
    return _Page(head, out)

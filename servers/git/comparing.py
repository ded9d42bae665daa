"""Files that differ, listed and as patches, page by page: what git_diff and git_show have in common.

One run of git gives the first page, read only as far as it is needed. Every file is judged before its name or text is taken.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import msgspec

from servers.git.entries import Collector, Entry, Listing, read
from servers.git.heading import heading, plain
from servers.git.judging import Judge
from servers.git.listing import Page, counts, listed
from servers.git.parts import Part, counted, parts
from servers.git.repository import Repository
from servers.git.runner import run, stream
from servers.runtime import cursor
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Text
from servers.runtime.safe.names import meant, shown

FIRST_FILES = 200
"""Files that the list of a first page names; `stat` lists them all."""
_AT_ONCE = 64
"""Files whose patches a later page asks git for at once."""
_LISTED_AT_ONCE = 400
"""Files whose lines a later page has counted at once: their paths must fit into a command."""
_LEAST = 400
"""Characters of files and patches that even the smallest page has, so that pages come to an end."""
_LINE = 200
"""Characters kept free for the heading's end."""
_PATCH = (
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-relative",
    "--find-renames",
    "--submodule=short",
    "--ignore-submodules=dirty",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)


class Compared(msgspec.Struct):
    """What is compared. `command` is git's, up to the revisions; `words` begin the heading; `named` are literal pathspecs;
    `cursor` is the page's, empty for the first."""

    command: list[str]
    words: dict[str, str]
    named: list[str]
    stat: bool
    context: int
    max_chars: int
    cursor: str = ""
    working_tree: bool = False
    """Whether a side lies in the working tree: then every run reads all changed files, so there is only one."""
    format: str = ""
    """Of what git says first (a commit and its message), without any NUL; `opening` makes words and text of it."""
    opening: Callable[[bytes], tuple[dict[str, str], str]] | None = None


def compare(call: Call, repository: Repository, compared: Compared, tool: str, args: msgspec.Struct) -> Text:
    """One page. `tool` and `args` are what its cursor is bound to."""
    if compared.cursor:
        return _later(call, repository, compared, tool, args)
    return _first(call, repository, compared, tool, args)


def _options(compared: Compared, *formats: str) -> list[str]:
    """git's command, up to `--`. The number of lines around a change asks for patches by itself, so it goes with them."""
    command, *sides = compared.command
    given = list(formats)
    if compared.opening:
        given.append(f"--format={'' if compared.cursor else compared.format}")
    if "--patch" in formats:
        given.append(f"--unified={compared.context}")
    return [command, "-z", *given, *_PATCH, *sides]


def _first(call: Call, repository: Repository, compared: Compared, tool: str, args: msgspec.Struct) -> Text:
    """Lines are counted in the patches themselves while all of them fit: git would compare everything twice otherwise."""
    formats = ["--raw", "--no-abbrev"]
    formats += ["--numstat"] if compared.stat or compared.working_tree else []
    formats += [] if compared.stat else ["--patch"]
    output = stream(call, repository, [*_options(compared, *formats), "--", *compared.named], ok=(0, 1))
    collector = Collector()
    judge = Judge(call, repository)
    try:
        words, before, rest = _opening(compared, output)
        if not collector.feed(rest):
            for chunk in output:
                if collector.feed(chunk):
                    break
        collector.close()
        compared.words.update(words)
        found, whole = ([], True) if compared.stat else _collected(compared, judge, output, collector)
    finally:
        output.close()
    if not whole and not compared.working_tree:
        counting = run(call, repository, [*_options(compared, "--numstat", "--raw"), "--", *compared.named], ok=(0, 1))
        _take_counts(collector.listing.entries, read(_after_opening(compared, counting.stdout)).entries)
    return _first_page(repository, compared, _Sources(collector.listing, judge, found, before), tool, args)


def _collected(
    compared: Compared, judge: Judge, output: Iterator[bytes], collector: Collector
) -> tuple[list[Part], bool]:
    """The patches to be shown, as many as a page can use, and whether they are all; then every entry has its counts."""
    entries = {entry.path: entry for entry in collector.listing.entries if entry.status != "U"}
    found: list[Part] = []
    size, whole = 0, True
    for part in parts(output, _most(compared.max_chars), collector.rest):
        entry = entries.get(part.path)
        if entry is not None and part.whole:
            lines = counted(part.text)
            entry.counted = True
            entry.added, entry.removed = lines or (-1, -1)
        whole = whole and part.whole
        found += _wanted(iter([part]), judge, compared)
        size = sum(len(one.text) for one in found[-1:]) + size
        if size > compared.max_chars or (found and not found[-1].whole):
            return found, False
    return found, whole


def _take_counts(entries: list[Entry], counts_of: list[Entry]) -> None:
    for entry, other in zip(entries, counts_of, strict=False):
        if entry.path == other.path:
            entry.added, entry.removed, entry.counted = other.added, other.removed, other.counted


def _after_opening(compared: Compared, output: bytes) -> bytes:
    return output.partition(b"\0")[2].removeprefix(b"\n") if compared.opening else output


def _opening(compared: Compared, output: Iterator[bytes]) -> tuple[dict[str, str], str, bytes]:
    """The words and the text of what comes before the listing, and the beginning of the listing."""
    if compared.opening is None:
        return {}, "", b""
    said = bytearray()
    for chunk in output:
        said += chunk
        if b"\0" in chunk:
            break
    first, _, rest = bytes(said).partition(b"\0")
    words, before = compared.opening(first)
    return words, before, rest.removeprefix(b"\n")


class _Sources(msgspec.Struct):
    listing: Listing
    judge: Judge
    found: list[Part]
    before: str


def _first_page(repository: Repository, compared: Compared, sources: _Sources, tool: str, args: msgspec.Struct) -> Text:
    judge = sources.judge
    entries = [entry for entry in sources.listing.entries if judge.allows(entry.old, entry.path)]
    etag = _etag(repository, sources.listing)
    left = max(compared.max_chars - len(sources.before) - _LINE - sum(map(len, compared.words.values())), _LEAST)
    if compared.stat:
        page = listed(entries, left)
    else:
        page = listed(entries[:FIRST_FILES], left // 2)
        more = len(entries) - page.shown
        page.text += [f"… and {more:,} more files (stat=true lists them)\n"] if more else []
        page.next = ""
        page.text += ["\n"] if entries else []
        _fill(page, iter(sources.found), max(left - sum(map(len, page.text)), _LEAST), 0)
    words = {**compared.words, **counts(entries), **_left_out(judge)}
    return _text(words, page, cursor_of=(tool, args, etag), before=sources.before)


def _later(call: Call, repository: Repository, compared: Compared, tool: str, args: msgspec.Struct) -> Text:
    """A page that goes on: the listing says whether it is still the same difference, then only the files of the page are read."""
    listing = read(
        run(call, repository, [*_options(compared, "--raw", "--no-abbrev"), "--", *compared.named], ok=(0, 1)).stdout
    )
    etag = _etag(repository, listing)
    name, skip = _position(cursor.read(compared.cursor, list[str], tool, args, etag))
    judge = Judge(call, repository)
    entries = [entry for entry in listing.entries if judge.allows(entry.old, entry.path)]
    left = max(compared.max_chars - _LINE - sum(map(len, compared.words.values())), _LEAST)
    at = next((index for index, entry in enumerate(entries) if entry.path == name), len(entries))
    if compared.stat:
        return _later_list(call, repository, compared, entries, at, left, (tool, args, etag))
    page = Page()
    while at < len(entries) and not page.next and left > 0:
        part = entries[at : at + _AT_ONCE]
        output = stream(call, repository, [*_options(compared, "--patch"), "--", *_paths(part)], ok=(0, 1))
        try:
            before = sum(map(len, page.text))
            of_page = {entry.path for entry in part}
            found = (one for one in parts(output, _most(left) + skip) if one.path in of_page)
            found = _wanted(found, judge, compared)
            _fill(page, found, left, skip)
            left -= sum(map(len, page.text)) - before
        finally:
            output.close()
        at += _AT_ONCE
        skip = 0
    if not page.next and at < len(entries):
        page.next = entries[at].path
    return _text({**compared.words, **_left_out(judge)}, page, cursor_of=(tool, args, etag))


def _later_list(
    call: Call,
    repository: Repository,
    compared: Compared,
    entries: list[Entry],
    at: int,
    left: int,
    cursor_of: tuple[str, msgspec.Struct, str],
) -> Text:
    part = entries[at : at + _LISTED_AT_ONCE]
    options = _options(compared, "--raw", "--numstat", "--no-abbrev")
    output = run(call, repository, [*options, "--", *_paths(part)], ok=(0, 1))
    counts_of = {(entry.status, entry.path): entry for entry in read(output.stdout).entries}
    page = listed([counts_of.get((entry.status, entry.path), entry) for entry in part], left)
    if not page.next and at + len(part) < len(entries):
        page.next = entries[at + len(part)].path
    return _text(dict(compared.words), page, cursor_of=cursor_of)


def _position(position: list[str]) -> tuple[str, int]:
    if len(position) != 2 or not position[1].isdecimal():
        raise ToolError("The cursor is not one that this server gave. Leave it out to begin with the first page.")
    return meant(position[0]), int(position[1])


def _most(left: int) -> int:
    """Bytes of one file that a page can use: a character may have four."""
    return max(left, 1) * 4


def _paths(entries: list[Entry]) -> list[str]:
    """Both names of each file, as pathspecs."""
    return list(dict.fromkeys(path for entry in entries for path in (entry.old, entry.path)))


def _wanted(found: Iterator[Part], judge: Judge, compared: Compared) -> Iterator[Part]:
    """The patches that may be shown, those of lock files without their text."""
    for part in found:
        if not judge.allows(part.old, part.path):
            continue
        entry = Entry("M", part.path, part.old, "", "")
        if entry.summarised and part.path not in compared.named:
            part.text, part.whole = _summary(part.text), True
        yield part


def _summary(text: bytes) -> bytes:
    """The head of a file's patch, without its hunks."""
    head, hunks, _ = text.partition(b"\n@@ ")
    return (
        head + b"\n(not shown: a lock file or something a build made; name it in `paths` to see it)\n"
        if hunks
        else text
    )


def _fill(page: Page, found: Iterator[Part], left: int, skip: int) -> None:
    """Take patches while they fit. The first may be shown in part, from `skip` on; another that does not fit begins a page."""
    begun = False
    for patch in found:
        text = plain(patch.text)[skip:]
        if len(text) <= left and patch.whole:
            page.text.append(text)
            left -= len(text)
        elif begun and len(text) <= 4 * left + 8000 and page.text:
            page.next = patch.path
            return
        else:
            cut = _at_line(text, left)
            page.text.append(text[:cut])
            page.next, page.skip = patch.path, skip + cut
            return
        begun, skip = True, 0


def _at_line(text: str, most: int) -> int:
    """Where to cut so that no line is torn, unless the line alone is too long."""
    end = text.rfind("\n", 0, max(most, 1))
    return end + 1 if end > 0 else max(most, 1)


def _left_out(judge: Judge) -> dict[str, str]:
    return {"left_out": f"{judge.left_out} (closed folders or secrets)"} if judge.left_out else {}


def _text(
    words: dict[str, str],
    page: Page,
    *,
    cursor_of: tuple[str, msgspec.Struct, str],
    before: str = "",
) -> Text:
    tool, args, etag = cursor_of
    following = cursor.make([shown(page.next), str(page.skip)], tool, args, etag) if page.next else ""
    body = "".join(page.text)
    return Text(f"{heading(**words, next=following)}\n{before}{body}")


def _etag(repository: Repository, listing: Listing) -> str:
    """What names the difference: what git says of it, and of files in the working tree size and time."""
    seen = [listing.raw.decode("latin-1")]
    for entry in listing.entries:
        if entry.unhashed and repository.top:
            try:
                found = os.lstat(os.path.join(repository.top, entry.path))
            except OSError:
                continue
            seen.append(f"{found.st_size} {found.st_mtime_ns};")
    return "".join(seen)

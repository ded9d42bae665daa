"""Files that differ, listed and as patches, page by page: what git_diff and git_show have in common.

One run of git gives the first page, read only as far as it is needed. Every file is judged before its name or text is taken.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Generator, Iterator

import msgspec

from servers.git.entries import Collector, Entry, Listing, read
from servers.git.heading import heading, plain
from servers.git.judging import Judge
from servers.git.listing import Page, counts, listed
from servers.git.parts import Part, parts
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
    formats = ["--raw", "--numstat", "--no-abbrev"] + ([] if compared.stat else ["--patch"])
    output = stream(call, repository, [*_options(compared, *formats), "--", *compared.named], ok=(0, 1))
    collector = Collector()
    try:
        words, before, rest = _opening(compared, output)
        if not collector.feed(rest):
            for chunk in output:
                if collector.feed(chunk):
                    break
        collector.close()
        compared.words.update(words)
        return _first_page(call, repository, compared, _Sources(collector, output, before), tool, args)
    finally:
        output.close()


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
    collector: Collector
    output: Generator[bytes, None, None]
    before: str


def _first_page(
    call: Call, repository: Repository, compared: Compared, sources: _Sources, tool: str, args: msgspec.Struct
) -> Text:
    listing = sources.collector.listing
    judge = Judge(call, repository)
    entries = [entry for entry in listing.entries if judge.allows(entry.old, entry.path)]
    etag = _etag(repository, listing)
    left = max(compared.max_chars - len(sources.before) - _LINE - sum(map(len, compared.words.values())), _LEAST)
    if compared.stat:
        page = listed(entries, left)
    else:
        page = listed(entries[:FIRST_FILES], left // 2)
        more = len(entries) - page.shown
        page.text += [f"… and {more:,} more files (stat=true lists them)\n"] if more else []
        page.next = ""
        page.text += ["\n"] if entries else []
        found = parts(sources.output, _most(left), sources.collector.rest)
        _fill(page, _wanted(found, judge, compared, ""), max(left - sum(map(len, page.text)), _LEAST), 0)
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
        wanted = list(dict.fromkeys(path for entry in part for path in (entry.old, entry.path)))
        output = stream(call, repository, [*_options(compared, "--patch"), "--", *wanted], ok=(0, 1))
        try:
            before = sum(map(len, page.text))
            found = _wanted(parts(output, _most(left) + skip), judge, compared, name)
            _fill(page, found, left, skip)
            left -= sum(map(len, page.text)) - before
        finally:
            output.close()
        at += _AT_ONCE
        name, skip = "", 0
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
    part = entries[at : at + 5000]
    wanted = list(dict.fromkeys(path for entry in part for path in (entry.old, entry.path)))
    output = run(call, repository, [*_options(compared, "--raw", "--numstat", "--no-abbrev"), "--", *wanted], ok=(0, 1))
    counted = {(entry.status, entry.path): entry for entry in read(output.stdout).entries}
    page = listed([counted.get((entry.status, entry.path), entry) for entry in part], left)
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


def _wanted(found: Iterator[Part], judge: Judge, compared: Compared, start: str) -> Iterator[Part]:
    """The patches that may and should be shown, from the file `start` on."""
    waiting = bool(start)
    for patch in found:
        waiting = waiting and patch.path != start
        if waiting or not judge.allows(patch.old, patch.path):
            continue
        entry = Entry("M", patch.path, patch.old, "", "")
        if entry.summarised and patch.path not in compared.named:
            patch.text, patch.whole = _summary(patch.text), True
        yield patch


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
    """A name of the difference: what git says of it, and of files in the working tree size and time."""
    seen = hashlib.blake2b(listing.raw, digest_size=12)
    for entry in listing.entries:
        if entry.unhashed and repository.top:
            try:
                found = os.lstat(os.path.join(repository.top, entry.path))
            except OSError:
                continue
            seen.update(b"%d %d;" % (found.st_size, found.st_mtime_ns))
    return seen.hexdigest()

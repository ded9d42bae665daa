"""The tool search_notes: which notes say something. Every hit was compared with its file, and shows the file's own words."""

from __future__ import annotations

import os
import time
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from servers.notes import snippets, vaults
from servers.notes.index import asking, finding
from servers.notes.index.asking import Asked
from servers.notes.index.contents import MAX_BYTES, decoded
from servers.notes.index.finding import Hit, Sort, Wanted
from servers.notes.index.keeping import Keeper, keeper_of
from servers.notes.index.rechecking import is_current
from servers.notes.index.scanning import seen
from servers.notes.names import key, title
from servers.notes.vaults import Vault
from servers.runtime import cursor
from servers.runtime.budget import Budget
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Text
from servers.runtime.safe.names import meant, shown
from servers.runtime.safe.opening import open_file

TOOL = "search_notes"
ROUNDS = 4
"""How often a page is asked for anew while notes on it change."""
_HEADER = 300


class SearchNotes(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of search_notes."""

    query: Annotated[
        str, Meta(description='Words, "a phrase", prefix*, one OR other, -without, #tag, property:name=value')
    ] = ""
    vault: Annotated[str, Meta(description="Name; else all")] = ""
    where: Annotated[Literal["all", "title", "tag", "path", "body"], Meta(description="Where words are looked for")] = (
        msgspec.field(default="all", name="in")
    )
    tags: Annotated[list[str], Meta(description="All of them", max_length=20)] = []
    folder: Annotated[str, Meta(description="Only below it")] = ""
    modified_after: Annotated[str, Meta(description="2026-11-21 or 2026-11-21T15:00 (UTC)")] = ""
    sort: Sort = "rank"
    limit: Annotated[int, Meta(ge=1, le=200)] = 20
    cursor: Annotated[str, Meta(description="`next` of the page before")] = ""


class _Found(msgspec.Struct):
    """A hit with its file's text."""

    vault: Vault
    hit: Hit
    text: str


def search_notes(call: Call, args: SearchNotes) -> Text:
    """Find notes by what they say: all parts of the query must fit, case and accents do not count. Also tag:, title:, path:,
    body: before a word; property:name, property:name>value. Each hit: path, time of change (UTC), and lines with their numbers.
    The first line says how many fit, `next` for the next page, and whatever the answer leaves out."""
    asked = asking.ask(args.query, args.where, args.tags)
    if asking.is_empty(asked) and not (args.folder or args.modified_after or args.sort != "rank"):
        raise ToolError(
            "Say what to find: words, tags, a property, a folder or a time. list_notes lists without asking."
        )
    wanted = Wanted(_folder(args.folder), _after(args.modified_after), args.sort, args.query.strip())
    start = cursor.read(args.cursor, list[int], TOOL, args)[0] if args.cursor else 0
    search = _Search(call, vaults.choose(call, args.vault), asked, wanted)
    found = search.page(start, args.limit)
    return _shown(call, args, search, found, start)


class _Search:
    """One question to one or several vaults."""

    def __init__(self, call: Call, among: list[Vault], asked: Asked, wanted: Wanted) -> None:
        self.call = call
        self.asked = asked
        self.wanted = wanted
        self.keepers = [(vault, keeper_of(call, vault.path)) for vault in among]
        self.total = 0
        self.bounded = False
        self.changing = 0
        """Hits that kept changing while they were looked at, and are left out."""
        for _, keeper in self.keepers:
            keeper.refresh(call)
            keeper.wait(call)

    @property
    def making(self) -> list[Keeper]:
        """Indexes that are still being made."""
        return [keeper for _, keeper in self.keepers if not keeper.ready]

    def page(self, start: int, limit: int) -> list[_Found]:
        """The hits from `start` on, each compared with its file."""
        for last in (*([False] * (ROUNDS - 1)), True):
            hits = self._hits(start, limit)
            found: list[_Found] = []
            stale: list[tuple[Keeper, Hit]] = []
            for vault, keeper, hit in hits:
                text, current = self._read(vault, hit)
                if current or (last and text is not None and self._fits(hit, text)):
                    found.append(_Found(vault, hit, text or ""))
                else:
                    stale.append((keeper, hit))
            if not stale or last:
                self.changing = len(stale)
                return found
            for _, keeper in self.keepers:
                paths = [hit.path for of, hit in stale if of is keeper]
                if paths:
                    keeper.renew(self.call, paths)
                    keeper.refresh(self.call)
        raise AssertionError("the last round returns")

    def _hits(self, start: int, limit: int) -> list[tuple[Vault, Keeper, Hit]]:
        count = start + limit
        found: list[tuple[Vault, Keeper, Hit]] = []
        self.total, self.bounded = 0, False
        for vault, keeper in self.keepers:
            page = keeper.ask(self.call, lambda db: finding.find(db, self.asked, self.wanted, count))
            self.total += page.total
            self.bounded = self.bounded or page.bounded
            found += [(vault, keeper, hit) for hit in page.hits]
        if len(self.keepers) > 1:
            found.sort(key=lambda one: finding.order(one[2], self.wanted.sort))
        return found[start:count]

    def _read(self, vault: Vault, hit: Hit) -> tuple[str | None, bool]:
        """The file's text, and whether it is the very state that the index speaks of; None where it cannot be read."""
        self.call.check()
        try:
            with open_file(self.call.folders, vault.absolute(hit.path)) as opened:
                content = os.read(opened.fd, min(opened.stat.st_size, MAX_BYTES))
                now = seen(os.fstat(opened.fd))
        except (ToolError, OSError):
            return None, False
        text = decoded(content)
        if hit.state == now:
            return text, True
        # Written at this moment: the clock cannot tell two states apart, so that the words themselves must be there.
        return text, is_current(hit.state, now) and snippets.holds_all(self.asked.groups, (text, hit.path))

    def _fits(self, hit: Hit, text: str) -> bool:
        """Whether a note that changes all the time fits as it was just read; only words can be told so."""
        asked = self.asked
        if asked.tags or asked.without or asked.without_tags or asked.properties:
            return False
        return snippets.holds_all(asked.groups, (text, hit.path))


def _folder(text: str) -> str:
    return "/".join(part for part in meant(text).split("/") if part not in ("", "."))


def _after(text: str) -> int:
    if not text:
        return 0
    import calendar

    plain = text.strip().removesuffix("Z")
    for form in ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"):
        try:
            return calendar.timegm(time.strptime(plain, form)) * 1_000_000_000
        except ValueError:
            continue
    raise ToolError("modified_after is not a time: write 2026-11-21 or 2026-11-21T15:00.")


def _shown(call: Call, args: SearchNotes, search: _Search, found: list[_Found], start: int) -> Text:
    budget = Budget(call.page_chars)
    budget.reserve(_HEADER)
    several = len(search.keepers) > 1
    for one in found:
        if not budget.add(_block(one, search.asked, several)) and len(budget):
            break
        call.touch(one.vault.absolute(one.hit.path))
    count = len(budget)
    end = start + count + (search.changing if count == len(found) else 0)
    more = "+" if search.bounded else ""
    head = [f"notes={start + 1 if count else 0}-{start + count}/{search.total}{more}"]
    if end < search.total and count:
        head.append(f"next={cursor.make([end], TOOL, args)}")
    return Text(" ".join([*head, *_notes(search)]) + "\n" + budget.close())


def _notes(search: _Search) -> list[str]:
    """What the answer leaves out, in words."""
    said: list[str] = []
    if search.bounded:
        said.append(f"(more fit than that; looked at were the {finding.CANDIDATES:,} newest: ask more precisely)")
    if search.asked.broad and search.wanted.sort == "rank":
        said.append("(a prefix this short is not ranked: the newest come first)")
    if search.asked.starts:
        said.append("(a prefix of one letter was looked for at the beginning of titles only)")
    if search.changing:
        said.append(f"({search.changing} left out that are being written at this moment)")
    for keeper in search.making:
        said.append(f"(the notes are being read for the first time: {keeper.done:,} of {keeper.total - 1:,} so far)")
    return said


def _block(one: _Found, asked: Asked, several: bool) -> str:
    hit = one.hit
    when = time.strftime("%Y-%m-%d %H:%M", time.gmtime(abs(hit.state.mtime) / 1e9))
    place = f"{one.vault.name}: {hit.path}" if several else hit.path
    block = f"{shown(place)}  {when}\n"
    terms = [term for term in asked.terms if term.column in ("", "body")]
    lines = snippets.lines(one.text, terms)
    if not lines and key(title(hit.path)):
        return block
    return block + "".join(f"  {number}: {shown(line)}\n" for number, line in lines)

"""What a note is made of, as byte spans of its file: frontmatter, headings with their sections, blocks, tags and links.

`parse` takes linear time whatever the bytes are, never fails, and changes nothing. Spans are half-open, `start:end`, and count
bytes of the file, its mark (BOM) included, so that whoever edits can leave every other byte as it is.
"""

from __future__ import annotations

import codecs
from typing import Literal

import msgspec

from servers.notes.parsing.frontmatter import QUOTED_LINK, Frontmatter, frontmatter_of
from servers.notes.parsing.parts import Block, Heading, Link, Tag
from servers.notes.parsing.scanning import Scan
from servers.notes.parsing.targets import wiki_link

Encoding = Literal["utf-8", "utf-8-bom", "utf-16", "other"]
MOST = 100_000
"""Headings, links, tags and blocks that are taken of one note; what comes behind them is text (`Note.cut`)."""


class Note(msgspec.Struct):
    """`body` is where the text begins, behind mark and frontmatter. `hidden` are stretches in which nothing counts: fences,
    code, comments, math, raw HTML. `encoding` other: the bytes are no UTF-8, which only matters where they are shown.
    Notes in UTF-16 have no parts at all. `cut`: there was more than MOST of something."""

    size: int
    encoding: Encoding
    eol: Literal["\n", "\r\n"]
    body: int
    frontmatter: Frontmatter | None
    headings: list[Heading]
    links: list[Link]
    tags: list[Tag]
    blocks: list[Block]
    hidden: list[tuple[int, int]]
    cut: bool = False

    @property
    def lead_end(self) -> int:
        """Where the text before the first heading ends."""
        return self.headings[0].start if self.headings else self.size

    @property
    def properties(self) -> dict[str, object]:
        """The properties' values by name (frontmatter.py says of which kinds); empty without frontmatter."""
        if self.frontmatter is None:
            return {}
        return {one.name: one.value for one in self.frontmatter.properties}

    @property
    def aliases(self) -> list[str]:
        """Other names that links may call the note by."""
        return self.frontmatter.aliases if self.frontmatter is not None else []

    @property
    def all_tags(self) -> list[str]:
        """Tags of the properties and of the text, without `#`, each once whatever its case, in order."""
        named = self.frontmatter.tags if self.frontmatter is not None else []
        seen: dict[str, str] = {}
        for name in (*named, *(tag.name for tag in self.tags)):
            seen.setdefault(name.casefold(), name)
        return list(seen.values())


def encoding_of(content: bytes) -> Encoding:
    """How the bytes are to be shown; the whole content is looked at."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "other"
    return "utf-8-bom" if content.startswith(codecs.BOM_UTF8) else "utf-8"


def parse(content: bytes, most: int = MOST) -> Note:
    """The parts of a note. At most `most` of each kind; raises nothing."""
    return _parse(content, most, headings_only=False)


def outline(content: bytes, most: int = MOST) -> Note:
    """As `parse`, but of the text only headings are sure to be there: much quicker for a long note."""
    return _parse(content, most, headings_only=True)


def _parse(content: bytes, most: int, *, headings_only: bool) -> Note:
    encoding = encoding_of(content)
    size = len(content)
    if encoding == "utf-16":
        return Note(size, encoding, "\n", size, None, [], [], [], [], [])
    feed = content.find(b"\n")
    eol = "\r\n" if feed > 0 and content[feed - 1] == 0x0D else "\n"
    start = len(codecs.BOM_UTF8) if encoding == "utf-8-bom" or content.startswith(codecs.BOM_UTF8) else 0
    found = frontmatter_of(content, start)
    links: list[Link] = []
    body = start
    if found is not None:
        body = found.end
        _links_of(content, found, links)
    scan = Scan(content, body, most)
    scan.run(headings_only=headings_only)
    links += scan.links
    headings = scan.headings
    _sections(headings, size)
    return Note(size, encoding, eol, body, found, headings, links, scan.tags, scan.blocks, scan.hidden, scan.cut)


def _links_of(content: bytes, found: Frontmatter, links: list[Link]) -> None:
    """Links that are a property's whole value, as Obsidian knows them: quoted, since `[[x]]` alone is a list in YAML."""
    if content.find(b"[[", found.inner, found.inner_end) < 0:
        return

    for match in QUOTED_LINK.finditer(content, found.inner, found.inner_end):
        link = wiki_link(content, match.start(2), match.end(2), "property")
        if link is not None:
            links.append(link)


def _sections(headings: list[Heading], size: int) -> None:
    """Fill in where each heading's text and section end."""
    open_ones: list[Heading] = []
    for heading in headings:
        at = heading.start
        if open_ones:
            open_ones[-1].own_end = at
        while open_ones and open_ones[-1].level >= heading.level:
            open_ones.pop().end = at
        open_ones.append(heading)
    if headings:
        headings[-1].own_end = size
    for heading in open_ones:
        heading.end = size

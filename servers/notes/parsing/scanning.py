"""One pass over a note's text that finds what counts in it: headings, links, tags, block ids, and the stretches where nothing does.

Only places that begin with a character that could mean something are looked at, and no stretch is searched twice in vain, so
that time is linear whatever the bytes are. What is hidden (code, comments, math, raw HTML) is found first come, first served.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

from servers.notes.parsing.parts import Block, Heading, Link, Tag
from servers.notes.parsing.targets import markdown_link, text_of, wiki_link

_LINE = (
    rb"(?:(?P<head> {0,3}\#{1,6})(?=[ \t\r\n]|\Z)"
    rb"|(?P<under> {0,3}(?:=+|-+))[ \t]*(?=\r?\n|\Z)"
    rb"|(?P<before>[ \t>]*(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)?)(?P<fence>```+(?=[^`\n]*(?:\n|\Z))|~~~+)"
    rb"|(?P<code>[ \t\r]*\n(?:[ ]{4}|[ ]{0,3}\t))(?=[ \t]*[^\s]))"
)

# Every alternative begins with a plain character: then the engine skips to the next of them without trying anything between.
_NEXT = re.compile(
    rb"\n" + _LINE + rb"|\\[^\n]"
    rb"|``*"
    rb"|\[(?:\[(?P<wiki>[^\[\]\r\n]*)\]\]|[ xX]\](?=[ \t])"
    rb"|(?P<text>[^\[\]\n`\\<$%!]*)\]\((?P<target>[^\s()<>\\]*)\))?"
    rb"|\][(:]?"
    rb"|\#(?<!\S\#)[\w/\x80-\xff-]+"
    rb"|<(?:!--|[A-Za-z/][^<>\n]*>)"
    rb"|%%"
    rb"|\$\$?"
    rb"|\^[A-Za-z0-9-]+[ \t]*(?=\r?\n|\Z)"
)
_FIRST = re.compile(_LINE)
_NEXT_LINE = re.compile(rb"\n" + _LINE)
_HIDING = (b"%%", b"$$", b"<!--", b"\n<", b"\n <", b"\n  <", b"\n   <")
"""What can hide whole lines beside fences; where a text has none of them, its lines alone tell the headings."""
_FIRST_CODE = re.compile(rb"(?:[ ]{4}|[ ]{0,3}\t)[ \t]*[^\s]")
# Where a paragraph ends, for marks that must close within it.
_PARAGRAPH = re.compile(rb"\n(?=[ \t\r]*\n|[ ]{0,3}(?:\#{1,6}[ \t]|```|~~~|>|[-*+][ \t]|[0-9]{1,9}[.)][ \t]))")
_BLOCK = re.compile(rb"\n(?:[ \t\r]*\n(?=[^\s])|(?=[ ]{0,3}(?:[-*+]|[0-9]{1,9}[.)])[ \t]))")
_ITEM = re.compile(rb"[ ]{0,3}(?:[-*+]|[0-9]{1,9}[.)])[ \t]")
_STEPPED = re.compile(rb"\n(?![ \t\r]*\n|[ ]{4}|[ ]{0,3}\t)(?=[^\n])")
_UNQUOTED = re.compile(rb"\n(?![ ]{0,3}>)")
_RUNS = re.compile(rb"``*")
_MATH = re.compile(rb"\$(?![\s$])(?:[^$\\\n]|\\[^\n])*(?<!\s)\$(?![0-9])")
_NO_PARAGRAPH = re.compile(
    rb"[ ]{0,3}(?:\#{1,6}[ \t]|>|\||[-*+][ \t]|[0-9]{1,9}[.)][ \t]|```|~~~|%%|</?[A-Za-z!]|\[[^\]\n]*\]:"
    rb"|(?:\*[ \t]*){3,}\r?\n|(?:_[ \t]*){3,}\r?\n)|[ ]{4}|[ ]{0,3}\t|\s*\Z"
)
_TARGET = re.compile(
    rb"[ \t]*(?:\r?\n[ \t]*)?(?:<(?P<angled>[^<>\n]*)>|(?P<plain>(?:[^\s()<>\\]|\\[^\s])(?:[^\s()\\]|\\[^\s]|\([^\s()]*\))*)?)"
    rb"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?"
)
_TAG_END = re.compile("[\u2000-\u206f\u2e00-\u2e7f\ud800-\udfff\\s]")
_DEEPEST = 1000
"""Brackets within brackets that are kept in mind."""
_RAW = frozenset((b"pre", b"script", b"style", b"textarea"))
# What such a tag begins is HTML up to the next empty line (CommonMark 0.31 §4.6, condition 6).
_BLOCKS = frozenset(
    b"address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt fieldset"
    b" figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link main menu"
    b" menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead title tr track"
    b" ul".split()
)
_TAG_NAME = re.compile(rb"/?([A-Za-z][A-Za-z0-9]*)")
_BLANK = re.compile(rb"\n(?=[ \t\r]*(?:\n|\Z))")


class Scan:
    """`run` once; then `headings`, `links`, `tags`, `blocks`, `hidden` are filled, each in the order of the text."""

    def __init__(self, content: bytes, start: int, most: int) -> None:
        self.content = content
        self.start = start
        self.end = len(content)
        self.most = most
        self.cut = False
        self.headings: list[Heading] = []
        self.links: list[Link] = []
        self.tags: list[Tag] = []
        self.blocks: list[Block] = []
        self.hidden: list[tuple[int, int]] = []
        self._brackets: list[int] = []
        self._paragraph_from = self._paragraph_end = -1
        self._no_heading_to = -1
        self._floor = start
        self._runs: dict[int, int] = {}
        self._runs_end = -1
        self._missing: dict[bytes, int] = {}
        self._listed_to = start
        self._in_list = bool(_ITEM.match(content, start))

    def run(self, *, headings_only: bool = False) -> None:
        """Look at the whole text. `headings_only`: leave out what does not bear on headings, where that is quicker."""
        hiding = self.content.startswith(b"<", self.start) or any(mark in self.content for mark in _HIDING)
        quick = headings_only and not hiding
        content, search, acts = self.content, _NEXT_LINE.search if quick else _NEXT.search, self._ACTS
        at = self.start
        first = _FIRST.match(content, at)
        if _FIRST_CODE.match(content, at):
            at = self._code(at)
        elif first is not None:
            at = self._line(first, at)
        match = search(content, at)
        while match is not None:
            act = acts[content[match.start()]]
            match = search(content, act(self, match))
        self.cut = self.most <= max(len(self.headings), len(self.links), len(self.tags), len(self.blocks))

    # Each of these looks at one match and gives the place to go on from.

    def _at_line(self, match: re.Match[bytes]) -> int:
        return self._line(match, match.start() + 1)

    def _line(self, match: re.Match[bytes], line: int) -> int:
        what = match.lastgroup
        if what == "head":
            return self._heading(match.end(), line, len(match["head"].lstrip()))
        if what == "fence":
            return self._fence(match, line)
        if what == "under":
            return self._underlined(match, line)
        return self._indented(match.end())

    def _heading(self, after: int, line: int, level: int) -> int:
        stop = self._line_end(after)
        text = text_of(self.content, after, stop).strip()
        if text.endswith("#"):
            bare = text.rstrip("#")
            if not bare or bare[-1] in " \t":
                text = bare.rstrip()
        self._add_heading(Heading(level, text, line, min(stop + 1, self.end)))
        return after

    def _add_heading(self, heading: Heading) -> None:
        if len(self.headings) < self.most:
            self.headings.append(heading)

    def _underlined(self, match: re.Match[bytes], line: int) -> int:
        """A line of `=` or `-` makes the paragraph above it a heading; without one it is a rule, or nothing."""
        content = self.content
        level = 1 if b"=" in match["under"] else 2
        top = line
        lowest = self.headings[-1].body if self.headings else self.start
        lowest = max(lowest, self._floor)
        while top > lowest:
            above = content.rfind(b"\n", lowest, top - 1) + 1 or lowest
            if not content[above:top].strip():
                break
            if top == self._no_heading_to or _NO_PARAGRAPH.match(content, above, top):
                self._no_heading_to = line
                return match.end()
            top = above
        text = " ".join(text_of(content, top, line).split())
        if text:
            self._add_heading(Heading(level, text, top, min(self._line_end(match.end()) + 1, self.end)))
        return match.end()

    def _fence(self, match: re.Match[bytes], line: int) -> int:
        before, mark = match["before"], match["fence"]
        if self._is_code(before) and not self._listed(line):
            return match.end()
        quoted = b">" in before
        left = _UNQUOTED.search(self.content, match.end()) if quoted else None
        end = left.start() if left else self.end
        closing = re.compile(rb"\n[ \t%s]*%s{%d,}[ \t]*(?=\r?\n|\Z)" % (b">" if quoted else b"", mark[:1], len(mark)))
        found = closing.search(self.content, match.end(), end + 1)
        end = found.end() if found else end
        self._hide_lines(line, end)
        return end

    def _is_code(self, before: bytes) -> bool:
        indent = before.expandtabs(4)
        return indent.startswith(b"    ")

    def _indented(self, inside: int) -> int:
        """Lines behind an empty one, four columns in, are code, unless they belong to a list."""
        line = self.content.rfind(b"\n", 0, inside) + 1
        return inside if self._listed(line) else self._code(line)

    def _code(self, line: int) -> int:
        found = _STEPPED.search(self.content, line)
        end = found.start() if found else self.end
        self._hide_lines(line, end)
        return end

    def _hide_lines(self, start: int, end: int) -> None:
        """Hide whole lines: no paragraph reaches over them."""
        self.hidden.append((start, end))
        self._floor = min(self._line_end(end) + 1, self.end)

    def _listed(self, at: int) -> bool:
        """Whether the last thing that began at the margin before `at` is a list."""
        for match in _BLOCK.finditer(self.content, self._listed_to, at):
            self._in_list = bool(_ITEM.match(self.content, match.end()))
        self._listed_to = max(self._listed_to, at - 1)
        return self._in_list

    def _escape(self, match: re.Match[bytes]) -> int:
        return match.end()

    def _backticks(self, match: re.Match[bytes]) -> int:
        start, after = match.span()
        length = after - start
        if start >= self._runs_end:
            self._runs_end = self._paragraph(start)
            runs = _RUNS.finditer(self.content, start, self._runs_end)
            self._runs = {run.end() - run.start(): run.start() for run in runs}
        if self._runs.get(length, -1) < after:
            return after
        found = re.compile(rb"(?<!`)`{%d}(?!`)" % length).search(self.content, after)
        if found is None:
            return after
        self.hidden.append((start, found.end()))
        return found.end()

    def _opening(self, match: re.Match[bytes]) -> int:
        start, end = match.span()
        what = match.lastgroup
        if what == "wiki":
            self._add_link(wiki_link(self.content, start, end, "wiki"))
        elif what == "target":
            start -= start > self.start and self.content[start - 1] == 0x21
            self._add_link(
                markdown_link(self.content, "markdown", (start, end), match.span("target"), match.span("text"))
            )
        elif end - start == 1:
            if len(self._brackets) == _DEEPEST:
                self._brackets.clear()
            self._brackets.append(start)
        return end

    def _add_link(self, link: Link | None) -> None:
        if link is not None and len(self.links) < self.most:
            self.links.append(link)

    def _closing(self, match: re.Match[bytes]) -> int:
        at, after = match.span()
        if not self._brackets:
            return at + 1
        opened = self._brackets.pop()
        if after - at == 1:
            return after
        if self._paragraph(opened) < at:
            self._brackets.clear()
            return at + 1
        if self.content[at + 1] == 0x3A:
            return self._definition(opened, at)
        found = _TARGET.match(self.content, after)
        if found is None:
            return at + 1
        end = found.end()
        while end < self.end and self.content[end] in b" \t\r\n":
            end += 1
        if self.content[end : end + 1] != b")" or end > self._paragraph(after):
            return at + 1
        embed = opened > self.start and self.content[opened - 1] == 0x21
        span = (opened - embed, end + 1)
        self._add_link(markdown_link(self.content, "markdown", span, _target_span(found), (opened + 1, at)))
        return end + 1

    def _definition(self, opened: int, at: int) -> int:
        line = self.content.rfind(b"\n", max(opened - 4, self.start), opened) + 1 or max(opened - 4, self.start)
        at_start = not self.content[line:opened].strip(b" ") and (line == self.start or self.content[line - 1] == 0x0A)
        if not at_start or self.content[opened + 1] == 0x5E or at == opened + 1:
            return at + 1
        found = _TARGET.match(self.content, at + 2)
        if found is None:
            return at + 1
        self._add_link(
            markdown_link(self.content, "definition", (opened, found.end()), _target_span(found), (opened + 1, at))
        )
        return found.end()

    def _tag(self, match: re.Match[bytes]) -> int:
        start, end = match.span()
        name = self.content[start + 1 : end].decode("utf-8", "surrogateescape")
        if not name.isascii():
            cut = _TAG_END.search(name)
            name = name[: cut.start()] if cut else name
            end = start + 1 + len(name.encode("utf-8", "surrogateescape"))
        if name and not name.isdecimal() and len(self.tags) < self.most:
            self.tags.append(Tag(name, start, end))
        return end

    def _html(self, match: re.Match[bytes]) -> int:
        start, end = match.span()
        if self.content.startswith(b"<!--", start):
            return self._until(b"-->", start, start + 4, open_ended=self._begins_line(start))
        name = _TAG_NAME.match(self.content, start + 1, start + 16)
        word = name[1].lower() if name is not None else b""
        if word in _RAW and self.content[start + 1] != 0x2F and self._begins_line(start):
            return self._until(b"</" + word, start, end, open_ended=True)
        if word in _BLOCKS and self._begins_line(start):
            blank = _BLANK.search(self.content, start)
            end = blank.start() if blank else self.end
            self._hide_lines(start, end)
        return end

    def _comment(self, match: re.Match[bytes]) -> int:
        return self._until(b"%%", match.start(), match.end(), open_ended=self._begins_line(match.start()))

    def _math(self, match: re.Match[bytes]) -> int:
        start, end = match.span()
        if end - start == 2:
            block = self._begins_line(start)
            found = self.content.find(b"$$", end, self.end if block else self._paragraph(end))
            if found < 0:
                return end
            if block:
                self._hide_lines(start, found + 2)
            else:
                self.hidden.append((start, found + 2))
            return found + 2
        found = _MATH.match(self.content, start)
        if found is None:
            return end
        self.hidden.append(found.span())
        return found.end()

    def _until(self, mark: bytes, start: int, after: int, *, open_ended: bool) -> int:
        """Hide from `start` to the next `mark`; where there is none, all that follows if `open_ended`, else nothing."""
        found = -1 if mark in self._missing else self.content.find(mark, after)
        if found < 0:
            self._missing[mark] = 1
            if not open_ended:
                return after
        end = found + len(mark) if found >= 0 else self.end
        if self._begins_line(start):
            self._hide_lines(start, end)
        else:
            self.hidden.append((start, end))
        return end

    def _block(self, match: re.Match[bytes]) -> int:
        start, end = match.span()
        if start > self.start and self.content[start - 1] not in b" \t\n":
            return end
        mark = self.content[start:end].rstrip()
        if len(self.blocks) < self.most:
            self.blocks.append(Block(mark[1:].decode("ascii"), start, start + len(mark)))
        return end

    def _begins_line(self, at: int) -> bool:
        line = self.content.rfind(b"\n", max(at - 4, self.start), at) + 1 or max(at - 4, self.start)
        alone = line == self.start or self.content[line - 1] == 0x0A
        return alone and not self.content[line:at].strip(b" ")

    def _line_end(self, at: int) -> int:
        found = self.content.find(b"\n", at)
        return found if found >= 0 else self.end

    def _paragraph(self, at: int) -> int:
        """Where the paragraph around `at` ends."""
        if self._paragraph_from <= at <= self._paragraph_end:
            return self._paragraph_end
        found = _PARAGRAPH.search(self.content, at)
        end = found.start() if found else self.end
        if at > self._paragraph_end:
            self._paragraph_from, self._paragraph_end = at, end
        return end

    _ACTS: ClassVar[dict[int, Callable[[Scan, re.Match[bytes]], int]]] = {
        ord("\n"): _at_line,
        ord("\\"): _escape,
        ord("`"): _backticks,
        ord("["): _opening,
        ord("]"): _closing,
        ord("#"): _tag,
        ord("<"): _html,
        ord("%"): _comment,
        ord("$"): _math,
        ord("^"): _block,
    }


def _target_span(found: re.Match[bytes]) -> tuple[int, int]:
    group = "angled" if found["angled"] is not None else "plain"
    start, end = found.span(group)
    return (start, end) if start >= 0 else (found.end(), found.end())

"""The tool read_note: a note, or one part of it, page by page. What leaves was read from the file that was judged."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from servers.notes import catalog, pages
from servers.notes.note_links import outgoing
from servers.notes.opened import OpenNote, line_of, open_note, quoted
from servers.notes.parsing.sections import block_span, find_block, find_headings, heading_path
from servers.notes.vaults import find_note
from servers.runtime import cursor
from servers.runtime.budget import Budget
from servers.runtime.call import MAX_CHARS, Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Text
from servers.runtime.safe.names import shown

TOOL = "read_note"
_MAX_NAMED = 10
Part = Literal["text", "outline", "properties", "links"]


class ReadNote(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of read_note."""

    note: Annotated[str, Meta(description="Path, title, alias or [[wikilink]]; with #Heading or #^block: only that")]
    vault: Annotated[str, Meta(description="Name, if several have it")] = ""
    part: Part = "text"
    start: Annotated[int, Meta(description="First line of the text", ge=1)] = 1
    max_chars: Annotated[int, Meta(ge=1, le=4_000_000)] = MAX_CHARS
    cursor: Annotated[str, Meta(description="`next` of the page before")] = ""


class _Paged(msgspec.Struct, frozen=True):
    """What a cursor is bound to, beside the note's etag."""

    path: str
    part: str


def read_note(call: Call, args: ReadNote) -> Text:
    """Read a note: its text (whole, a section by Note#Heading, a block by Note#^id), its outline, its properties or its links.
    The first line says path, etag, time of change, which lines of how many, and `next`, the cursor of the next page; below it
    stands the text as it is. Pass the etag as if_match when you change the note."""
    place = find_note(call, args.note, args.vault)
    note = open_note(call, place)
    paged = _Paged(place.absolute, f"{args.part}{place.part}")
    position = cursor.read(args.cursor, list[int], TOOL, paged, note.etag)[0] if args.cursor else -1
    most = min(args.max_chars, call.max_chars)
    if args.part == "outline":
        return _listed(note, paged, position, most, _outline(note), "headings")
    if args.part == "links":
        return _listed(note, paged, position, most, outgoing(catalog.names(call, place.vault.path), note), "links")
    if args.part == "properties":
        return _properties(note)
    return _text(note, paged, position, most, args.start)


def _head(note: OpenNote) -> str:
    place = note.place
    head = f"note={quoted(place.path)} vault={quoted(place.vault.name)} etag={note.etag} modified={note.modified}"
    return head if note.text == "utf-8" else f"{head} encoding={note.text}"


def _text(note: OpenNote, paged: _Paged, position: int, most: int, line: int) -> Text:
    start, end, named = _span(note)
    if position >= 0:
        start = position
    elif line > 1:
        start = _line_start(note, start, end, line)
    page = pages.page(note.content, start, end, most)
    first = line_of(note.content, page.start)
    height = page.text.count("\n") + (not page.text.endswith("\n") and bool(page.text))
    total = note.content.count(b"\n") + (not note.content.endswith(b"\n") and bool(note.content))
    facts = [_head(note), f"lines={first if height else 0}-{first + height - 1 if height else 0}/{total}"]
    if named:
        facts.append(f"section={quoted(named)}")
    if page.end < end:
        facts.append(f"next={cursor.make([page.end], TOOL, paged, note.etag)}")
    if page.cut:
        facts.append("mid-line=end")
    if b"\r\n" in note.content[:65536]:
        facts.append("eol=crlf")
    return Text(" ".join(facts) + "\n" + page.text)


def _span(note: OpenNote) -> tuple[int, int, str]:
    """The bytes that the note's part means, and the section's name. Raises ToolError that names the candidates."""
    part = note.place.part
    if not part or part == "#":
        return 0, len(note.content), ""
    if part.startswith("#^"):
        block = find_block(note.parts, part[2:])
        if block is None:
            ids = ", ".join(f"^{one.id}" for one in note.parts.blocks[:_MAX_NAMED]) or "none"
            raise ToolError(f"{shown(note.place.path)} has no block {part[1:]}. Blocks: {ids}.")
        return *block_span(note.content, note.parts, block), part[1:]
    found = find_headings(note.parts, part[1:])
    if len(found) == 1:
        heading = note.parts.headings[found[0]]
        return heading.start, heading.end, heading_path(note.parts, found[0])
    among = found or range(len(note.parts.headings))
    listed = [
        f"{heading_path(note.parts, one)} (line {line_of(note.content, note.parts.headings[one].start)})"
        for one in list(among)[:_MAX_NAMED]
    ]
    more = f" and {len(among) - _MAX_NAMED} more" if len(among) > _MAX_NAMED else ""
    what = f"{len(found)} sections are called" if found else "There is no section"
    raise ToolError(f"{what} {part[1:]} in {shown(note.place.path)}. Sections: {'; '.join(listed) or 'none'}{more}.")


def _line_start(note: OpenNote, start: int, end: int, line: int) -> int:
    at = 0
    for _ in range(line - 1):
        at = note.content.find(b"\n", at, end) + 1
        if not at:
            last = line_of(note.content, max(len(note.content) - 1, 0))
            raise ToolError(f"{shown(note.place.path)} has fewer than {line:,} lines. The last one is line {last:,}.")
    return max(at, start)


def _outline(note: OpenNote) -> list[str]:
    lines: list[str] = []
    at, line = 0, 1
    for heading in note.parts.headings:
        line += note.content.count(b"\n", at, heading.start)
        at = heading.start
        lines.append(f"{'  ' * (heading.level - 1)}{'#' * heading.level} {heading.text}  (line {line})")
    lines += [f"^{block.id}  (line {line_of(note.content, block.start)})" for block in note.parts.blocks[:_MAX_NAMED]]
    return lines


def _listed(note: OpenNote, paged: _Paged, position: int, most: int, lines: list[str], what: str) -> Text:
    first = max(position, 0)
    budget = Budget(most)
    for line in lines[first:]:
        if not budget.add(line + "\n") and len(budget):
            break
    last = first + len(budget)
    head = f"{_head(note)} {what}={first + 1 if len(budget) else 0}-{last if len(budget) else 0}/{len(lines)}"
    if len(budget) and last < len(lines):
        head += f" next={cursor.make([last], TOOL, paged, note.etag)}"
    return Text(f"{head}\n{budget.close()}")


def _properties(note: OpenNote) -> Text:
    """The frontmatter as it is written, and what is wrong with it."""
    found = note.parts.frontmatter
    tags = " ".join(f"#{tag}" for tag in note.parts.all_tags)
    head = f"{_head(note)} properties={len(found.properties) if found is not None else 0}"
    said = [f"tags, the text's included: {tags}"] if tags else []
    if found is None:
        return Text("\n".join([head, *said, ""]))
    said = [*found.problems, *said]
    inner = pages.page(note.content, found.inner, found.inner_end, max(found.inner_end - found.inner, 1)).text
    return Text("\n".join([head, *(f"({one})" for one in said), inner]))

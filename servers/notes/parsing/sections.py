"""Finding a section or a block by what people call it, and saying where it is: heading paths, line numbers, spans.

Nothing is guessed: several sections may bear one name, and then all of them are given.
"""

from __future__ import annotations

import re

from servers.notes.parsing.note import Note
from servers.notes.parsing.parts import Block, Heading
from servers.notes.parsing.targets import text_of

ARROW = " > "
_LOOSE = re.compile(r"[\s#|^:%\[\]\\]+")
_ITEM = re.compile(rb"([ \t]*)(?:[-*+]|[0-9]{1,9}[.)])[ \t]")


def heading_path(note: Note, number: int) -> str:
    """The heading's text with those it stands under before it: `Project > Plan > Risks`."""
    above = parents(note)
    path = [number]
    while above[path[-1]] >= 0:
        path.append(above[path[-1]])
    return ARROW.join(note.headings[one].text for one in reversed(path))


def parents(note: Note) -> list[int]:
    """For each heading the number of the one it stands right under, or -1."""
    out: list[int] = []
    chain: list[int] = []
    for number, heading in enumerate(note.headings):
        while chain and note.headings[chain[-1]].level >= heading.level:
            chain.pop()
        out.append(chain[-1] if chain else -1)
        chain.append(number)
    return out


def find_headings(note: Note, wanted: str) -> list[int]:
    """The numbers of the headings that `wanted` means: a heading's text, or a path to it with `#` or ` > ` between its parts.

    Exact texts count before those that only differ in case, spaces and the characters that links cannot hold.
    """
    wanted = wanted.strip()
    bare = wanted.lstrip("#").strip()
    exact = [number for number, heading in enumerate(note.headings) if heading.text in (wanted, bare)]
    if exact:
        return exact
    loose = _loose(bare)
    found = [number for number, heading in enumerate(note.headings) if _loose(heading.text) == loose]
    if found:
        return found
    above = parents(note)
    for separator in (ARROW, "#"):
        parts = [_loose(part) for part in bare.split(separator)]
        if len(parts) > 1 and all(parts):
            last = [number for number, heading in enumerate(note.headings) if _loose(heading.text) == parts[-1]]
            found = [number for number in last if _stands_under(note, above, number, parts[:-1])]
            if found:
                return found
    return []


def _loose(text: str) -> str:
    return _LOOSE.sub(" ", text).strip().casefold()


def _stands_under(note: Note, above: list[int], number: int, parts: list[str]) -> bool:
    """Whether the headings over `number` hold `parts` in this order, others between them or not."""
    left = parts[:]
    while left and above[number] >= 0:
        number = above[number]
        if _loose(note.headings[number].text) == left[-1]:
            left.pop()
    return not left


def find_block(note: Note, wanted: str) -> Block | None:
    """The block whose id is `wanted`, `^` or not; the last one where several bear it, in any case of letters."""
    name = wanted.strip().lstrip("#").lstrip("^").lower()
    return next((block for block in reversed(note.blocks) if block.id.lower() == name), None)


def line_at(content: bytes, at: int) -> int:
    """The number of the line that holds the byte `at`, from 1."""
    return content.count(b"\n", 0, at) + 1


def block_span(content: bytes, note: Note, block: Block) -> tuple[int, int]:
    """The lines of what a block's id names, its mark included: a paragraph, a list item with what is under it, or, where the
    id stands on a line of its own, what stands before it."""
    line = content.rfind(b"\n", note.body, block.start) + 1 or note.body
    end = content.find(b"\n", block.end)
    end = end + 1 if end >= 0 else len(content)
    if not content[line : block.start].strip():
        return _paragraph_start(content, note, _before_blank(content, note, line)), end
    item = _ITEM.match(content, line)
    if item is not None:
        return line, _item_end(content, end, len(item[1].expandtabs(4)))
    start = _paragraph_start(content, note, line)
    return start, max(end, _paragraph_end(content, end, note))


def _before_blank(content: bytes, note: Note, line: int) -> int:
    """The start of the last line with anything in it before `line`."""
    at = line
    while at > note.body:
        above = content.rfind(b"\n", note.body, at - 1) + 1 or note.body
        if content[above:at].strip():
            return above
        at = above
    return line


def _paragraph_start(content: bytes, note: Note, line: int) -> int:
    """Where the unbroken lines around `line` begin; a heading or a hidden stretch's own lines bound them."""
    floor = note.body
    for heading in note.headings:
        if heading.start > line:
            break
        floor = heading.body if heading.body <= line else heading.start
    for start, end in note.hidden:
        if start <= line < end and content.startswith((b"```", b"~~~"), start):
            return max(start, floor)
    at = line
    while at > floor:
        above = content.rfind(b"\n", floor, at - 1) + 1 or floor
        if not content[above:at].strip():
            break
        at = above
        if _ITEM.match(content, above):
            break
    return at


def _paragraph_end(content: bytes, end: int, note: Note) -> int:
    ceiling = next((heading.start for heading in note.headings if heading.start >= end), len(content))
    at = end
    while at < ceiling:
        feed = content.find(b"\n", at, ceiling)
        below = feed + 1 if feed >= 0 else ceiling
        if not content[at:below].strip() or _ITEM.match(content, at):
            break
        at = below
    return at


def _item_end(content: bytes, end: int, indent: int) -> int:
    """Where what is indented deeper than a list item's mark ends."""
    at = kept = end
    while at < len(content):
        feed = content.find(b"\n", at)
        below = feed + 1 if feed >= 0 else len(content)
        text = content[at:below]
        if text.strip():
            spaces = text.expandtabs(4)
            if len(spaces) - len(spaces.lstrip(b" ")) <= indent:
                break
            kept = below
        at = below
    return kept


def place_of(content: bytes, note: Note, number: int) -> str:
    """A heading for an error's words: its path and line."""
    heading: Heading = note.headings[number]
    return f"`{heading_path(note, number)}` (line {line_at(content, heading.start)})"


def section_text(content: bytes, heading: Heading) -> str:
    """A section's text, heading included; what is no UTF-8 becomes U+FFFD."""
    return text_of(content, heading.start, heading.end)

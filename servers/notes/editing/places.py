"""What an operation's `target` means in a note: a section or a block, and only ever one of them."""

from __future__ import annotations

import difflib
import re

import msgspec

from servers.notes.parsing.note import Note, outline, parse
from servers.notes.parsing.sections import block_span, find_block, find_headings, heading_path, line_at, place_of
from servers.runtime.errors import ToolError

_LINE = re.compile(r"line:? ?([0-9]{1,9})\Z", re.IGNORECASE)
_SHOWN = 20


class Place(msgspec.Struct):
    """`start:end` is the whole section or block; `body:own_end` the text right under a heading, up to the next heading of any
    level. A block (`level` 0) is all body."""

    start: int
    body: int
    own_end: int
    end: int
    level: int
    text_start: int
    id: str = ""


def find(content: bytes, target: str, path: str) -> Place:
    """The one place that `target` means: a heading's text, a path of headings (`A > B`), `line 12` of a heading, or `^block`.

    Raises ToolError that names the candidates where there are several, and what there is where there is none.
    """
    if target.lstrip("#").startswith("^"):
        return _block(content, target, path)
    note = outline(content)
    if note.cut:
        raise ToolError(
            f"{path} has more headings than can be looked at. Use replace_text instead. Nothing was changed."
        )
    line = _LINE.match(target.strip())
    found = find_headings(note, target)
    if not found and line is not None:
        found = [number for number, one in enumerate(note.headings) if line_at(content, one.start) == int(line[1])]
    if len(found) != 1:
        raise ToolError(_several(content, note, found, target, path) if found else _none(note, target, path))
    one = note.headings[found[0]]
    return Place(one.start, one.body, one.own_end, one.end, one.level, note.body)


def _block(content: bytes, target: str, path: str) -> Place:
    note = parse(content)
    block = find_block(note, target)
    if block is None:
        ids = ", ".join(f"^{one.id}" for one in note.blocks[:_SHOWN])
        has = f"It has: {ids}." if ids else "It has none."
        raise ToolError(f"There is no block {target} in {path}. {has} Nothing was changed.")
    twice = [one for one in note.blocks if one.id.lower() == block.id.lower()]
    if len(twice) > 1:
        lines = ", ".join(str(line_at(content, one.start)) for one in twice[:_SHOWN])
        raise ToolError(f"^{block.id} stands {len(twice)} times in {path}: at lines {lines}. Nothing was changed.")
    start, end = block_span(content, note, block)
    return Place(start, start, end, end, 0, note.body, block.id)


def _several(content: bytes, note: Note, found: list[int], target: str, path: str) -> str:
    listed = "; ".join(place_of(content, note, number) for number in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    paths = {heading_path(note, number) for number in found[:_SHOWN]}
    how = "its whole path" if len(paths) == min(len(found), _SHOWN) else "its line, as target `line 12`"
    return f"{len(found)} sections of {path} fit {target!r}: {listed}{more}. Nothing was changed. Name one by {how}."


def _none(note: Note, target: str, path: str) -> str:
    texts = list(dict.fromkeys(one.text for one in note.headings))
    near = difflib.get_close_matches(target, texts[:2000], 5)
    listed = ", ".join(f"`{text[:100]}`" for text in (near or texts[:_SHOWN]))
    has = f"{'Like it' if near else 'It has'}: {listed}." if listed else "It has no headings."
    return f"There is no section {target!r} in {path}. {has} Nothing was changed."

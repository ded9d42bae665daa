"""The tool note_links: what links to a note, with the lines; what it links to; and the notes around it, up to three steps away."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from servers.notes import catalog, links
from servers.notes.names import NameTable
from servers.notes.opened import OpenNote, line_of, open_note, quoted
from servers.notes.parsing.parts import Link
from servers.notes.vaults import NotePath, find_note
from servers.runtime import cursor
from servers.runtime.budget import Budget
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Text
from servers.runtime.safe.names import shown

TOOL = "note_links"
NOTES_AT_MOST = 300
_WIDTH = 200
_HEADER = 400


class NoteLinks(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of note_links."""

    note: Annotated[str, Meta(description="Path, title, alias or [[wikilink]]; an attachment's path too")]
    vault: Annotated[str, Meta(description="Name, if several have it")] = ""
    direction: Literal["in", "out", "both"] = "both"
    depth: Annotated[int, Meta(ge=1, le=3, description="Steps; from 2 on only who links to whom")] = 1
    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    cursor: Annotated[str, Meta(description="`next` of the page before")] = ""


def note_links(call: Call, args: NoteLinks) -> Text:
    """Show a note's links: backlinks with the line each stands in (in), and what it links to and where that leads (out). With
    depth 2 or 3: the notes around it as a list of `A -> B`. The first line counts them; `next` is the next page's cursor."""
    place = find_note(call, args.note, args.vault)
    lines, bounded = _graph(call, place, args) if args.depth > 1 else (_direct(call, place, args), False)
    first = cursor.read(args.cursor, list[int], TOOL, args)[0] if args.cursor else 0
    budget = Budget(call.page_chars)
    budget.reserve(_HEADER)
    for line in lines[first : first + args.limit]:
        if not budget.add(line + "\n") and len(budget):
            break
    last = first + len(budget)
    head = [
        f"note={quoted(place.path)}",
        f"links={first + 1 if len(budget) else 0}-{last if len(budget) else 0}/{len(lines)}",
    ]
    if last < len(lines) and len(budget):
        head.append(f"next={cursor.make([last], TOOL, args)}")
    if bounded:
        head.append(f"(looked at {NOTES_AT_MOST} notes and no more: lower depth)")
    return Text(" ".join(head) + "\n" + budget.close())


def outgoing(names: NameTable, note: OpenNote) -> list[str]:
    """A line for each link of a note: where it stands, how it is written, and where it leads."""
    lines: list[str] = []
    at, line = 0, 1
    for link in sorted(note.parts.links, key=lambda one: one.start):
        line += note.content.count(b"\n", at, link.start)
        at = link.start
        lines.append(f"{line}: {_written(note, link)} -> {_led(names, note.place.path, link)}")
    return lines


def _direct(call: Call, place: NotePath, args: NoteLinks) -> list[str]:
    lines: list[str] = []
    names = catalog.names(call, place.vault.path)
    if args.direction in ("in", "both"):
        sources = catalog.linking_to(call, place.vault.path, place.path, table=names)
        for source in dict.fromkeys(source for source, _ in sources):
            lines += _contexts(call, place, source, names)
    if args.direction in ("out", "both") and place.path.lower().endswith(".md"):
        lines += [f"out {line}" for line in outgoing(names, open_note(call, place))]
    return lines


def _contexts(call: Call, place: NotePath, source: str, names: NameTable) -> list[str]:
    """The lines of a note in which a link to `place` stands, as the file is now; none where it links there no more."""
    call.check()
    try:
        note = open_note(call, NotePath(place.vault, source))
    except ToolError:
        return []
    found: dict[int, str] = {}
    for link in note.parts.links:
        if links.resolve(names, source, _target(link)).path == place.path:
            found.setdefault(line_of(note.content, link.start), _line(note.content, link.start))
    return [f"in {shown(source)}:{number}: {text}" for number, text in found.items()]


def _graph(call: Call, place: NotePath, args: NoteLinks) -> tuple[list[str], bool]:
    """Who links to whom within `depth` steps, nearest first, and whether NOTES_AT_MOST was too few to see it all."""
    names = catalog.names(call, place.vault.path)
    edges: dict[tuple[str, str], None] = {}
    seen = {place.path}
    ring = [place.path]
    left = NOTES_AT_MOST
    for _ in range(args.depth):
        following: list[str] = []
        for path in ring:
            if left <= 0:
                break
            left -= 1
            for edge in _edges(call, NotePath(place.vault, path), names, args.direction):
                edges[edge] = None
                following += [one for one in edge if one not in seen]
                seen.update(edge)
        ring = following
    return [f"{shown(source)} -> {shown(target)}" for source, target in edges], left <= 0


def _edges(call: Call, place: NotePath, names: NameTable, direction: str) -> list[tuple[str, str]]:
    call.check()
    found: list[tuple[str, str]] = []
    if direction in ("out", "both") and place.path.lower().endswith(".md"):
        try:
            note = open_note(call, place)
        except ToolError:
            return []
        led = [links.resolve(names, place.path, _target(link)).path for link in note.parts.links]
        found += [(place.path, path) for path in led if path and path != place.path]
    if direction in ("in", "both"):
        sources = catalog.linking_to(call, place.vault.path, place.path, table=names)
        found += [(source, place.path) for source, _ in sources if source != place.path]
    return found


def _target(link: Link) -> str:
    return f"{link.target}#{link.part}" if link.part else link.target


def _written(note: OpenNote, link: Link) -> str:
    text = note.content[link.start : link.end].decode("utf-8", "replace")
    return shown(text if len(text) <= _WIDTH else text[:_WIDTH] + "…")


def _led(names: NameTable, source: str, link: Link) -> str:
    found = links.resolve(names, source, _target(link))
    if found.missing:
        return "nothing has this name"
    part = f"#{link.part}" if link.part else ""
    others = [shown(path) for path in found.candidates[1:4]]
    said = " (by an alias, which Obsidian does not follow)" if found.by_alias else ""
    return f"{shown(found.path)}{part}{said}{f' (also fitting: {chr(44).join(others)})' if others else ''}"


def _line(content: bytes, at: int) -> str:
    start = content.rfind(b"\n", 0, at) + 1
    end = content.find(b"\n", at)
    end = len(content) if end < 0 else end
    start = max(start, at - _WIDTH // 2)
    text = content[start : min(end, start + _WIDTH * 4)].decode("utf-8", "replace").strip()
    return shown(text if len(text) <= _WIDTH else text[:_WIDTH] + "…")

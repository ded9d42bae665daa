"""The operations of edit_note, each made on the outcome of those before it, in bytes: what none of them names stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from servers.notes.editing import joining, places, properties, tags
from servers.notes.editing.properties import Splices
from servers.notes.parsing.frontmatter import frontmatter_of
from servers.runtime.changing import nearest
from servers.runtime.changing.pieces import Pieces, Splice
from servers.runtime.errors import ToolError

MAX_OPS = 50
_SHOWN = 20
_MARK = b"\xef\xbb\xbf"
_HEADING = re.compile(r"[ ]{0,3}(#{1,6})[ \t]+\S")


# One operation. (No docstring: the input schema would carry it to the model.)
class Op(msgspec.Struct, forbid_unknown_fields=True):
    op: Literal[
        "append",
        "prepend",
        "replace_section",
        "insert_before",
        "insert_after",
        "replace_text",
        "set_property",
        "remove_property",
        "add_tags",
        "remove_tags",
    ]
    target: Annotated[str, Meta(description="Heading, `A > B`, ^block, or property")] = ""
    new: str = ""
    old: Annotated[str, Meta(description="Exact text, in replace_text")] = ""
    count: Annotated[int, Meta(ge=0, description="Of old; 0: all")] = 1
    value: Any = None
    tags: list[str] = []


class _Work(msgspec.Struct):
    """The note as the operations before this one left it."""

    content: bytes
    op: Op
    eol: bytes
    path: str

    @property
    def text_start(self) -> int:
        """Where the text begins, behind mark and frontmatter."""
        mark = len(_MARK) if self.content.startswith(_MARK) else 0
        found = frontmatter_of(self.content, mark)
        return found.end if found is not None else mark


def apply(content: bytes, ops: list[Op], path: str) -> Pieces[bytes]:
    """The note after all operations. Raises ToolError, and then none counts; it says which one cannot be made."""
    pieces = Pieces(content)
    eol = _line_end(content)
    for number, op in enumerate(ops, 1):
        try:
            splices = _ACTS[op.op](_Work(pieces.text, op, eol, path))
        except UnicodeEncodeError:
            raise ToolError("The text has half of a character in it (a lone surrogate). Nothing was changed.") from None
        except ToolError as error:
            where = f"Operation {number} of {len(ops)} ({op.op}): " if len(ops) > 1 else ""
            raise ToolError(where + error.text) from None
        for splice in sorted(splices, key=lambda one: one.start, reverse=True):
            pieces.replace(splice.start, splice.end, splice.new)
    return pieces


def _line_end(content: bytes) -> bytes:
    feed = content.find(b"\n")
    return b"\r\n" if feed > 0 and content[feed - 1] == 0x0D else b"\n"


def _insert(work: _Work, at: int, floor: int) -> Splices:
    _needs(work, "new")
    return [Splice(at, at, joining.joined(work.content, at, work.op.new, work.eol, floor))]


def _needs(work: _Work, *names: str) -> None:
    for name in names:
        if not getattr(work.op, name):
            raise ToolError(f"{work.op.op} needs `{name}`. Nothing was changed.")


def _append(work: _Work) -> Splices:
    """At the end of the note, or of the text right under a heading."""
    content = work.content
    if not work.op.target:
        return _insert(work, len(content), work.text_start)
    place = places.find(content, work.op.target, work.path)
    return _insert(work, joining.last_line_end(content, place.body, place.own_end), place.text_start)


def _prepend(work: _Work) -> Splices:
    """At the beginning of the note's text, or right under a heading."""
    if not work.op.target:
        start = work.text_start
        return _insert(work, start, start)
    place = places.find(work.content, work.op.target, work.path)
    return _insert(work, place.body, place.text_start)


def _insert_before(work: _Work) -> Splices:
    _needs(work, "target")
    place = places.find(work.content, work.op.target, work.path)
    return _insert(work, place.start, place.text_start)


def _insert_after(work: _Work) -> Splices:
    """Behind a section with all that is under it, or behind a block."""
    _needs(work, "target")
    place = places.find(work.content, work.op.target, work.path)
    return _insert(work, joining.last_line_end(work.content, place.body, place.end), place.text_start)


def _replace_section(work: _Work) -> Splices:
    """All that is under a heading; the heading too where the new text brings one of its level. Or a block, which keeps its id."""
    _needs(work, "target")
    content, new = work.content, work.op.new
    place = places.find(content, work.op.target, work.path)
    if not place.level:
        return _replace_block(work, place)
    heading = _HEADING.match(new.lstrip("\r\n"))
    if heading is not None and len(heading[1]) == place.level:
        start, new = place.start, new.lstrip("\r\n")
    else:
        start = place.body
        if new.strip() and not new.startswith(("\n", "\r")):
            start = min(joining.first_line_start(content, start, place.end), place.end)
    end = joining.last_line_end(content, min(start, place.end), place.end)
    if end <= start:  # nothing but empty lines is under it
        start = end = place.body
    rest = content[:start] + content[end:]
    text = joining.joined(rest, start, new, work.eol, place.text_start) if new.strip() else b""
    return [Splice(start, end, _unended(content, end, text))]


def _unended(content: bytes, end: int, text: bytes) -> bytes:
    """Without a last line end where the note had none."""
    if end == len(content) and content and not content.endswith(b"\n"):
        return text.removesuffix(b"\n").removesuffix(b"\r")
    return text


def _replace_block(work: _Work, place: places.Place) -> Splices:
    new = joining.with_line_ends(work.op.new, work.eol)
    if not new.strip():
        raise ToolError("replace_section of a block needs `new`. Nothing was changed.")
    bare = new.rstrip()
    if not bare.endswith(f"^{place.id}".encode()):
        bare += f" ^{place.id}".encode()
    end = joining.last_line_end(work.content, place.start, place.end)
    return [Splice(place.start, end, _unended(work.content, end, bare + work.eol))]


def _replace_text(work: _Work) -> Splices:
    """Exact text, wherever line ends fit; within a section if one is named."""
    _needs(work, "old")
    op, content = work.op, work.content
    start, end = 0, len(content)
    if op.target:
        place = places.find(content, op.target, work.path)
        start, end = place.start, place.end
    old, new = op.old.encode(), op.new.encode()
    found = _found(content, old, start, end)
    if not found:
        raise ToolError(nearest.explain(_shown(content[start:end]), op.old.replace("\r\n", "\n"), work.path))
    if op.count and len(found) != op.count:
        lines = ", ".join(str(content.count(b"\n", 0, at) + 1) for at, _ in found[:_SHOWN])
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise ToolError(
            f"`old` occurs {len(found)} times in {work.path}, not {op.count}: at lines {lines}{more}. Nothing was changed. "
            "Give more of the text around the place that is meant, its section as target, or count=0 for all of them."
        )
    plain = new.replace(b"\r\n", b"\n")
    return [Splice(at, to, plain.replace(b"\n", _eol_at(work, at, to))) for at, to in found]


def _found(content: bytes, old: bytes, start: int, end: int) -> list[tuple[int, int]]:
    if b"\n" not in old:
        out: list[tuple[int, int]] = []
        at = content.find(old, start, end)
        while at >= 0:
            out.append((at, at + len(old)))
            at = content.find(old, at + len(old), end)
        return out
    lines = old.replace(b"\r\n", b"\n").split(b"\n")
    pattern = re.compile(rb"\r?\n".join(map(re.escape, lines)))
    return [match.span() for match in pattern.finditer(content, start, end)]


def _eol_at(work: _Work, start: int, end: int) -> bytes:
    feed = work.content.find(b"\n", start, end)
    if feed < 0:
        return work.eol
    return b"\r\n" if work.content[feed - 1 : feed] == b"\r" else b"\n"


def _shown(content: bytes) -> str:
    return content.decode("utf-8", "replace").replace("\r\n", "\n")


def _set_property(work: _Work) -> Splices:
    return properties.set_property(
        work.content, work.op.target.strip(), properties.plain(work.op.value), work.eol, work.path
    )


def _remove_property(work: _Work) -> Splices:
    _needs(work, "target")
    return properties.remove_property(work.content, work.op.target.strip(), work.path)


def _add_tags(work: _Work) -> Splices:
    _needs(work, "tags")
    return tags.add(work.content, work.op.tags, work.eol, work.path)


def _remove_tags(work: _Work) -> Splices:
    _needs(work, "tags")
    return tags.remove(work.content, work.op.tags, work.eol, work.path)


_ACTS: dict[str, Callable[[_Work], Splices]] = {
    "append": _append,
    "prepend": _prepend,
    "replace_section": _replace_section,
    "insert_before": _insert_before,
    "insert_after": _insert_after,
    "replace_text": _replace_text,
    "set_property": _set_property,
    "remove_property": _remove_property,
    "add_tags": _add_tags,
    "remove_tags": _remove_tags,
}

"""Putting one member into an object's text, changing it, taking it out: every other byte stays where it was.

Nothing here parses and writes back. The new text is the old one with at most two insertions or deletions, in the
document's own indent, line ends and spacing.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from app.clients.jsonc import Dialect, Member, Value, after_comments, after_comments_of_line, ends_in_line_comment, scan

Edit = tuple[int, int, str]
"""Start and end of what goes, and what comes instead."""


class SpliceError(ValueError):
    """The document has another shape than a splice needs; the message says which, without quoting the file."""


class Style(msgspec.Struct, frozen=True):
    """How a document is written. `unit`: one level of indent; `eol`: line end; `colon` and `comma`: with the space after them."""

    unit: str = "  "
    eol: str = "\n"
    colon: str = ": "
    comma: str = ", "


class Trace(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `put` added beside the member, so that `take` gives back the very bytes that were there before.

    `tail`: white space written after the member, where its object had been empty; `made_parent`: the object itself was
    written by us, and `parent_tail` is its own tail.
    """

    tail: str = ""
    made_parent: bool = False
    parent_tail: str = ""


def members(text: str, section: str, dialect: Dialect) -> dict[str, Any]:
    """Key → parsed value of each member of the root's object `section`; empty where it is absent.

    Raises JsoncError (not of the dialect) and SpliceError (another shape). Of a key that stands twice the last value counts,
    as it does for clients.
    """
    root = open_root(text, dialect)
    holder = _section(root, section)
    if holder is None:
        return {}
    return {each.key: _parsed(text, each.value, dialect) for each in holder.value.members or ()}


def twice(text: str, section: str, dialect: Dialect) -> set[str]:
    """Keys that stand more than once in `section`. Raises JsoncError and SpliceError."""
    holder = _section(open_root(text, dialect), section)
    keys = [each.key for each in holder.value.members or ()] if holder is not None else []
    seen: set[str] = set()
    return {key for key in keys if key in seen or seen.add(key)}


def put(text: str, section: str, key: str, value: Any, dialect: Dialect) -> tuple[str, Trace]:
    """`text` with the member `key` of the root's object `section` set to `value`; the object is made where it is absent.

    Raises JsoncError and SpliceError; a key that stands twice on the way is refused.
    """
    root = open_root(text, dialect)
    style = style_of(text, root)
    holder = _section(root, section)
    if holder is None:
        flat = _is_flat(text, root)
        indent = "" if flat else _indent_inside(text, root, root.start, style)
        body = _member_text(key, value, style, indent + style.unit, flat)
        wrapped = "{" + body + "}" if flat else f"{{{style.eol}{indent}{style.unit}{body}{style.eol}{indent}}}"
        edits, tail = _insertion(text, root, _key_text(section, style) + wrapped, style, indent, flat)
        made = Trace(tail="" if flat else style.eol + indent, made_parent=True, parent_tail=tail)
        return _apply(text, edits), made
    found = _only(holder.value, key)
    if found is not None:
        indent = _indent_of_member(text, holder.value) if not _is_flat(text, holder.value) else ""
        body = _value_text(value, style, indent, _is_flat(text, holder.value))
        return _apply(text, [(found.value.start, found.value.end, body)]), Trace()
    flat = _is_flat(text, holder.value)
    if flat and not holder.value.members:
        flat = _is_flat(text, root)  # an empty object says nothing; its surroundings do
    indent = "" if flat else _indent_inside(text, holder.value, holder.start, style)
    edits, tail = _insertion(text, holder.value, _member_text(key, value, style, indent, flat), style, indent, flat)
    return _apply(text, edits), Trace(tail=tail)


def span(text: str, section: str, key: str, dialect: Dialect) -> tuple[int, int]:
    """Where the value of the member `key` of `section` stands. Raises JsoncError and SpliceError."""
    holder = _section(open_root(text, dialect), section)
    found = None if holder is None else _only(holder.value, key)
    if found is None:
        raise SpliceError(f'the key "{key}" is not there')
    return found.value.start, found.value.end


def spans(text: str, section: str, dialect: Dialect) -> dict[str, tuple[int, int]]:
    """Where the value of each member of `section` stands; of a key that stands twice, the last. Raises JsoncError and SpliceError."""
    holder = _section(open_root(text, dialect), section)
    found = holder.value.members if holder is not None else None
    return {each.key: (each.value.start, each.value.end) for each in found or ()}


def block(text: str, section: str, value: dict[str, Any], dialect: Dialect) -> str:
    """The text of a member's value as `put` would write it into `section`, which is there. Raises JsoncError and SpliceError."""
    root = open_root(text, dialect)
    holder = _section(root, section)
    flat = holder is None or _is_flat(text, holder.value)
    indent = "" if holder is None or flat else _indent_of_member(text, holder.value)
    return _value_text(value, style_of(text, root), indent, flat)


def take(text: str, section: str, key: str, dialect: Dialect, trace: Trace | None = None) -> str:
    """`text` without the member `key` of `section`; unchanged where it is absent. `put`, then `take` with its trace, is no change.

    Raises JsoncError and SpliceError.
    """
    trace = trace or Trace()
    root = open_root(text, dialect)
    holder = _section(root, section)
    found = None if holder is None else _only(holder.value, key)
    if holder is None or found is None:
        return text
    if trace.made_parent and len(holder.value.members or ()) == 1 and _nothing_else(text, holder.value, found):
        return _apply(text, _removal(text, root, holder, trace.parent_tail))
    return _apply(text, _removal(text, holder.value, found, trace.tail))


def open_root(text: str, dialect: Dialect) -> Value:
    """The root object with its members and theirs. Raises JsoncError and SpliceError."""
    root = scan(text, dialect, depth=2)
    if root.members is None:
        raise SpliceError("the document is not an object")
    return root


def style_of(text: str, root: Value) -> Style:
    """What the document itself shows; usual JSON where it shows nothing."""
    found = re.search(r"\r\n|\n|\r", text)
    eol = found.group() if found else "\n"
    first = next(iter(root.members or ()), None)
    if first is None:
        return Style(eol=eol)
    unit = "  "
    if not _is_flat(text, root):
        own = _indent_of_member(text, root)
        outer = _indent_at(text, root.start)
        unit = own[len(outer) :] if own.startswith(outer) else own
    between = text[first.colon : first.value.start]
    colon = between if re.fullmatch(r"[ \t]*:[ \t]*", between) else ": "
    return Style(unit, eol, colon, ", " if colon.endswith((" ", "\t")) else ",")


def same_elsewhere(before: str, after: str, section: str, key: str, dialect: Dialect) -> bool:
    """Whether two documents differ in nothing but the member `key` of `section`: same members, same order, same text."""
    return _others(before, section, key, dialect) == _others(after, section, key, dialect)


def _others(text: str, section: str, key: str, dialect: Dialect) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for member in open_root(text, dialect).members or ():
        if member.key != section:
            found.append((member.key, text[member.value.start : member.value.end]))
        else:
            inner = member.value.members or ()
            found.extend(
                (f"{section}/{each.key}", text[each.value.start : each.value.end]) for each in inner if each.key != key
            )
    return found


def _section(root: Value, section: str) -> Member | None:
    found = _only(root, section)
    if found is not None and found.value.members is None:
        raise SpliceError(f'"{section}" is not an object')
    return found


def _only(value: Value, key: str) -> Member | None:
    try:
        return value.member(key)
    except LookupError:
        raise SpliceError(f'the key "{key}" stands there twice') from None


def _parsed(text: str, value: Value, dialect: Dialect) -> Any:
    piece = text[value.start : value.end]
    if dialect == "jsonc":
        piece = _without_comments(piece)
    return json.loads(piece, parse_int=_number, parse_float=float)


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) < 100 else digits  # int() refuses thousands of digits


def _without_comments(piece: str) -> str:
    """Valid JSON with the same values; strings are stepped over whole."""
    pattern = re.compile(r'("(?:[^"\\]++|\\.)*")|//[^\r\n]*+|/\*[\s\S]*?\*/')
    bare = pattern.sub(lambda found: found.group(1) or " ", piece)
    comma = re.compile(r'("(?:[^"\\]++|\\.)*")|,(?=[ \t\r\n]*[}\]])')
    return comma.sub(lambda found: found.group(1) or " ", bare)


def _is_flat(text: str, value: Value) -> bool:
    """Whether the object is written on one line, as far as its members' beginnings show."""
    if not value.members:
        return "\n" not in text and "\r" not in text and len(text.strip()) > value.end - value.start
    return not re.search(r"[\r\n]", _gap(text, value, len(value.members) - 1))


def _gap(text: str, value: Value, index: int) -> str:
    """White space and comments before the member of that index."""
    found = value.members or []
    start = value.start + 1 if index == 0 else _after_comma(found[index - 1])
    return text[start : found[index].start]


def _after_comma(member: Member) -> int:
    return member.comma + 1 if member.comma >= 0 else member.value.end


def _indent_of_member(text: str, value: Value) -> str:
    """The indent of the object's last member, which new members follow."""
    gap = _gap(text, value, len(value.members or ()) - 1)
    return re.split(r"[\r\n]", gap)[-1] if re.fullmatch(r"[ \t]*", re.split(r"[\r\n]", gap)[-1]) else ""


def _indent_at(text: str, at: int) -> str:
    """The indent of the line on which `at` stands."""
    start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    found = re.match(r"[ \t]*", text[start:at])
    return found.group() if found else ""


def _indent_inside(text: str, value: Value, at: int, style: Style) -> str:
    """The indent of a new member of the object, whose key or beginning stands at `at`."""
    if value.members and not _is_flat(text, value):
        return _indent_of_member(text, value)
    return _indent_at(text, at) + style.unit


def _key_text(key: str, style: Style) -> str:
    return json.dumps(key, ensure_ascii=False) + style.colon


def _member_text(key: str, value: Any, style: Style, indent: str, flat: bool) -> str:
    return _key_text(key, style) + _value_text(value, style, indent, flat)


def _value_text(value: Any, style: Style, indent: str, flat: bool) -> str:
    colon = style.colon if flat else ": "
    if flat:
        return json.dumps(value, ensure_ascii=False, separators=(style.comma, colon))
    lines = json.dumps(value, ensure_ascii=False, indent=style.unit, separators=(",", style.colon)).split("\n")
    return (style.eol + indent).join(lines)


def _insertion(text: str, value: Value, body: str, style: Style, indent: str, flat: bool) -> tuple[list[Edit], str]:
    """The edits that make `body` the last member of the object, and the tail that was written after it."""
    if not value.members:
        at = after_comments(text, value.start + 1, value.end - 1)
        rest = text[at : value.end - 1]
        if flat and not re.search(r"[\r\n]", rest):
            return [(at, at, body)], ""
        tail = "" if re.search(r"[\r\n]", rest) else style.eol + _indent_at(text, value.start)
        return [(at, at, style.eol + indent + body + tail)], tail
    last = value.members[-1]
    edits: list[Edit] = []
    if last.comma < 0:
        edits.append((last.value.end, last.value.end, ","))
    start = _after_comma(last)
    at = after_comments_of_line(text, start)
    if flat and "//" not in text[start:at]:
        gap = _gap(text, value, len(value.members) - 1) if len(value.members) > 1 else style.comma[1:]
        lead = gap if re.fullmatch(r"[ \t]*", gap) else style.comma[1:]
    else:
        lead = style.eol + indent
    edits.append((at, at, lead + body + ("," if last.comma >= 0 else "")))
    return edits, ""


def _removal(text: str, value: Value, member: Member, tail: str) -> list[Edit]:
    """The edits that take the member out with one comma and the white space before it; comments stay."""
    found = value.members or []
    index = found.index(member)
    before = found[index - 1] if index else None
    opening = value.start + 1 if before is None else _after_comma(before)
    start = after_comments(text, opening, member.start)
    end = member.value.end
    follows = end + 1 if member.comma == end else end
    if ends_in_line_comment(text, opening, start) and not text.startswith(("\n", "\r"), follows):
        start += 2 if text.startswith("\r\n", start) else 1  # the comment would swallow what follows the member
    edits: list[Edit] = []
    if member.comma >= 0:
        edits.append((member.comma, member.comma + 1, ""))
    elif before is not None:
        edits.append((before.comma, before.comma + 1, ""))
    elif tail and text.startswith(tail, end):
        end += len(tail)
    edits.append((start, end, ""))
    return edits


def _nothing_else(text: str, value: Value, member: Member) -> bool:
    """Whether the object holds nothing but white space beside its one member: no comment of the user's."""
    around = text[value.start + 1 : member.start] + text[member.value.end : value.end - 1]
    return not around.replace(",", "").strip(" \t\r\n")


def _apply(text: str, edits: list[Edit]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        pieces += (text[at:start], new)
        at = end
    return "".join((*pieces, text[at:]))

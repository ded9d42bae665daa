"""Changing one property of a note's first level, and no byte of the others: comments, order, quotes and line ends stay.

Each function gives the replacements to be made in the note as it is, in order and apart; none at all where nothing is to do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from servers.notes.editing.writing import item_text, name_text, value_text
from servers.notes.parsing.frontmatter import Frontmatter, Property, frontmatter_of
from servers.notes.parsing.values import Scalar, Value, flow_items, value_of
from servers.runtime.changing.pieces import Splice
from servers.runtime.errors import ToolError

Splices = list[Splice[bytes]]
_MARK = b"\xef\xbb\xbf"
_ITEM = re.compile(r"([ \t]*-[ \t]+|[ \t]*-\Z)(.*)\Z", re.DOTALL)
_COMMENT = re.compile(r"[ \t]+#.*\Z|\A#.*\Z", re.DOTALL)
_MAX_NAME = 200


def read(content: bytes, path: str) -> Frontmatter | None:
    """The note's frontmatter, if its lines can be told apart. Raises ToolError."""
    found = frontmatter_of(content, len(_MARK) if content.startswith(_MARK) else 0)
    if found is not None and found.broken:
        raise ToolError(
            f"The properties of {path} cannot be edited one by one, since they are no proper YAML: "
            f"{' '.join(found.problems[:3])} Nothing was changed. Mend them with replace_text first."
        )
    return found


def set_property(content: bytes, name: str, value: Value, eol: bytes, path: str) -> Splices:
    """Give a property a value; it is added at the end where there is none, and so is the frontmatter. Raises ToolError."""
    if not name.strip() or len(name) > _MAX_NAME or "\n" in name or "\r" in name:
        raise ToolError("Name the property in `target`, on one line. Nothing was changed.")
    found = read(content, path)
    known = found.find(name) if found is not None else None
    if found is None:
        start = len(_MARK) if content.startswith(_MARK) else 0
        return [Splice(start, start, b"---" + eol + _lines(name, value, eol) + b"---" + eol)]
    if known is None:
        return [Splice(found.inner_end, found.inner_end, _lines(name, value, eol))]
    if not known.nested and known.value == value and type(known.value) is type(value):
        return []
    if isinstance(value, list) and isinstance(known.value, list) and not known.nested:
        return _list(content, known, value, eol)
    return _replaced(content, known, value, eol)


def remove_property(content: bytes, name: str, path: str) -> Splices:
    """Take a property away; with the last one goes the frontmatter, if nothing else is in it. Raises ToolError."""
    found = read(content, path)
    known = found.find(name) if found is not None else None
    if found is None or known is None:
        return []
    rest = content[found.inner : known.start] + content[known.end : found.inner_end]
    if not rest.strip():
        return [Splice(found.start, found.end, b"")]
    return [Splice(known.start, known.end, b"")]


def change_words(content: bytes, names: tuple[str, ...], words: Sequence[str], eol: bytes, path: str) -> Splices:
    """Give the first of these properties that there is the list `words`; the first name where there is none."""
    found = read(content, path)
    name = names[0]
    for one in names if found is not None else ():
        if found is not None and found.find(one) is not None:
            name = one
            break
    return set_property(content, name, list(words), eol, path)


def plain(value: object) -> Value:
    """A value as it came in arguments. Raises ToolError where it is deeper than a list."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, list) and all(one is None or isinstance(one, (str, int, float, bool)) for one in value):  # pyright: ignore[reportUnknownVariableType]
        return value  # pyright: ignore[reportUnknownVariableType]
    raise ToolError(
        "A property's value is text, a number, true or false, nothing, or a list of these; what is deeper can only be written "
        "with replace_text. Nothing was changed."
    )


def _lines(name: str, value: Value, eol: bytes) -> bytes:
    """A property of its own lines."""
    if isinstance(value, list):
        if not value:
            return f"{name_text(name)}: []".encode() + eol
        items = b"".join(f"  - {value_text(one)}".rstrip().encode() + eol for one in value)
        return f"{name_text(name)}:".encode() + eol + items
    return f"{name_text(name)}: {value_text(value)}".rstrip().encode() + eol


def _replaced(content: bytes, known: Property, value: Value, eol: bytes) -> Splices:
    """Another kind of value. A comment behind the old one, on the property's own line, stays."""
    first = content.find(b"\n", known.value_start, known.end) + 1 or known.end
    line = content[known.value_start : first].decode("utf-8", "replace").rstrip("\r\n")
    told = _value_end(line)
    several = known.end > first
    tail = "" if several and told else line[told:]
    if isinstance(value, list) and value:
        items = b"".join(f"  - {value_text(one)}".rstrip().encode() + eol for one in value)
        behind = f" {tail.strip()}" if tail.strip() else ""
        return [Splice(_after_colon(content, known), known.end, behind.encode() + eol + items)]
    text = "[]" if isinstance(value, list) else value_text(value)
    if content[known.value_start - 1 : known.value_start] not in (b" ", b"\t"):
        text = f" {text}"
    if tail and not told:
        text += " "
    if several:
        return [Splice(known.value_start, known.end, (text + tail).rstrip().encode() + eol)]
    return [Splice(known.value_start, known.value_start + len(line[:told].encode()), text.encode())]


def _after_colon(content: bytes, known: Property) -> int:
    at = known.value_start
    while content[at - 1 : at] in (b" ", b"\t"):
        at -= 1
    return at


def _value_end(line: str) -> int:
    """How many characters of a property's first line are its value; spaces and a comment may follow."""
    if line[:1] in ('"', "'"):
        mark = line[0]
        at = 1
        while at < len(line):
            if line[at] == "\\" and mark == '"':
                at += 1
            elif line[at] == mark:
                if mark == "'" and line[at + 1 : at + 2] == "'":
                    at += 1
                else:
                    return at + 1
            at += 1
        return len(line)
    if line[:1] == "[":
        items = flow_items(line)
        return items.end if items is not None else len(line)
    comment = _COMMENT.search(line)
    return len((line[: comment.start()] if comment else line).rstrip())


def _list(content: bytes, known: Property, value: list[Scalar], eol: bytes) -> Splices:
    first = content.find(b"\n", known.value_start, known.end) + 1 or known.end
    text = content[known.value_start : known.end].decode("utf-8", "replace")
    items = flow_items(text)
    if items is not None:
        written = [
            next((items.sources[n] for n, old in enumerate(items.values) if _same(old, one)), "") or item_text(one)
            for one in value
        ]
        separator = "," if "," in text[: items.end] and ", " not in text[: items.end] else ", "
        end = known.value_start + len(text[: items.end].encode())
        return [Splice(known.value_start, end, ("[" + separator.join(written) + "]").encode())]
    if not value:
        return [Splice(_after_colon(content, known), known.end, b" []" + eol)]
    return _items(content, known, first, value, eol)


def _items(content: bytes, known: Property, first: int, value: list[Scalar], eol: bytes) -> Splices:
    """A list with each item on a line of its own: lines of items that remain stay as they are."""
    rows: list[tuple[int, int, str, Scalar]] = []
    at = first
    for raw in content[first : known.end].splitlines(keepends=True):
        match = _ITEM.match(raw.decode("utf-8", "replace").rstrip("\r\n"))
        if match is not None:
            one = value_of([match[2].strip()]).value
            rows.append((at, at + len(raw), match[1], None if isinstance(one, list) else one))
        at += len(raw)
    left = list(value)
    splices: Splices = []
    for start, end, _, one in rows:
        if left and _same(left[0], one):
            left.pop(0)
        elif any(_same(other, one) for other in left):  # another order: written anew
            return [Splice(rows[0][0], rows[-1][1], _rendered(rows[0][2], value, eol))]
        else:
            splices.append(Splice(start, end, b""))
    if left:
        mark = rows[-1][2] if rows else "  - "
        splices.append(Splice(known.end, known.end, _rendered(mark, left, eol)))
    return splices


def _same(one: Scalar, other: Scalar) -> bool:
    return type(one) is type(other) and one == other


def _rendered(mark: str, values: Sequence[Scalar], eol: bytes) -> bytes:
    start = mark if mark[-1] in " \t" else mark + " "
    return b"".join((start + value_text(one)).rstrip().encode() + eol for one in values)

"""The properties at a note's top, between two lines of `---`: where each stands, and what it says.

The reading is line by line, since only the first level is ever edited and every byte of the others must stay. Whatever YAML can
say beyond that is kept as text. What YAML would refuse is told (`problems`), never fatal; nothing in here writes.
"""

from __future__ import annotations

import re

import msgspec

from servers.notes.parsing.values import Value, tags_of, value_of, words_of

MAX_SIZE = 1 << 20
"""Bytes beyond which what begins like frontmatter is taken as text."""
QUOTED_LINK = re.compile(rb"([\"'])(\[\[[^\[\]\r\n]*\]\])\1")
"""A link that is the whole of a quoted value."""
_OPEN = re.compile(rb"---[ \t]*\r?\n")
_CLOSE = re.compile(rb"^---[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_PLAIN_KEY = re.compile(r"([A-Za-z_][\w-]*(?: [\w-]+)*)[ \t]*:(?:[ \t]+|\Z)", re.ASCII)
_QUOTED_KEY = re.compile(r"""(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)')[ \t]*:(?:[ \t]+|\Z)""")
_NO_KEY = frozenset(" \t#&*!|>%@`{}[],\"'")
_COLON = re.compile(r":(?:[ \t]+|\Z)")


class Property(msgspec.Struct, gc=False):
    """One property of the first level. `start:end` are its lines, comments between it and the next left out; `value_start` is
    where its value begins on the first of them. `line` counts from 1 in the file. `nested`: more than a value or a list of
    values, so `value` is the YAML itself."""

    name: str
    value: Value
    start: int
    end: int
    value_start: int
    line: int
    nested: bool = False


class Frontmatter(msgspec.Struct):
    """`start:end` is all of it with both lines of `---`; `inner:inner_end` what is between them. `problems` are sentences for
    people; `broken`: the lines themselves cannot be told apart, so nothing in it may be edited property by property."""

    start: int
    end: int
    inner: int
    inner_end: int
    properties: list[Property]
    problems: list[str]
    broken: bool = False

    def find(self, name: str) -> Property | None:
        """The property called `name`; where no case fits exactly, in any case."""
        folded = None
        for one in self.properties:
            if one.name == name:
                return one
            if folded is None and one.name.casefold() == name.casefold():
                folded = one
        return folded

    @property
    def tags(self) -> list[str]:
        """The names under `tags` or `tag`, without `#`."""
        return [tag for name in ("tags", "tag") for tag in tags_of(self._value(name))]

    @property
    def aliases(self) -> list[str]:
        """The names under `aliases` or `alias`."""
        return [word for name in ("aliases", "alias") for word in words_of(self._value(name))]

    def _value(self, name: str) -> Value:
        found = self.find(name)
        return found.value if found is not None else None


def frontmatter_of(content: bytes, start: int) -> Frontmatter | None:
    """The frontmatter of a note whose first character is at `start`, or None."""
    opened = _OPEN.match(content, start)
    if opened is None:
        return None
    closed = _CLOSE.search(content, opened.end(), opened.end() + MAX_SIZE)
    if closed is None:
        return None
    found = Frontmatter(start, closed.end(), opened.end(), closed.start(), [], [])
    _read(content, found)
    return found


class _Reader(msgspec.Struct):
    """The property whose lines are being gathered. `lines` are its value's, the first without its key; `kept` counts those
    that surely belong to it, `end` is where they end."""

    name: str
    start: int
    end: int
    value_start: int
    line: int
    lines: list[str]
    kept: int = 1


def _read(content: bytes, found: Frontmatter) -> None:
    current: _Reader | None = None
    at, number = found.inner, 1
    for raw in content[found.inner : found.inner_end].split(b"\n")[:-1] if found.inner_end > found.inner else ():
        number += 1
        after = at + len(raw) + 1
        text = raw.decode("utf-8", "replace").rstrip("\r")
        if current is not None and _belongs(text):
            current.lines.append(text)
            comment = text.lstrip().startswith("#") and not (text[0] in " \t" and _in_block(current))
            if text.strip() and not comment:
                current.kept, current.end = len(current.lines), after
        elif text.strip() and not text.lstrip().startswith("#"):
            if current is not None:
                _finish(found, current)
            current = _begin(found, text, at, after, number)
        at = after
    if current is not None:
        _finish(found, current)


def _belongs(text: str) -> bool:
    """Whether a line goes on with the property before it, if there is one."""
    return not text.strip() or text[0] in " \t#" or (text.startswith(("- ", "-\t")) or text == "-")


def _in_block(current: _Reader) -> bool:
    return current.lines[0][:1] in ("|", ">") and current.lines[0] != ""


def _begin(found: Frontmatter, text: str, at: int, after: int, number: int) -> _Reader | None:
    name, place = key_of(text)
    if not name:
        found.problems.append(f"Line {number} of the properties is no `name: value`.")
        found.broken = True
        return None
    return _Reader(name, at, after, at + len(text[:place].encode()), number, [text[place:]])


def key_of(text: str) -> tuple[str, int]:
    """The name that a line begins with, and where its value stands; without one an empty name."""
    match = _PLAIN_KEY.match(text)
    if match is not None:
        return match[1], match.end()
    match = _QUOTED_KEY.match(text)
    if match is not None:
        return match[1] or (match[2] or "").replace("''", "'"), match.end()
    match = _COLON.search(text)
    if match is None or text[0] in _NO_KEY:
        return "", 0
    return text[: match.start()].rstrip(), match.end()


def _finish(found: Frontmatter, reader: _Reader) -> None:
    if any(one.name == reader.name for one in found.properties):
        found.problems.append(f"The property {reader.name!r} stands twice (line {reader.line}).")
        found.broken = True
    lines = reader.lines[: reader.kept]
    value = value_of(lines)
    if value.problem:
        found.problems.append(f"The property {reader.name!r} (line {reader.line}): {value.problem}.")
        found.broken = found.broken or value.open
    found.properties.append(
        Property(reader.name, value.value, reader.start, reader.end, reader.value_start, reader.line, value.nested)
    )

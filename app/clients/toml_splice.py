"""Putting one table `[SECTION.KEY]` into a TOML text, changing it, taking it out: every other byte stays where it was.

tomllib says whether a text is TOML and what it means; here is only found where tables and values stand (TOML 1.0.0).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec

from app.clients.splice import SpliceError, Trace

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}\n=]",
    re.DOTALL,
)
_MOST = 8 * 1024 * 1024


class Pair(msgspec.Struct):
    """One `key = value`: where the value stands, and where its line ends (the line end itself left out)."""

    key: tuple[str, ...]
    start: int
    end: int
    line_end: int


class Table(msgspec.Struct):
    """One `[header]` and its pairs; the first one, without a header, is the root. `start` is the header's line."""

    path: tuple[str, ...]
    start: int
    header_end: int
    array: bool
    pairs: list[Pair]

    @property
    def end(self) -> int:
        """Behind its last pair; blank lines and comments after that belong to whatever follows."""
        return self.pairs[-1].line_end if self.pairs else self.header_end


def members(text: str, section: str) -> dict[str, Any]:
    """Key → value of each table below `section`; empty where it is absent. Raises SpliceError."""
    found = _parsed(text).get(section, {})
    if not isinstance(found, dict):
        raise SpliceError(f'"{section}" is not a table')
    return found


def stands(text: str, section: str) -> bool:
    """Whether the section is there, be it empty. Raises SpliceError."""
    return section in _parsed(text)


def put(text: str, section: str, key: str, value: dict[str, Any]) -> tuple[str, Trace]:
    """`text` with the table `[section.key]` holding `value`. Raises SpliceError."""
    here = members(text, section)
    eol = "\r\n" if "\r\n" in text else "\n"
    if key in here:
        return _updated(text, section, key, here[key], value, eol), Trace()
    lead = "" if not text else eol if text.endswith("\n") else eol * 2
    return text + lead + block(text, section, key, value) + eol, Trace(tail=lead)


def block(text: str, section: str, key: str, value: dict[str, Any]) -> str:
    """The table `[section.key]` as it would stand in that text, without a line end behind it. Raises SpliceError."""
    header = f"[{section}.{_key_text(key)}]"
    lines = [header, *(f"{_key_text(name)} = {_value_text(one)}" for name, one in value.items())]
    return ("\r\n" if "\r\n" in text else "\n").join(lines)


def span(text: str, section: str, key: str) -> tuple[int, int]:
    """Where the tables of `section.key` stand, without the line end behind the last. Raises SpliceError."""
    found = [(number, table) for number, table in enumerate(tables(text)) if table.path[:2] == (section, key)]
    if key not in members(text, section) or not found:
        raise SpliceError(f'"{section}.{key}" is not written as a table of its own')
    if found[-1][0] - found[0][0] + 1 != len(found):
        raise SpliceError(f'the tables of "{section}.{key}" do not stand together')
    return found[0][1].start, found[-1][1].end


def take(text: str, section: str, key: str, trace: Trace | None = None) -> str:
    """`text` without `[section.key]` and the tables below it. `put`, then `take` with its trace, is no change."""
    if key not in members(text, section):
        return text
    ours = [table for table in tables(text) if table.path[:2] == (section, key)]
    if not ours:
        raise SpliceError(f'"{section}.{key}" is not written as a table of its own')
    for table in reversed(ours):
        start, end = table.start, table.end
        if text.startswith("\r\n", end):
            end += 2
        elif text.startswith("\n", end):
            end += 1
        lead = trace.tail if trace else ""
        if table is ours[0] and lead and text[:start].endswith(lead):
            start -= len(lead)
        text = text[:start] + text[end:]
    return text


def same_elsewhere(before: str, after: str, section: str, key: str) -> bool:
    """Whether two documents say the same, in the same order, but for the table `section.key`."""
    return _without(before, section, key) == _without(after, section, key)


def secret_spans(text: str, section: str, names: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where values below the tables of those names stand, for every server of the section."""
    found: list[tuple[int, int]] = []
    for table in tables(text):
        for pair in table.pairs:
            whole = (*table.path, *pair.key)
            if whole[:1] == (section,) and any(name in names for name in whole[2:]):
                found.append((pair.start, pair.end))
    return found


def tables(text: str) -> list[Table]:
    """Every table in the text's order, the root first. The text is TOML (tomllib took it)."""
    found = [Table((), 0, 0, False, [])]
    at = 0
    while at < len(text):
        line_end = _logical_end(text, at)
        line = text[at:line_end]
        bare = line.lstrip(" \t")
        if bare.startswith("["):
            array = bare.startswith("[[")
            found.append(Table(_path(bare), at, line_end, array, []))
        elif bare and not bare.startswith(("#", "\r", "\n")):
            found[-1].pairs.append(_pair(text, at, line_end))
        at = line_end + (2 if text.startswith("\r\n", line_end) else 1)
    return found


def _logical_end(text: str, at: int) -> int:
    """Where the statement that begins at `at` ends: at a line end that is in no string and no bracket."""
    depth = 0
    for found in _TOKEN.finditer(text, at):
        sign = found.group()
        if sign in ("[", "{"):
            depth += 1
        elif sign in ("]", "}"):
            depth -= 1
        elif sign == "\n" and depth <= 0:
            end = found.start()
            return end - 1 if text.startswith("\r\n", end - 1) else end
    return len(text)


def _pair(text: str, at: int, line_end: int) -> Pair:
    sign = next(found for found in _TOKEN.finditer(text, at, line_end) if found.group() == "=")
    end = line_end
    for found in _TOKEN.finditer(text, sign.end(), line_end):
        if found.group().startswith("#") and not _inside(text, sign.end(), found.start()):
            end = found.start()
            break
    start = sign.end() + len(text[sign.end() : end]) - len(text[sign.end() : end].lstrip())
    stop = start + len(text[start:end].rstrip())
    return Pair(_path(f"[{text[at : sign.start()].strip()}]"), start, stop, line_end)


def _inside(text: str, start: int, end: int) -> bool:
    """Whether a bracket is open between the two: a comment there is part of the value."""
    opened = [found.group() for found in _TOKEN.finditer(text, start, end)]
    return sum(token in ("[", "{") for token in opened) > sum(token in ("]", "}") for token in opened)


def _path(header: str) -> tuple[str, ...]:
    """The keys of a header, taken apart by tomllib itself."""
    return tuple(_only_keys(tomllib.loads(header.splitlines()[0])))


def _only_keys(found: Any) -> Iterator[str]:
    while isinstance(found, (dict, list)) and found:
        if isinstance(found, list):
            found = found[0]
            continue
        name = next(iter(found))
        yield name
        found = found[name]


def _updated(text: str, section: str, key: str, old: Any, new: dict[str, Any], eol: str) -> str:
    ours = next((table for table in tables(text) if table.path == (section, key)), None)
    if ours is None or not isinstance(old, dict):
        raise SpliceError(f'"{section}.{key}" is not written as a table of its own')
    changed = {name: value for name, value in new.items() if old.get(name) != value}
    edits = [
        (pair.start, pair.end, _value_text(changed.pop(pair.key[0]))) for pair in ours.pairs if pair.key[0] in changed
    ]
    more = "".join(f"{eol}{_key_text(name)} = {_value_text(value)}" for name, value in changed.items())
    edits.append((ours.end, ours.end, more))
    for start, end, put_there in reversed(edits):
        text = text[:start] + put_there + text[end:]
    return text


def _key_text(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)


def _value_text(value: Any) -> str:
    """A string, a truth value, a whole number, or a list of those. JSON's strings are TOML's but for DEL."""
    if isinstance(value, list):
        return "[" + ", ".join(_value_text(one) for one in value) + "]"
    if isinstance(value, (str, bool, int)):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    raise SpliceError(f"a value of the kind {type(value).__name__} is not written")


def _parsed(text: str) -> dict[str, Any]:
    if len(text) > _MOST:
        raise SpliceError("the document is too large")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        where = re.search(r"\(at (?:line \d+, column \d+|end of document)\)", str(error))
        raise SpliceError(f"it is not valid TOML {where.group() if where else ''}".rstrip()) from None


def _without(text: str, section: str, key: str) -> str:
    found = _parsed(text)
    holder = found.get(section)
    if isinstance(holder, dict):
        holder.pop(key, None)
        if not holder:
            del found[section]
    return repr(found)

"""Where the texts of one server's entry stand in a client's configuration, whatever its dialect. Nothing is changed here.

An entry whose texts cannot be told apart for certain is refused: a secret would be cut out at the wrong place.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any, cast

import msgspec

from app.clients import documents, splice, toml_splice
from app.clients.documents import Dialect
from app.clients.jsonc import TOKEN
from app.clients.splice import SpliceError
from app.clients.toml_splice import Table

Path = tuple[str | int, ...]

_TOML_TOKEN = re.compile(
    r'(?P<string>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')|\#[^\n]*', re.DOTALL
)


class Leaf(msgspec.Struct, frozen=True):
    """One text. `path`: below the entry; `text[start:end]` is its literal in the document, without the quotes."""

    path: Path
    value: str
    start: int
    end: int


class Texts(msgspec.Struct, frozen=True):
    """One server's entry: its parsed value and its texts in the document's order; or why they cannot be told apart."""

    value: Any
    leaves: tuple[Leaf, ...] = ()
    problem: str = ""


def entries(text: str, section: str, dialect: Dialect) -> dict[str, Texts]:
    """Every server of the document, by key. Raises JsoncError and SpliceError where the document is of another shape."""
    values = documents.members(text, section, dialect)
    if dialect == "toml":
        tables: dict[str, list[Table]] = {key: [] for key in values}
        for table in toml_splice.tables(text):
            if len(table.path) > 1 and table.path[0] == section:
                tables[table.path[1]].append(table)
        return {key: _told_apart(value, lambda of=tables[key]: _of_toml(text, of)) for key, value in values.items()}
    twice = documents.twice(text, section, dialect)
    places = splice.spans(text, section, dialect)
    found: dict[str, Texts] = {}
    for key, value in values.items():
        if key in twice:
            found[key] = Texts(value, problem="its name stands there twice")
        else:
            found[key] = _told_apart(value, lambda of=value, at=places[key]: _of_json(text, of, at))
    return found


def _told_apart(value: Any, find: Callable[[], list[Leaf]]) -> Texts:
    try:
        return Texts(value, tuple(find()))
    except SpliceError as error:
        return Texts(value, problem=str(error))


def _of_json(text: str, value: Any, place: tuple[int, int]) -> list[Leaf]:
    start = place[0]
    strings = [span for *span, is_key in _json_strings(text[start : place[1]]) if not is_key]
    literals = [(json.loads(text[start + at : start + end]), start + at + 1, start + end - 1) for at, end in strings]
    return _matched(literals, list(_texts(value, ())))


def _json_strings(piece: str) -> Iterator[tuple[int, int, bool]]:
    """Each string's place with its quotes, and whether it is a key."""
    at = 0
    waiting: tuple[int, int] | None = None
    while (found := TOKEN.match(piece, at)) is not None and found.lastgroup != "end":
        at = found.end()
        if found.lastgroup == "comment":
            continue
        if waiting is not None:
            yield (*waiting, found.lastgroup == "punct" and found.group("punct") == ":")
            waiting = None
        if found.lastgroup == "string":
            waiting = found.span("string")
    if waiting is not None:
        yield (*waiting, False)


def _of_toml(text: str, tables: list[Table]) -> list[Leaf]:
    if not tables:
        raise SpliceError("it is not written as a table of its own")
    found: list[Leaf] = []
    for table in tables:
        if table.array:
            raise SpliceError("it holds a list of tables")
        for pair in table.pairs:
            piece = text[pair.start : pair.end]
            value: Any = tomllib.loads(f"x = {piece}")["x"]
            literals = [
                (tomllib.loads(f"x = {piece[at:end]}")["x"], *_toml_body(text, pair.start + at, pair.start + end))
                for at, end in _toml_strings(piece)
            ]
            found += _matched(literals, list(_texts(value, (*table.path[2:], *pair.key))))
    return found


def _toml_strings(piece: str) -> Iterator[tuple[int, int]]:
    for token in _TOML_TOKEN.finditer(piece):
        if token.lastgroup == "string" and not piece[token.end() :].lstrip(" \t").startswith(("=", ".")):
            yield token.span()


def _toml_body(text: str, start: int, end: int) -> tuple[int, int]:
    quotes = 3 if text.startswith(('"""', "'''"), start) else 1
    return start + quotes, end - quotes


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inside in cast("dict[str, Any]", value).items():
            yield from _texts(inside, (*path, name))
    elif isinstance(value, list):
        for index, inside in enumerate(cast("list[Any]", value)):
            yield from _texts(inside, (*path, index))


def _matched(literals: list[tuple[str, int, int]], texts: list[tuple[Path, str]]) -> list[Leaf]:
    if [literal[0] for literal in literals] != [text for _, text in texts]:
        raise SpliceError("a key stands twice in the entry, or its order cannot be told")
    return [Leaf(path, value, start, end) for (value, start, end), (path, _) in zip(literals, texts, strict=True)]

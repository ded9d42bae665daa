"""A client's configuration as text, whatever its dialect: what servers it holds, and one of them put in or taken out.

JSON and JSON with comments are `splice`'s, TOML is `toml_splice`'s; nobody else needs to know which it is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from app.clients import splice, toml_splice
from app.clients.jsonc import Value, scan
from app.clients.splice import Trace

Dialect = Literal["json", "jsonc", "toml"]
FRESH: dict[Dialect, str] = {"json": "{}\n", "jsonc": "{}\n", "toml": ""}
"""What an empty configuration looks like."""
SECRET_MEMBERS = ("env", "headers", "environment", "http_headers", "env_http_headers")
HIDDEN = '"…"'


def members(text: str, section: str, dialect: Dialect) -> dict[str, Any]:
    """Key → parsed value of each server. Raises JsoncError and SpliceError."""
    if dialect == "toml":
        return toml_splice.members(text, section)
    return splice.members(text, section, dialect)


def stands(text: str, section: str, dialect: Dialect) -> bool:
    """Whether the section that holds servers is there, be it empty. Raises JsoncError and SpliceError."""
    if dialect == "toml":
        return toml_splice.stands(text, section)
    return any(each.key == section for each in splice.open_root(text, dialect).members or ())


def twice(text: str, section: str, dialect: Dialect) -> set[str]:
    """Keys that stand more than once; TOML allows none. Raises JsoncError and SpliceError."""
    return set() if dialect == "toml" else splice.twice(text, section, dialect)


def put(text: str, section: str, key: str, value: dict[str, Any], dialect: Dialect) -> tuple[str, Trace]:
    """`text` with that server. Raises JsoncError and SpliceError."""
    if dialect == "toml":
        return toml_splice.put(text, section, key, value)
    return splice.put(text, section, key, value, dialect)


def take(text: str, section: str, key: str, dialect: Dialect, trace: Trace | None = None) -> str:
    """`text` without that server; `put`, then `take` with its trace, is no change. Raises JsoncError and SpliceError."""
    if dialect == "toml":
        return toml_splice.take(text, section, key, trace)
    return splice.take(text, section, key, dialect, trace)


def span(text: str, section: str, key: str, dialect: Dialect) -> tuple[int, int]:
    """Where that server's own text stands: its value, or its tables. Raises JsoncError and SpliceError."""
    if dialect == "toml":
        return toml_splice.span(text, section, key)
    return splice.span(text, section, key, dialect)


def exchange(text: str, section: str, key: str, new: str | dict[str, Any], dialect: Dialect) -> tuple[str, str]:
    """`text` with another text, or value, in that server's place, and the text that stood there: given that one again, the
    same bytes result. Raises JsoncError and SpliceError.
    """
    start, end = span(text, section, key, dialect)
    if isinstance(new, dict):
        own = (
            toml_splice.block(text, section, key, new)
            if dialect == "toml"
            else splice.block(text, section, new, dialect)
        )
    else:
        own = new
    return text[:start] + own + text[end:], text[start:end]


def same_elsewhere(before: str, after: str, section: str, key: str, dialect: Dialect) -> bool:
    """Whether two documents differ in nothing but that server. Raises JsoncError and SpliceError."""
    if dialect == "toml":
        return toml_splice.same_elsewhere(before, after, section, key)
    return splice.same_elsewhere(before, after, section, key, dialect)


def mask(text: str, section: str, dialect: Dialect, also: Collection[tuple[int, int]] = ()) -> str:
    """`text` with the values of every server's variables and headers hidden, and what stands in the spans `also`.

    Raises JsoncError and SpliceError.
    """
    if dialect == "toml":
        toml_splice.members(text, section)
        spans = toml_splice.secret_spans(text, section, SECRET_MEMBERS)
    else:
        spans = [
            (each.value.start, each.value.end)
            for holder in _named(scan(text, dialect, depth=4), section)
            for server in holder.members or ()
            for name in SECRET_MEMBERS
            for inside in _named(server.value, name)
            for each in inside.members or ()
        ]
    hidden = dict.fromkeys(spans, HIDDEN)
    for start, end in also:
        if not any(start >= span[0] and end <= span[1] for span in spans):
            hidden[start, end] = "…"
    for (start, end), shown in sorted(hidden.items(), reverse=True):
        text = text[:start] + shown + text[end:]
    return text


def _named(value: Value, key: str) -> list[Value]:
    return [each.value for each in value.members or () if each.key == key]

"""Values of secrets that this process has met: whatever it keeps or shows goes through here, and none of them stays in it.

Shapes (`app.core.redaction`) find well-known tokens; here is what no shape would find. Nothing is ever written from here,
and no value can be asked for.
"""

from __future__ import annotations

import urllib.parse
from typing import Any, cast

import msgspec

MOST = 1024
"""Spellings that are looked for, of the secrets that were met last."""
SHORTEST = 4
"""Characters; a shorter value is no secret, and would make holes everywhere."""

_marks: dict[str, str] = {}
_longest = 0


def spellings(value: str) -> list[str]:
    """A value as it is, within JSON (with and without escapes beyond ASCII), and in an address; the plain one first."""
    inside = msgspec.json.encode(value).decode()[1:-1] if _is_text(value) else value
    ascii_only = "".join(letter if letter < "\x7f" else _escaped(letter) for letter in inside)
    quoted = urllib.parse.quote(value, safe="", errors="replace")
    return list(dict.fromkeys((value, inside, ascii_only, quoted)))


def learn(name: str, value: str) -> None:
    """From now on this value is taken out of everything; `name` is what stands there instead."""
    global _longest  # noqa: PLW0603 - one process, one set of secrets
    if len(value) < SHORTEST or value in _marks:
        return
    for spelling in spellings(value):
        _marks.pop(spelling, None)
        _marks[spelling] = f"[secret {name}]"
    while len(_marks) > MOST:
        del _marks[next(iter(_marks))]
    _longest = max(map(len, _marks))


def forget() -> None:
    """As in a fresh process."""
    global _longest  # noqa: PLW0603
    _marks.clear()
    _longest = 0


def longest() -> int:
    """Characters: what is cut must be cleaned before, with so many more."""
    return _longest


def without(text: str) -> str:
    """The text with every known value replaced; of two with one beginning the longer one goes."""
    if not _marks:
        return text
    found = [spelling for spelling in _marks if spelling in text]
    for spelling in sorted(found, key=len, reverse=True):
        text = text.replace(spelling, _marks[spelling])
    return text


def without_in(value: Any) -> Any:
    """The same for each text within a JSON value, the names of members too."""
    if not _marks:
        return value
    if isinstance(value, str):
        return without(value)
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {without(name): without_in(entry) for name, entry in members.items()}
    if isinstance(value, list):
        return [without_in(entry) for entry in cast("list[Any]", value)]
    return value


def without_in_json(raw: bytes) -> bytes:
    """The same for JSON, which stays as it is, byte for byte, where no value is in it. Raises `msgspec.DecodeError`."""
    if not _marks:
        return raw
    text = raw.decode("utf-8", "replace")
    if not any(spelling in text for spelling in _marks):
        return raw
    return msgspec.json.encode(without_in(msgspec.json.decode(raw)))


def _is_text(value: str) -> bool:
    """Whether it can be written as UTF-8: what the keychain gave might be half a character."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _escaped(letter: str) -> str:
    """As JSON writers for ASCII escape it: in UTF-16."""
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))

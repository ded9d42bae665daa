"""Property names and values as YAML text: plain where every reader of YAML takes it as meant, else in double quotes."""

from __future__ import annotations

import re

from servers.notes.parsing.frontmatter import key_of
from servers.notes.parsing.values import Scalar, scalar, value_of

_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]*\Z")
# Readers of YAML 1.1 take these for truth values, for marks of their own, or for a number in base 60.
_OLD_WORDS = re.compile(
    r"(?:y|n|yes|no|on|off|=|<<|[0-9]+(?::[0-9]+)+|[-+]?0[box][0-9a-f_]+|[-+]?[0-9][0-9.]*_[0-9_.]*)\Z", re.IGNORECASE
)
_QUOTED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_CONTROL = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff"\\\\]')


def value_text(value: Scalar) -> str:
    """One value, on one line; nothing is an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return value if _is_plain(value) else _quoted(value)


def _is_plain(text: str) -> bool:
    if not _PLAIN.match(text) or text != text.strip() or _OLD_WORDS.match(text):
        return False
    if any(mark in text for mark in (": ", " #", "\t#")) or text.endswith(":"):
        return False
    return isinstance(scalar(text), str) and value_of([text]).value == text


def _quoted(text: str) -> str:
    return '"' + _CONTROL.sub(lambda match: _QUOTED.get(match[0]) or f"\\u{ord(match[0]):04x}", text) + '"'


def item_text(value: Scalar) -> str:
    """One value within `[…]`, where a comma or bracket would end it."""
    text = value_text(value)
    if text.startswith('"') or not any(mark in text for mark in ",[]{}?"):
        return text or "null"
    return _quoted(text)


def name_text(name: str) -> str:
    """A property's name."""
    found, place = key_of(f"{name}: ")
    plain = found == name and place == len(name) + 2 and "#" not in name and _is_plain(name)
    return name if plain else _quoted(name)

"""JSON for a program that must start at once: the scanner and encoder of CPython's `json`, without the package around them.

`import json` costs 9 ms and 1 MB (it brings `re` and `enum`); `_json` is the C half of it and costs 0.1 ms. Nothing here keeps state.
"""

from __future__ import annotations

import _json

TYPE_CHECKING = False  # `typing` itself costs 7 ms
if TYPE_CHECKING:
    from typing import Any


class _Rules:
    """What `_json.make_scanner` reads its rules from (`json.decoder.JSONDecoder` has the same attributes)."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int

    @staticmethod
    def parse_constant(name: str) -> float:
        raise ValueError(f"{name} is no JSON")


_scan = _json.make_scanner(_Rules())  # pyright: ignore[reportArgumentType]
quoted = _json.encode_basestring_ascii
BLANK = " \t\r\n"


def parse(line: bytes | bytearray) -> Any:
    """The value of one JSON text in UTF-8, or None where it is none (`null` too: no message is null)."""
    try:
        text = line.decode().strip(BLANK)
        value, end = _scan(text, 0)
    except (ValueError, StopIteration, RecursionError, SystemError):
        return (
            None  # SystemError: up to 3.12 the scanner fails without words where `json.decoder` is not there to word it
        )
    return value if end == len(text) else None


def dump(value: Any) -> str:
    """The JSON text of a value made of dict, list, str, int, float, bool and None; ASCII only."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{quoted(str(key))}:{dump(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join([dump(item) for item in value]) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if text not in ("inf", "-inf", "nan") else "null"  # JSON has no such number (RFC 8259 §6)

"""What a change was, as lines to read: out of the arguments that a call came with, where they have a shape that is known."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import QCoreApplication

from app.ui.kit.words import number

MOST = 100_000
"""Characters; what is beyond is left out, and said."""
_OLD = ("old", "oldText", "old_string", "old_str")
_NEW = ("new", "newText", "new_string", "new_str")


def change_of(arguments: msgspec.Raw) -> str:
    """Lines with `-` for what goes and `+` for what comes; empty where the arguments tell of no such change."""
    try:
        given = msgspec.json.decode(arguments)
    except (msgspec.DecodeError, RecursionError):
        return ""
    if not isinstance(given, dict):
        return ""
    edits = given.get("edits")
    if isinstance(edits, list) and edits and all(_pair(edit) for edit in edits):
        blocks = [_lines("-", old) + _lines("+", new) for old, new in map(_pair, edits)]  # type: ignore[misc]
    elif (pair := _pair(given)) is not None:
        blocks = [_lines("-", pair[0]) + _lines("+", pair[1])]
    elif isinstance(given.get("content"), str):
        blocks = [_lines("+", given["content"])]
    else:
        return ""
    return _bounded("\n@@\n".join("\n".join(block) for block in blocks))


def _pair(edit: Any) -> tuple[str, str] | None:
    if not isinstance(edit, dict):
        return None
    old = next((edit[name] for name in _OLD if isinstance(edit.get(name), str)), None)
    new = next((edit[name] for name in _NEW if isinstance(edit.get(name), str)), None)
    return (old, new) if old is not None and new is not None else None


def _lines(sign: str, text: str) -> list[str]:
    return [sign + line for line in text.splitlines()]


def _bounded(text: str) -> str:
    if len(text) <= MOST:
        return text
    left = QCoreApplication.translate("change", "… {count} more characters").format(count=number(len(text) - MOST))
    return f"{text[:MOST]}\n{left}"

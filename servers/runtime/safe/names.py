r"""File names as text that JSON and a line-based listing can carry, and back, byte for byte.

POSIX names are bytes. What is not UTF-8 (surrogates in Python's form of it), a control character or a backslash that would look
like one of these escapes is written `\xHH`; direction marks and other invisible characters are written `\uHHHH`. Everything else
stays as it is. Windows names hold no backslash, so nothing there can look like an escape.
"""

from __future__ import annotations

import os
import unicodedata

_HEX = "0123456789abcdef"
_PLAIN_BACKSLASH = os.sep == "\\"


def shown(path: str) -> str:
    r"""`path` for people, models and JSON. `meant(shown(path)) == path` for every path the system can have."""
    if path.isascii() and path.isprintable() and ("\\" not in path or _PLAIN_BACKSLASH):
        return path
    out: list[str] = []
    for position, char in enumerate(path):
        code = ord(char)
        if 0xDC80 <= code <= 0xDCFF:
            out.append(f"\\x{code - 0xDC00:02x}")
        elif code < 0x20 or code == 0x7F:
            out.append(f"\\x{code:02x}")
        elif char == "\\" and not _PLAIN_BACKSLASH and _escape_at(path, position):
            out.append("\\x5c")
        elif code > 0x7F and code < 0x10000 and unicodedata.category(char) in ("Cf", "Cc", "Cs", "Zl", "Zp"):
            out.append(f"\\u{code:04x}")
        else:
            out.append(char)
    return "".join(out)


def meant(text: str) -> str:
    r"""The path that `shown` wrote as `text`. Text without escapes is its own path. Never yields a `/`, `.` or NUL."""
    if "\\" not in text or _PLAIN_BACKSLASH:
        return text
    out: list[str] = []
    position = 0
    while position < len(text):
        escape = _escape_at(text, position)
        if escape:
            out.append(escape[0])
            position += escape[1]
        else:
            out.append(text[position])
            position += 1
    return "".join(out)


def _escape_at(text: str, position: int) -> tuple[str, int] | None:
    """The character that an escape at `position` stands for, and the escape's length."""
    mark = text[position : position + 2]
    length = 2 if mark == "\\x" else 4 if mark == "\\u" else 0
    digits = text[position + 2 : position + 2 + length]
    if not length or len(digits) < length or any(digit not in _HEX for digit in digits):
        return None
    code = int(digits, 16)
    if length == 2:
        if code >= 0x80:
            return chr(0xDC00 + code), 4
        if 0 < code < 0x20 or code in (0x5C, 0x7F):
            return chr(code), 4
        return None
    char = chr(code)
    if code > 0x7F and unicodedata.category(char) in ("Cf", "Cc", "Cs", "Zl", "Zp") and not 0xDC80 <= code <= 0xDCFF:
        return char, 6
    return None

"""Putting new text between the lines of a note: with its line ends, and an empty line where Markdown would else run two blocks
into one. Nothing that is there is touched.
"""

from __future__ import annotations

import re

_ITEM = re.compile(rb"[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]")
_HEADING = re.compile(rb"[ ]{0,3}#{1,6}(?:[ \t]|\Z)")


def with_line_ends(text: str, eol: bytes) -> bytes:
    """`text` as the note writes its lines."""
    plain = text.replace("\r\n", "\n").encode("utf-8")
    return plain if eol == b"\n" else plain.replace(b"\n", eol)


def joined(content: bytes, at: int, text: str, eol: bytes, floor: int) -> bytes:
    """What to insert at `at`, the beginning of a line or the end of the note, so that `text` stands there on lines of its own.

    `floor`: where the note's text begins; no empty line is needed below that.
    """
    new = with_line_ends(text, eol)
    if not new:
        return b""
    unended = at > floor and content[at - 1 : at] != b"\n"
    if not new.endswith(b"\n"):
        new += eol
    below = _line(content, at)
    if at < len(content) and _parted(new[:-1].rpartition(b"\n")[2], below):
        new += eol
    if at == len(content) and unended:
        new = new[: -len(eol)]
    above = content[content.rfind(b"\n", 0, max(at - (not unended), 0)) + 1 : at] if at > floor else b""
    if above and _parted(above, new):
        new = eol + new
    return eol + new if unended else new


def _line(content: bytes, at: int) -> bytes:
    end = content.find(b"\n", at)
    return content[at : end if end >= 0 else len(content)]


def _parted(above: bytes, below: bytes) -> bool:
    """Whether an empty line belongs between two lines."""
    above, below = above.partition(b"\n")[0].rstrip(), below.partition(b"\n")[0].rstrip()
    if not above or not below or _HEADING.match(above):
        return False
    kind = _kind(above)
    if kind == b"-" and below[:1] in (b" ", b"\t"):
        return False
    return kind == b"" or kind != _kind(below)


def _kind(line: bytes) -> bytes:
    """What a line goes on with: a list, a quote, a table; empty for anything else. What is indented may belong to a list."""
    if _ITEM.match(line) or line[:1] in (b" ", b"\t"):
        return b"-"
    return line[:1] if line[:1] in (b">", b"|") else b""


def last_line_end(content: bytes, start: int, end: int) -> int:
    """Where the last line with anything in it ends, between `start` and `end`; `start` where there is none."""
    text = content[start:end].rstrip()
    if not text:
        return start
    feed = content.find(b"\n", start + len(text), end)
    return feed + 1 if feed >= 0 else end


def first_line_start(content: bytes, start: int, end: int) -> int:
    """Where the first line with anything in it begins, between `start` and `end`; `end` where there is none."""
    text = content[start:end]
    left = len(text) - len(text.lstrip())
    if left == len(text):
        return end
    return content.rfind(b"\n", start, start + left) + 1 or start

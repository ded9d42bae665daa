"""Pages of a note's text: from a place in its bytes on, as many whole lines as fit, never half of a character."""

from __future__ import annotations

import codecs

import msgspec


class Page(msgspec.Struct, frozen=True):
    """Text with line ends as `\n`. `start:end` are the bytes it was made of; `cut`: it ends within a line that is too long."""

    text: str
    start: int
    end: int
    cut: bool = False


def page(content: bytes, start: int, end: int, max_chars: int) -> Page:
    """The text of `content[start:end]`, or as much of its beginning as `max_chars` (at least 1) characters hold.

    Bytes that are no UTF-8 become U+FFFD; a mark at the file's beginning is left out.
    """
    if start == 0 and content.startswith(codecs.BOM_UTF8):
        start = len(codecs.BOM_UTF8)
    stop = min(start + max_chars * 4, end)
    if stop < end:
        stop = _character_start(content, stop)
    text = content[start:stop].decode("utf-8", "replace")
    if stop >= end and len(text) <= max_chars:
        return Page(_plain(text), start, end)
    stop = _fit(content, start, stop, max_chars)
    feed = content.rfind(b"\n", start, stop)
    if feed >= 0:
        return Page(_plain(content[start : feed + 1].decode("utf-8", "replace")), start, feed + 1)
    return Page(_plain(content[start:stop].decode("utf-8", "replace")), start, stop, cut=True)


def _fit(content: bytes, start: int, stop: int, max_chars: int) -> int:
    """Where at most `max_chars` characters from `start` on end."""
    while len(content[start:stop].decode("utf-8", "replace")) > max_chars:
        over = len(content[start:stop].decode("utf-8", "replace")) - max_chars
        stop = max(_character_start(content, stop - over), start + 1)
        if stop == start + 1:
            break
    return stop


def _character_start(content: bytes, at: int) -> int:
    """`at`, or the start of the character that it lies within."""
    start = at
    while start > 0 and at - start < 3 and start < len(content) and content[start] & 0xC0 == 0x80:
        start -= 1
    return start


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n") if "\r" in text else text

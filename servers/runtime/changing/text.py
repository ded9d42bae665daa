"""What kind of text a file holds, and the way from its bytes to characters and back that keeps every byte nobody touched.

`encode(*decode(content))` is `content` for any bytes whatever: what is neither UTF-8 nor UTF-16 with its mark is taken as
Latin-1, where each byte is a character.
"""

from __future__ import annotations

import codecs
import re
from typing import Literal

import msgspec

from servers.runtime.errors import ToolError

Encoding = Literal["utf-8", "utf-8-bom", "utf-16-le", "utf-16-be", "latin-1"]
Eol = Literal["lf", "crlf", "cr", "mixed", "none"]
MARKS: dict[Encoding, bytes] = {
    "utf-8-bom": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
_CODECS: dict[Encoding, str] = {"utf-8-bom": "utf-8"}
LINE_ENDS: dict[Eol, str] = {"lf": "\n", "crlf": "\r\n", "cr": "\r", "none": "\n"}
LOOKED_AT = 8192
"""Bytes at a file's beginning that decide whether it is text."""


class Layout(msgspec.Struct, frozen=True):
    """How a file's text is written down. `eol` is `mixed` where lines end in more than one way, `none` where no line ends."""

    encoding: Encoding = "utf-8"
    eol: Eol = "lf"


def decode(content: bytes) -> tuple[str, Encoding]:
    """The text of a whole file, its own line ends kept and its mark taken off, and its encoding."""
    for encoding, mark in MARKS.items():
        if content.startswith(mark):
            try:
                return content[len(mark) :].decode(_CODECS.get(encoding, encoding)), encoding
            except UnicodeDecodeError:
                break
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "latin-1"


def encode(text: str, encoding: Encoding) -> bytes:
    """The bytes of a whole file, mark included. Raises ToolError where a character cannot be written in `encoding`."""
    try:
        return MARKS.get(encoding, b"") + text.encode(_CODECS.get(encoding, encoding))
    except UnicodeEncodeError as error:
        char = text[error.start]
        if 0xD800 <= ord(char) <= 0xDFFF:
            raise ToolError(
                "The text contains half of a character (a lone surrogate), which cannot be written."
            ) from None
        raise ToolError(
            f"The file is written in {encoding}, which has no {char!r} (U+{ord(char):04X}). Leave that character out, "
            'or write the whole file anew with mode="overwrite", which makes it UTF-8.'
        ) from None


def mark_of(head: bytes) -> Encoding | None:
    """The encoding whose mark a file begins with, or None."""
    for encoding, mark in MARKS.items():
        if head.startswith(mark):
            return encoding
    return None


def eol_of(text: str) -> Eol:
    """How the lines of `text` (line ends as in the file) end. A lone `\r` counts only where there is no `\n` at all."""
    if "\r" not in text:  # found out in no time, where counting takes some
        return "lf" if "\n" in text else "none"
    feeds = text.count("\n")
    if not feeds:
        return "cr"
    pairs = text.count("\r\n")
    return "crlf" if pairs == feeds else "lf" if not pairs else "mixed"


def is_binary(head: bytes) -> bool:
    """Whether a file that begins with `head` holds no text: a NUL in what is not UTF-16 with its mark."""
    return b"\0" in head[:LOOKED_AT] and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def with_eol(text: str, eol: Eol) -> str:
    """`text` with every line ended as `eol` says (`mixed`: as it is). `\r\n` and `\n` are line ends; a lone `\r` is not."""
    if eol == "mixed":
        return text
    plain = text.replace("\r\n", "\n") if "\r" in text else text
    end = LINE_ENDS[eol]
    return plain if end == "\n" else plain.replace("\n", end)


class Plain:
    """A text with every line end as `\n`, and where each of its characters stands in the file's own text."""

    __slots__ = ("_pairs", "eol", "own", "text")

    def __init__(self, own: str) -> None:
        self.own = own
        self.eol: Eol = eol_of(own)
        self._pairs: list[int] | None = None
        if self.eol in ("crlf", "mixed"):
            self.text = own.replace("\r\n", "\n")
        elif self.eol == "cr":
            self.text = own.replace("\r", "\n")
        else:
            self.text = own

    def position(self, at: int) -> int:
        """Where the character `at` of `text` stands in `own`."""
        if self.eol not in ("crlf", "mixed"):
            return at
        if self._pairs is None:
            found = re.finditer("\r\n", self.own)
            self._pairs = [match.start() - number for number, match in enumerate(found)]
        from bisect import bisect_left

        return at + bisect_left(self._pairs, at)

    def eol_at(self, start: int, end: int) -> Eol:
        """How lines end at `start` of `text`: within `start:end` if a line ends there, else the line around it."""
        if self.eol != "mixed":
            return self.eol
        feed = self.text.find("\n", start, end)
        if feed < 0:
            feed = self.text.rfind("\n", 0, start)
        if feed < 0:
            feed = self.text.find("\n", end)
        return "crlf" if self.own.startswith("\r\n", self.position(feed)) else "lf"

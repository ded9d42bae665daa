"""One file opened for reading, and pages of its text: what it is, which part was asked for, and the header that says so.

Small files are read once and whole; of large ones only what a page needs is ever read.
"""

from __future__ import annotations

import os

import msgspec

from servers.filesystem import window
from servers.filesystem.offsets import Shelf
from servers.filesystem.window import File, Memory, Source, Window
from servers.runtime.changing import text
from servers.runtime.changing.text import Encoding, Eol
from servers.runtime.errors import ToolError
from servers.runtime.safe.etag import MAX_HASHED, of_content, of_stat
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import Opened
from servers.runtime.safe.positioned import read_at
from servers.runtime.safe.words import said

MAX_DECODED = 16 << 20
"""Bytes of a UTF-16 file, whose lines can only be found by decoding it whole."""
_HEAD = 64 << 10
_CHARS_TO_BYTES = 4
_shelf = Shelf()


class Readable(msgspec.Struct):
    """An open file as far as it has been looked at. `content` is all of it where it is at most MAX_HASHED bytes, else None."""

    fd: int
    path: str
    stat: os.stat_result
    size: int
    etag: str
    head: bytes
    content: bytes | None


def look(opened: Opened) -> Readable:
    """Read what decides how a file is shown: all of a small one, the beginning of a large one. Raises ToolError."""
    try:
        if opened.stat.st_size <= MAX_HASHED:
            content = read_at(opened.fd, opened.stat.st_size + 1, 0)
            if len(content) > opened.stat.st_size:  # it grew since
                content = read_at(opened.fd, MAX_HASHED + 1, 0)
            if len(content) <= MAX_HASHED:
                tag = of_content(content)
                return Readable(opened.fd, opened.path, opened.stat, len(content), tag, content[:_HEAD], content)
        found = os.fstat(opened.fd)
        head = read_at(opened.fd, _HEAD, 0)
    except OSError as error:
        raise said("read", opened.path, error) from None
    return Readable(opened.fd, opened.path, found, found.st_size, of_stat(found), head, None)


class Page(msgspec.Struct, frozen=True):
    """Text of a page, line ends as `\n`. `next` is (byte, line number) where it goes on, None at the file's end.

    `first` and `last` are line numbers; 0 where only the distance from the end is known, which is then `from_end`.
    """

    text: str
    first: int
    last: int
    total: int | None
    encoding: Encoding
    eol: Eol
    next: tuple[int, int] | None = None
    from_end: int = 0
    begun: bool = False
    cut: bool = False
    about: int = 0


class Lines:
    """The text of one file, by lines. Raises ToolError where it can only be shown as hex."""

    def __init__(self, file: Readable) -> None:
        self.file = file
        self.encoding: Encoding = "utf-8"
        self.whole: bytes | None = None
        self.source = self._open(file)
        self.total = None if self.whole is None else self._count(self.whole)
        """How many lines there are, where that is cheap to know."""

    def _open(self, file: Readable) -> Source:
        content = file.content
        mark: Encoding | None = text.mark_of(file.head)
        if mark in ("utf-16-le", "utf-16-be"):
            if content is None:
                content = self._whole_utf16()
            decoded, self.encoding = text.decode(content)
            content = decoded.encode("utf-8", "surrogatepass") if self.encoding != "latin-1" else content
            mark = None
        start = len(text.MARKS[mark]) if mark else 0
        if mark:
            self.encoding = mark
        elif content is not None and self.encoding == "utf-8" and not content.isascii():
            _, self.encoding = text.decode(content)  # all of it decides, as it does for an edit
        sample = content if content is not None else file.head
        separator = b"\r" if b"\r" in sample and b"\n" not in sample else b"\n"
        if content is not None:
            self.whole = content
            return Memory(content, separator, start)
        marks = _shelf.marks((file.stat.st_dev, file.stat.st_ino, file.etag), start)
        return File(file.fd, file.size, separator, marks, start)

    def _whole_utf16(self) -> bytes:
        if self.file.size > MAX_DECODED:
            raise ToolError(
                f"{shown(self.file.path)} is UTF-16 and larger than {MAX_DECODED >> 20} MiB, so its lines cannot be found "
                'quickly. Read it with as="hex".'
            )
        return read_at(self.file.fd, MAX_DECODED, 0)

    def page(self, start: int, lines: int, max_chars: int) -> Page:
        """The page that begins at line `start` (negative: that many from the end); `lines` 0 means all that fit."""
        most = max_chars * _CHARS_TO_BYTES
        if start < 0:
            if not lines or lines >= -start:
                return self._tail(-start, max_chars)
            at = window.line_from_end(self.source, -start)
            return self._shown(window.forward(self.source, at, 0, lines, most), max_chars, from_end=-start)
        found = window.line_start(self.source, max(start, 1))
        if found is None or (found >= self.source.size and start > 1):
            raise ToolError(f"{shown(self.file.path)} has fewer than {start:,} lines.{self._how_many()}")
        return self._shown(window.forward(self.source, found, max(start, 1), lines, most), max_chars)

    def _how_many(self) -> str:
        total = self.total
        return (
            f" The last one is line {total:,}." if total is not None else " Use a negative start to read from its end."
        )

    def go_on(self, at: int, line: int, lines: int, max_chars: int) -> Page:
        """The page after one that ended at byte `at`, in or before line `line` (0: unknown)."""
        return self._shown(window.forward(self.source, at, line, lines, max_chars * _CHARS_TO_BYTES), max_chars)

    def _count(self, whole: bytes) -> int:
        return window.count_lines(whole, self.source.separator, self.source.start)

    def _tail(self, lines: int, max_chars: int) -> Page:
        found = window.backward(self.source, lines, max_chars * _CHARS_TO_BYTES)
        decoded = self._text(found)
        begun = found.begun
        if len(decoded) > max_chars:
            decoded = decoded[-max_chars:]
            begun = True
        height = decoded.count("\n") + (not decoded.endswith("\n") and bool(decoded))
        total = self.total
        first = total - height + 1 if total is not None else 0
        return self._page(decoded, first, height, begun=begun, from_end=height)

    def _shown(self, found: Window, max_chars: int, from_end: int = 0) -> Page:
        """A window as a page of at most `max_chars`, ended behind a whole line if there is one."""
        raw = found.content
        decoded = self._decoded(raw)
        cut = found.cut
        if len(decoded) > max_chars:
            separator = self.source.separator.decode()
            whole = decoded.rfind(separator, 0, max_chars) + 1
            cut = not whole
            decoded = decoded[: whole or max_chars]
        elif cut:
            # The window itself ended within a line or a character: give back what lies behind its last whole line.
            whole = decoded.rfind(self.source.separator.decode()) + 1
            if whole:
                decoded, cut = decoded[:whole], False
        if cut and len(decoded) > 1 and decoded.endswith("\r"):
            decoded = decoded[:-1]  # it may be half of a line end
        used = len(decoded.encode(self._codec(raw), "surrogatepass"))
        end = found.start + used
        plain = self._plain(decoded)
        height = plain.count("\n") + (not plain.endswith("\n") and bool(plain))
        after = found.line + plain.count("\n") if found.line else 0
        total = self.total
        first = found.line or (total - from_end + 1 if total is not None and from_end else 0)
        return self._page(
            plain,
            first,
            height,
            begun=found.begun,
            cut=cut,
            next_=(end, after) if end < self.source.size else None,
            from_end=from_end,
        )

    def _page(
        self,
        plain: str,
        first: int,
        height: int,
        *,
        begun: bool = False,
        cut: bool = False,
        next_: tuple[int, int] | None = None,
        from_end: int = 0,
    ) -> Page:
        total = self.total
        about = 0
        if total is None and first == 1 and next_ is None:
            total = height
        elif total is None and next_ is not None and first and not cut:
            # What has been seen so far tells how long lines are.
            about = round(self.source.size / max(next_[0], 1) * max(next_[1] - 1, 1))
        last = first + height - 1 if first else 0
        return Page(plain, first, max(last, 0), total, self.encoding, self._eol(), next_, from_end, begun, cut, about)

    def _eol(self) -> Eol:
        if self.source.separator == b"\r":
            return "cr"
        head = self.file.head if self.whole is None else self.whole[:_HEAD]
        pairs = head.count(b"\r\n")
        return "lf" if not pairs else "crlf" if pairs == head.count(b"\n") else "mixed"

    def _codec(self, raw: bytes) -> str:
        if self.encoding == "latin-1":
            return "latin-1"
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.start < len(raw) - 3 or error.reason != "unexpected end of data":
                return "latin-1"
        return "utf-8"

    def _decoded(self, raw: bytes) -> str:
        """The characters of some bytes of the file; those of a character that is cut off at the end are left out."""
        codec = self._codec(raw)
        if codec == "latin-1":
            self.encoding = "latin-1"
            return raw.decode("latin-1")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            return raw[: error.start].decode("utf-8")

    def _text(self, found: Window) -> str:
        """As `_decoded`, of a window at the file's end whose beginning may lie within a character."""
        raw = found.content
        if found.begun:
            skip = 0
            while skip < min(3, len(raw)) and raw[skip] & 0xC0 == 0x80:
                skip += 1
            if self._codec(raw[skip:]) == "utf-8":
                raw = raw[skip:]
        return self._plain(self._decoded(raw))

    def _plain(self, decoded: str) -> str:
        if self.source.separator == b"\r":
            return decoded.replace("\r", "\n")
        return decoded.replace("\r\n", "\n") if "\r" in decoded else decoded

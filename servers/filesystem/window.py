"""Reading a window of lines out of a file of any size in time and memory that depend on the window alone.

Lines end at `separator` (one byte) and are counted from 1. Everything here is bytes; a window's bytes are exactly the file's.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

import msgspec

from servers.filesystem.offsets import Marks
from servers.runtime.errors import ToolError
from servers.runtime.safe.positioned import fill_at, read_at

BLOCK = 1 << 20
"""Bytes read at once while lines are counted."""
MAX_BACK = 64 << 20
"""Bytes that are searched backwards for a line that was named by its distance from the end."""
_SEEK_DATA: int | None = getattr(os, "SEEK_DATA", None)


class Window(msgspec.Struct, frozen=True):
    """Bytes `start:end` of a file. `line` is the number of the first line in it, 0 where it is not known.

    `begun`: it starts within a line; `cut`: it stops within one, because no more was wanted at once.
    """

    content: bytes
    start: int
    end: int
    line: int
    begun: bool = False
    cut: bool = False


class Source:
    """`size` bytes that can be read at any place, and the marks that make far lines quick to find again."""

    def __init__(self, size: int, separator: bytes = b"\n", marks: Marks | None = None, start: int = 0) -> None:
        self.size = size
        self.separator = separator
        self.start = start
        """Where the text begins, behind a mark of its encoding."""
        self.marks = marks if marks is not None else Marks(start)
        self.check: Callable[[], object] = _nothing

    def read(self, at: int, count: int) -> bytes:
        """Bytes from `at` on, fewer than `count` only at the end. Raises OSError."""
        raise NotImplementedError

    def fill(self, at: int, buffer: bytearray) -> int:
        """As `read`, into a buffer; how many there were."""
        piece = self.read(at, len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def skip(self, at: int) -> int:
        """The next place from `at` on that can hold anything but zeros."""
        return at


class Memory(Source):
    """Bytes that are in memory already."""

    def __init__(self, content: bytes, separator: bytes = b"\n", start: int = 0) -> None:
        super().__init__(len(content), separator, start=start)
        self.content = content

    def read(self, at: int, count: int) -> bytes:
        return self.content[at : at + count]


class File(Source):
    """An open file."""

    def __init__(self, fd: int, size: int, separator: bytes, marks: Marks, start: int = 0) -> None:
        super().__init__(size, separator, marks, start)
        self._fd = fd

    def read(self, at: int, count: int) -> bytes:
        return read_at(self._fd, min(count, max(self.size - at, 0)), at)

    def fill(self, at: int, buffer: bytearray) -> int:
        return min(fill_at(self._fd, buffer, at), max(self.size - at, 0))

    def skip(self, at: int) -> int:
        if _SEEK_DATA is None or at >= self.size:
            return at
        try:
            return os.lseek(self._fd, at, _SEEK_DATA)
        except OSError as error:
            # ENXIO: nothing but a hole up to the end. Anything else: the file system cannot tell.
            return self.size if error.errno == errno.ENXIO else at


def _nothing() -> None:
    return None


def forward(source: Source, at: int, line: int, lines: int, most: int) -> Window:
    """At most `lines` lines (0: any number) and `most` bytes from `at` on, where line number `line` begins or continues."""
    content = source.read(at, most)
    if not lines:
        end = len(content)
    else:
        end = _after(content, source.separator, lines)
        end = len(content) if end < 0 else end
    content = content[:end]
    stop = at + end
    cut = stop < source.size and not content.endswith(source.separator)
    begun = at > source.start and source.read(at - 1, 1) != source.separator
    return Window(content, at, stop, line, begun, cut)


def _after(content: bytes, separator: bytes, lines: int) -> int:
    """The place behind the `lines`-th separator, or -1."""
    if content.count(separator) < lines:
        return -1
    return _nth(content, separator, lines, 0, len(content))


def _nth(content: bytes | bytearray, separator: bytes, number: int, low: int, high: int) -> int:
    """The place behind the `number`-th separator in `low:high`, which is there: halving, then stepping."""
    while high - low > 4096:
        middle = (low + high) // 2
        count = content.count(separator, low, middle)
        if count >= number:
            high = middle
        else:
            number -= count
            low = middle
    at = low
    for _ in range(number):
        at = content.find(separator, at, high) + 1
    return at


def line_start(source: Source, line: int) -> int | None:
    """Where line number `line` begins, or None where the file has fewer. What was counted on the way is marked."""
    if line <= 1:
        return source.start
    at, seen = source.marks.before(line)
    buffer = bytearray(BLOCK)
    steps = 0
    while at < source.size:
        count = source.fill(at, buffer)
        if count <= 0:
            break
        found = buffer.count(source.separator, 0, count)
        if seen + found >= line:
            return at + _nth(buffer, source.separator, line - seen, 0, count)
        seen += found
        at += count
        if not found:
            at = source.skip(at)
        source.marks.add(seen, at)
        steps += 1
        if steps % 16 == 0:
            source.check()
    return None


def backward(source: Source, lines: int, most: int) -> Window:
    """The last `lines` lines, less what is beyond the last `most` bytes."""
    at = max(source.size - most, source.start)
    content = source.read(at, most)
    begin = _before(content, source.separator, lines)
    start = at + begin
    begun = start > source.start and begin == 0 and source.read(start - 1, 1) != source.separator
    return Window(content[begin:], start, source.size, 0, begun)


def _before(content: bytes, separator: bytes, lines: int) -> int:
    """Where the last `lines` lines of `content` begin; 0 where it has no more than that."""
    end = len(content) - 1 if content.endswith(separator) else len(content)
    for _ in range(lines):
        end = content.rfind(separator, 0, end)
        if end < 0:
            return 0
    return end + 1


def line_from_end(source: Source, lines: int) -> int:
    """Where the last `lines` lines begin. Raises ToolError where that is too far from the end to be looked for."""
    at = source.size
    wanted = lines
    if at > source.start and source.read(at - 1, 1) == source.separator:
        wanted += 1
    while at > source.start:
        if source.size - at >= MAX_BACK:
            raise ToolError(
                f"The last {lines:,} lines of this file begin more than {MAX_BACK >> 20} MiB before its end. "
                "Name a line by its number from the start, or ask for fewer lines from the end."
            )
        count = min(BLOCK, at - source.start)
        content = source.read(at - count, count)
        found = content.count(source.separator)
        if found >= wanted:
            return at - count + _nth(content, source.separator, found - wanted + 1, 0, len(content))
        wanted -= found
        at -= count
        source.check()
    return source.start


def count_lines(content: bytes, separator: bytes, start: int = 0) -> int:
    """How many lines a whole file has; a last one without a separator counts."""
    return content.count(separator, start) + (len(content) > start and not content.endswith(separator))

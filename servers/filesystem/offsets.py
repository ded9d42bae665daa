"""Where lines begin in large files, remembered sparsely and for a few files only, so that the next page of one is quick to find."""

from __future__ import annotations

import _thread
from array import array
from bisect import bisect_right

MAX_MARKS = 4096
"""Marks of one file; when there are more, every second one goes."""
MAX_FILES = 16


class Marks:
    """Pairs of (line number, place where it begins or continues) in one state of one file, growing."""

    __slots__ = ("_gap", "_lines", "_lock", "_places")

    def __init__(self, start: int = 0) -> None:
        self._lines = array("Q", [1])
        self._places = array("Q", [start])
        self._gap = 0
        self._lock = _thread.allocate_lock()

    def __len__(self) -> int:
        return len(self._lines)

    def before(self, line: int) -> tuple[int, int]:
        """The last marked (place, line) at which the start of `line` has not been passed yet.

        A mark may lie within its line: then only a later line's start is found from it.
        """
        with self._lock:
            number = max(bisect_right(self._lines, line - 1) - 1, 0)
            return self._places[number], self._lines[number]

    def add(self, line: int, place: int) -> None:
        """Mark that `line` begins or continues at `place`. Places before the last mark's are known already."""
        with self._lock:
            if place < self._places[-1] + self._gap or place == self._places[-1]:
                return
            self._lines.append(line)
            self._places.append(place)
            if len(self._lines) > MAX_MARKS:
                del self._lines[1::2], self._places[1::2]
                self._gap = (self._places[-1] - self._places[0]) // len(self._places)


class Shelf:
    """The marks of the files looked at last, by (device, inode, etag)."""

    def __init__(self) -> None:
        self._marks: dict[tuple[int, int, str], Marks] = {}
        self._lock = _thread.allocate_lock()

    def marks(self, key: tuple[int, int, str], start: int) -> Marks:
        """The marks of that state of that file, new ones where there are none."""
        with self._lock:
            found = self._marks.pop(key, None) or Marks(start)
            while len(self._marks) >= MAX_FILES:
                del self._marks[next(iter(self._marks))]
            self._marks[key] = found
            return found

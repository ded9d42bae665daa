"""A text under several replacements, each made on the outcome of those before, which still knows what became of the original."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import AnyStr, Generic

import msgspec


class Splice(msgspec.Struct, Generic[AnyStr], frozen=True):
    """Characters (or bytes) `start:end` of the original became `new`. Splices of one outcome are in order and do not touch."""

    start: int
    end: int
    new: AnyStr


class Pieces(Generic[AnyStr]):
    """`original`, cut where it was changed. Positions count in the present text unless it says otherwise."""

    def __init__(self, original: AnyStr) -> None:
        self._original = original
        self._join: Callable[[Iterable[AnyStr]], AnyStr] = original[:0].join  # pyright: ignore[reportAttributeAccessIssue, reportAssignmentType]
        # Kept parts are (start, end, None) of the original; new ones are (0, length, text).
        self._parts: list[tuple[int, int, AnyStr | None]] = [(0, len(original), None)] if original else []
        self._text: AnyStr | None = original

    @property
    def text(self) -> AnyStr:
        """The present text."""
        if self._text is None:
            self._text = self._join(
                self._original[start:end] if new is None else new[start:end] for start, end, new in self._parts
            )
        return self._text

    def replace(self, start: int, end: int, new: AnyStr) -> None:
        """Put `new` in the place of `start:end`."""
        before = self._cut(start)
        after = self._cut(end)
        self._parts[before:after] = [(0, len(new), new)] if new else []
        self._text = None

    def position(self, at: int) -> int | None:
        """Where the boundary `at` of the original lies now; None where it lies within something replaced."""
        here = 0
        seen = 0
        for start, end, new in self._parts:
            if new is None:
                if start <= at <= end:
                    return here + at - start
                if at < start:
                    return None
                seen = end
            here += end - start
        return here if at == len(self._original) and seen == at else None

    def _cut(self, at: int) -> int:
        """The number of parts before position `at`, where a part now ends."""
        here = 0
        for number, (start, end, new) in enumerate(self._parts):
            if at == here:
                return number
            if at < here + end - start:
                middle = start + at - here
                self._parts[number : number + 1] = [(start, middle, new), (middle, end, new)]
                return number + 1
            here += end - start
        return len(self._parts)

    def splices(self) -> list[Splice[AnyStr]]:
        """What became of the original: each stretch that was replaced, and by what."""
        out: list[Splice[AnyStr]] = []
        at = 0
        new: list[AnyStr] = []
        for start, end, text in [*self._parts, (len(self._original), len(self._original), None)]:
            if text is not None:
                new.append(text[start:end])
                continue
            if new or start > at:
                out.append(Splice(at, start, self._join(new)))
                new = []
            at = end
        return out

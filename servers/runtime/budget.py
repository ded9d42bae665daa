"""Budgets: no result is larger than was agreed, and what was left out is said with its count."""

from __future__ import annotations

from servers.runtime.call import MAX_CHARS


class Budget:
    """Collects the parts of a result, in characters. A part that does not fit is not taken, and nothing after it is."""

    def __init__(self, max_chars: int = MAX_CHARS) -> None:
        self.max_chars = max_chars
        self.left = max_chars
        self.full = False
        self._parts: list[str] = []

    def add(self, part: str) -> bool:
        """Take `part` if it fits; False where it does not, from then on always."""
        if self.full or len(part) > self.left:
            self.full = True
            return False
        self.left -= len(part)
        self._parts.append(part)
        return True

    def reserve(self, chars: int) -> None:
        """Keep room for what is added at the end with `close`."""
        self.left -= chars

    def __len__(self) -> int:
        return len(self._parts)

    def close(self, end: str = "") -> str:
        """What was taken, and `end`, for which room was reserved."""
        return "".join(self._parts) + end


def clip(text: str, max_chars: int) -> str:
    """`text`, or its beginning with the number of characters that were left out; at most `max_chars` and the note's own."""
    if len(text) <= max_chars:
        return text
    return f"{text[:max_chars]}… ({len(text) - max_chars:,} more characters)"

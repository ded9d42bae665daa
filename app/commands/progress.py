"""A progress bar on stderr, for work that takes longer than a moment. Silent where stderr is no terminal."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Self

QUIET_SECONDS = 0.3
"""Work that is over before this shows no bar."""
EVERY = 0.1


class Bar:
    """Call it with what is done and how much there is; leaving the `with` block wipes it."""

    def __init__(self, words: str) -> None:
        self._words = words
        self._shown = False
        self._next = time.monotonic() + QUIET_SECONDS
        self._terminal = sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        """Draw, at most ten times a second."""
        if not self._terminal or (now := time.monotonic()) < self._next:
            return
        self._next = now + EVERY
        self._shown = True
        share = min(done / total, 1.0) if total > 0 else 0.0
        room = max(shutil.get_terminal_size().columns - len(self._words) - 10, 5)
        room = min(room, 40)
        full = round(share * room)
        print(f"\r{self._words} {'█' * full}{'░' * (room - full)} {share:4.0%} ", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

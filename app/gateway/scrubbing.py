"""Takes the values of secrets out of what a server prints, before it reaches its log. A value cut through by two reads is found too."""

from __future__ import annotations

from collections.abc import Mapping

from app.core import known
from app.core.known import SHORTEST

MOST = 256
"""Spellings of the values of one process, the longest ones."""


class Scrubber:
    """Of one process. `secrets` are values by name."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._marks: dict[bytes, bytes] = {}
        self._rest = b""
        for name, value in secrets.items():
            self.learn(name, value)

    def learn(self, name: str, value: str) -> None:
        """One more value that the process has been given; of two with one beginning the longer one is looked for first.

        It is taken out of all that this gateway keeps, too: a server may tell it to a client, and that to another server.
        """
        if len(value) >= SHORTEST:
            known.learn(name, value)
            mark = f"[secret {name}]".encode()
            marks = {spelling.encode("utf-8", "surrogateescape"): mark for spelling in known.spellings(value)}
            self._marks = dict(sorted({**self._marks, **marks}.items(), key=lambda entry: -len(entry[0]))[:MOST])

    def clean(self, text: bytes, most: int) -> bytes:
        """At most `most` bytes of something whole, cleaned before it is cut so that no half of a value stays."""
        longest = max(map(len, self._marks), default=0)
        text = text[: most + longest]
        for value, mark in self._marks.items():
            text = text.replace(value, mark)
        return text[:most]

    def feed(self, chunk: bytes) -> bytes:
        """What of it may be written now."""
        if not self._marks:
            return chunk
        text = self._rest + chunk
        for value, mark in self._marks.items():
            text = text.replace(value, mark)
        begun = max(_begun(text, value) for value in self._marks)
        self._rest = text[len(text) - begun :]
        return text[: len(text) - begun]

    def end(self) -> bytes:
        """What was kept back, since a secret might have begun there."""
        rest, self._rest = self._rest, b""
        return rest


def _begun(text: bytes, value: bytes) -> int:
    """How many bytes at the end of `text` are the beginning of `value`."""
    for size in range(min(len(text), len(value) - 1), 0, -1):
        if text.endswith(value[:size]):
            return size
    return 0

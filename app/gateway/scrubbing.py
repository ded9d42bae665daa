"""Takes the values of secrets out of what a server prints, before it reaches its log. A value cut through by two reads is found too."""

from __future__ import annotations

from collections.abc import Mapping

MOST = 256
"""Values of one process, the longest ones."""
SHORTEST = 4
"""Characters; a shorter value is no secret, and would make holes everywhere."""


class Scrubber:
    """Of one process. `secrets` are values by name."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._marks: dict[bytes, bytes] = {}
        self._rest = b""
        for name, value in secrets.items():
            self.learn(name, value)

    def learn(self, name: str, value: str) -> None:
        """One more value that the process has been given; of two with one beginning the longer one is looked for first."""
        if len(value) >= SHORTEST:
            marks = {**self._marks, value.encode("utf-8", "surrogateescape"): f"[secret {name}]".encode()}
            self._marks = dict(sorted(marks.items(), key=lambda entry: -len(entry[0]))[:MOST])

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

"""What a diff is made of, before its text: the files that changed, from `git diff --raw --numstat -z` (git-diff(1), "Raw output").

Nothing here decides what may be shown.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import msgspec

_LOCKS = frozenset(
    (
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "bun.lock",
        "Cargo.lock",
        "poetry.lock",
        "uv.lock",
        "pdm.lock",
        "Pipfile.lock",
        "Gemfile.lock",
        "composer.lock",
        "go.sum",
        "flake.lock",
        "mix.lock",
        "pubspec.lock",
        "Podfile.lock",
        "packages.lock.json",
        "gradle.lockfile",
        "Package.resolved",
    )
)
_MADE = (".min.js", ".min.css", ".js.map", ".css.map")


class Entry(msgspec.Struct):
    """One changed file. `status` is git's letter; `added` and `removed` count lines, -1 where the content is binary or not
    counted. `old` differs from `path` for renames and copies. `unhashed`: the new side lies in the working tree.
    `same`: the content did not change, only name or mode."""

    status: str
    path: str
    old: str
    old_mode: str
    new_mode: str
    likeness: str = ""
    added: int = -1
    removed: int = -1
    counted: bool = False
    unhashed: bool = False
    same: bool = False

    @property
    def summarised(self) -> bool:
        """Whether its text says little for its length: a lock file, or something a build made."""
        return os.path.basename(self.path) in _LOCKS or self.path.endswith(_MADE)


class Listing(msgspec.Struct):
    """All changed files, in git's order, and the raw bytes that name their state."""

    entries: list[Entry]
    raw: bytes


class Collector:
    """Takes the output piece by piece until the listing is whole; then `rest` is what followed it (patches)."""

    def __init__(self) -> None:
        self.listing = Listing([], b"")
        self.rest = b""
        self.whole = False
        self._buffer = bytearray()
        self._at = 0

    def feed(self, chunk: bytes) -> bool:
        """Take a piece; True once the listing is whole."""
        self._buffer += chunk
        while (end := self._buffer.find(b"\0", self._at)) >= 0:
            if end == self._at:  # an empty field: patches follow. No path is empty, nor is any other field
                self._finish(end)
                return True
            after = _end_of_entry(self._buffer, self._at, end)
            if after < 0:
                return False
            self._at = after
        return False

    def close(self) -> None:
        """The output ended: what came is the listing."""
        if not self.whole:
            self._finish(len(self._buffer))

    def _finish(self, end: int) -> None:
        self.whole = True
        self.rest = bytes(self._buffer[end:]).removeprefix(b"\0")
        self.listing = read(bytes(self._buffer[:end]))


def _end_of_entry(buffer: bytearray | bytes, at: int, end: int) -> int:
    """Where the entry that begins at `at`, and whose first field ends at `end`, is over; -1 where it is not there yet."""
    if buffer[at : at + 1] == b":":
        more = 2 if buffer[at:end].rpartition(b" ")[2][:1] in b"RC" else 1
    else:
        more = 2 if buffer[end - 1 : end] == b"\t" else 0
    for _ in range(more):
        end = buffer.find(b"\0", end + 1)
        if end < 0:
            return -1
    return end + 1


def read(output: bytes) -> Listing:
    """The listing in `output`: entries, then perhaps their counts in the same order."""
    fields = iter(output.split(b"\0"))
    entries: list[Entry] = []
    counts: dict[str, list[tuple[int, int]]] = {}
    for field in fields:
        if field.startswith(b":"):
            entries.append(_entry(field, fields))
        elif field:
            _count(field, fields, counts)
    for entry in entries:
        found = counts.get(entry.path)
        if found:
            entry.added, entry.removed = found.pop(0)
            entry.counted = True
    return Listing(entries, _raw_part(output, len(entries)))


def _raw_part(output: bytes, count: int) -> bytes:
    at = 0
    for _ in range(count):
        at = _end_of_entry(output, at, output.find(b"\0", at))
    return output[:at]


def _entry(field: bytes, fields: Iterator[bytes]) -> Entry:
    old_mode, new_mode, old_id, new_id, status = field[1:].split(b" ")
    old = os.fsdecode(next(fields))
    path = os.fsdecode(next(fields)) if status[:1] in b"RC" else old
    return Entry(
        status[:1].decode(),
        path,
        old,
        old_mode.decode(),
        new_mode.decode(),
        status[1:].decode().lstrip("0"),
        same=old_id == new_id and bool(old_id.strip(b"0")),
        unhashed=not new_id.strip(b"0") and new_mode.strip(b"0") != b"",
    )


def _count(field: bytes, fields: Iterator[bytes], counts: dict[str, list[tuple[int, int]]]) -> None:
    added, removed, name = field.split(b"\t", 2)
    if not name:
        next(fields)
        name = next(fields)
    number = (-1, -1) if added == b"-" else (int(added), int(removed))
    counts.setdefault(os.fsdecode(name), []).append(number)

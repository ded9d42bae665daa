"""Matching again, in files that were opened and judged here, what ripgrep nominated by path: only this reaches the client.

ripgrep is given the very descriptors, so a folder swapped in between can change which files are looked at, and never what is
said of them. Files that cannot be opened, are not open to the server, or hold no text are left out.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence

import msgspec

from servers.filesystem import ripgrep
from servers.runtime.call import Call
from servers.runtime.changing import text
from servers.runtime.errors import ToolError
from servers.runtime.safe.opening import Opened, open_file
from servers.runtime.safe.positioned import read_at

BATCH = 128
"""Files that are open at once."""
_DESCRIPTORS = 4096
"""Descriptors that several searches at once can need; systems begin with 256 or 1024."""


class _Words(msgspec.Struct):
    """Text of a line, as it is or in base64 where it is not UTF-8."""

    text: str = ""
    raw: bytes = msgspec.field(default=b"", name="bytes")


class _Part(msgspec.Struct):
    start: int
    end: int


class _Told(msgspec.Struct):
    path: _Words = msgspec.field(default_factory=_Words)
    lines: _Words = msgspec.field(default_factory=_Words)
    line_number: int | None = None
    submatches: list[_Part] = []


class _Message(msgspec.Struct):
    """One line of `rg --json`."""

    type: str
    data: _Told


class Line(msgspec.Struct, frozen=True):
    """A line of a file: its number from 1, its text without line end, and whether it matches (else it is context).

    `at` is where the first match begins in `text`.
    """

    number: int
    text: str
    hit: bool
    at: int = 0


class Checked(msgspec.Struct, frozen=True):
    """What was really found in one file. `path` is the nominated one, `real` the opened object's own."""

    path: str
    real: str
    lines: list[Line]
    count: int


_read = msgspec.json.Decoder(_Message).decode


def lines(
    call: Call, paths: Sequence[str], full: Callable[[str], str], query: Sequence[str], *, context: int, most: int
) -> Iterator[Checked]:
    """The matching lines of these files, in their order, with `context` lines around them; at most `most` hits of a file."""
    flags = ["--json", "--line-number", f"--max-count={most}", *([f"--context={context}"] if context else [])]
    for batch in _batches(call, paths, full):
        told: dict[int, list[Line]] = {}
        for fd, output in _runs(call, batch, [*flags, *query]):
            _collect(output, fd, told)
        for path, opened in batch:
            found = told.get(opened.fd, [])
            count = sum(line.hit for line in found)
            if count:
                yield Checked(path, opened.path, found, count)


def counts(
    call: Call, paths: Sequence[str], full: Callable[[str], str], query: Sequence[str], *, only_files: bool
) -> Iterator[Checked]:
    """The files that match, with their number of matching lines (1 where `only_files`)."""
    flags = ["--null", "--with-filename", "--files-with-matches" if only_files else "--count"]
    for batch in _batches(call, paths, full):
        told: dict[int, int] = {}
        for fd, output in _runs(call, batch, [*flags, *query]):
            for record in output.split(b"\0" if only_files else b"\n"):
                name, _, count = record.partition(b"\0")
                if name:
                    told[_number(os.fsdecode(name), fd)] = int(count or 1)
        for path, opened in batch:
            count = told.get(opened.fd, 0)
            if count:
                yield Checked(path, opened.path, [], count)


def _batches(call: Call, paths: Sequence[str], full: Callable[[str], str]) -> Iterator[list[tuple[str, Opened]]]:
    """The files that may be read and hold text, open, a batch at a time."""
    if paths:
        _allow_descriptors()
    for start in range(0, len(paths), BATCH):
        call.check()
        batch: list[tuple[str, Opened]] = []
        try:
            for path in paths[start : start + BATCH]:
                try:
                    opened = open_file(call.folders, full(path), what="search")
                except ToolError:
                    continue
                batch.append((path, opened))
            yield [(path, opened) for path, opened in batch if _is_text(opened)]
        finally:
            for _, opened in batch:
                opened.close()


def _allow_descriptors() -> None:
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(_DESCRIPTORS, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _is_text(opened: Opened) -> bool:
    try:
        return not text.is_binary(read_at(opened.fd, text.LOOKED_AT, 0))
    except OSError:
        return False


def _runs(call: Call, batch: list[tuple[str, Opened]], arguments: Sequence[str]) -> Iterator[tuple[int, bytes]]:
    """Output of ripgrep over the batch's descriptors: of all of them, or (with its descriptor) of each by itself where the
    system has no names for descriptors."""
    if not batch:
        return
    if ripgrep.DESCRIPTORS:
        given = [opened.fd for _, opened in batch]
        paths = [ripgrep.descriptor_path(fd) for fd in given]
        yield -1, ripgrep.Run(call, [*arguments, "--", *paths], descriptors=given).whole()
        return
    for _, opened in batch:
        os.lseek(opened.fd, 0, os.SEEK_SET)
        yield opened.fd, ripgrep.Run(call, [*arguments, "--", "-"], stdin=opened.fd).whole()


def _number(path: str, alone: int) -> int:
    """The descriptor that a path of the output stands for."""
    return alone if alone >= 0 else int(path.rpartition("/")[2])


def _collect(output: bytes, alone: int, told: dict[int, list[Line]]) -> None:
    for record in output.split(b"\n"):
        if not record.startswith((b'{"type":"match"', b'{"type":"context"')):
            continue
        message = _read(record)
        data = message.data
        line, at = _plain(data.lines, data.submatches[0].start if data.submatches else 0)
        hit = message.type == "match"
        told.setdefault(_number(data.path.text, alone), []).append(Line(data.line_number or 0, line, hit, at))


def _plain(words: _Words, start: int) -> tuple[str, int]:
    """A line without its end, and the character at which byte `start` of it stands."""
    if words.raw:
        line = words.raw.decode("latin-1")
    else:
        line = words.text
        if start and not line.isascii():
            start = len(line.encode()[:start].decode("utf-8", "ignore"))
    return line.removesuffix("\n").removesuffix("\r"), start

r"""The text of a diff, cut into files as it comes from git: the path is known before anything of a file is shown.

A line of content begins with a space, `+`, `-` or `\`, so a line that begins a file cannot be forged by what a file holds.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

import msgspec

_BEGIN = re.compile(rb"^(?:diff --git |diff --cc |diff --combined |\* Unmerged path )", re.MULTILINE)
_LONGEST_BEGIN = 20
_ESCAPES = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_RENAMED = re.compile(rb"^(?:rename|copy) from (.*)\n(?:rename|copy) to (.*)$", re.MULTILINE)


class Part(msgspec.Struct):
    """One file's patch: all of it, or as far as it was read (`whole` is False then)."""

    path: str
    old: str
    text: bytes
    whole: bool = True


def parts(chunks: Iterable[bytes], most: int, also: bytes = b"") -> Iterator[Part]:
    """The files in `also` and `chunks`. Of a file longer than `most` bytes only the beginning is given.

    Pieces that belong to one path and follow each other (a file that became a link; a conflict) are one file.
    """
    held: Part | None = None
    for text, whole in _pieces(chunks, most, also):
        old, path = names(text)
        if held is not None and held.path == path:
            held.text += text
            held.whole = held.whole and whole
        else:
            if held is not None:
                yield held
            held = Part(path, old, text, whole)
        if len(held.text) > most:
            held.text, held.whole = held.text[:most], False
        if not held.whole:
            yield held  # at once: whoever shows it stops here, and git with it
            held = None
    if held is not None:
        yield held


def _pieces(chunks: Iterable[bytes], most: int, also: bytes) -> Iterator[tuple[bytes, bool]]:
    buffer = bytearray(also)
    looked, cut = 1, False
    for chunk in chunks:
        buffer += chunk
        while found := _BEGIN.search(buffer, looked):
            end = found.start()
            del found  # it holds the buffer, which could not shrink
            if not cut:
                yield bytes(buffer[:end]), True
            del buffer[:end]
            looked, cut = 1, False
        if len(buffer) > most and not cut:
            yield bytes(buffer[:most]), False
            cut = True
        if cut:
            del buffer[: -_LONGEST_BEGIN - 1]
        looked = max(len(buffer) - _LONGEST_BEGIN, 1)
    rest, at = bytes(buffer), 0
    while found := _BEGIN.search(rest, at + 1):
        if not cut:
            yield rest[at : found.start()], True
        at, cut = found.start(), False
    if rest[at:].strip() and not cut:
        yield rest[at:], True


def counted(text: bytes) -> tuple[int, int] | None:
    """How many lines a whole patch adds and removes; None where the content is binary."""
    added = removed = 0
    for piece in _BEGIN.split(text):
        head, mark, hunks = piece.partition(b"\n@@ ")
        if not mark:
            if b"\nBinary files " in head:
                return None
            continue
        added += hunks.count(b"\n+")
        removed += hunks.count(b"\n-")
    return added, removed


def names(piece: bytes) -> tuple[str, str]:
    """The old and the new path of a file's patch, from its first lines."""
    first, _, rest = piece.lstrip(b"\n").partition(b"\n")
    for start in (b"diff --cc ", b"diff --combined ", b"* Unmerged path "):
        if first.startswith(start):
            path = os.fsdecode(_unquoted(first[len(start) :]))
            return path, path
    end = rest.find(b"\n@@ ")
    renamed = _RENAMED.search(rest if end < 0 else rest[:end])
    if renamed:
        return os.fsdecode(_unquoted(renamed[1])), os.fsdecode(_unquoted(renamed[2]))
    both = first.removeprefix(b"diff --git ")
    one = _unquoted(both[: len(both) // 2])  # `a/PATH b/PATH`, quoted alike: the halves are equally long
    path = os.fsdecode(one[2:])
    return path, path


def _unquoted(name: bytes) -> bytes:
    """A name as git writes it between quotes where it must (git-config(1), core.quotePath)."""
    if not (len(name) > 1 and name.startswith(b'"') and name.endswith(b'"')):
        return name
    return _ESCAPE.sub(_unescaped, name[1:-1])


def _unescaped(found: re.Match[bytes]) -> bytes:
    what = found[1]
    return bytes([int(what, 8)]) if len(what) == 3 else _ESCAPES.get(what, what)

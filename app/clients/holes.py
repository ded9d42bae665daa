"""A client's text kept without the secrets in it: each stands as a marker, and is filled in from the keychain when it is put back.

The text that results is the one that was, byte for byte, as long as the secrets are the same. No secret is kept here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping

import msgspec


class Hole(msgspec.Struct, frozen=True):
    """`content[start:end]` (bytes) is a marker for the secret of that name; `written`: how its characters stood there."""

    start: int
    end: int
    secret: str
    written: str


class Holed(msgspec.Struct, frozen=True):
    """A text with markers, UTF-8 where it is a text at all."""

    content: bytes
    holes: tuple[Hole, ...] = ()

    @property
    def secrets(self) -> set[str]:
        """The names of the secrets that are needed to fill it."""
        return {hole.secret for hole in self.holes}


def _escaped(value: str, ascii_only: bool, slashes: bool) -> str:
    text = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
    return text.replace("/", "\\/") if slashes else text


WAYS: dict[str, Callable[[str], str]] = {
    "plain": lambda value: value,
    "json": lambda value: _escaped(value, ascii_only=False, slashes=False),
    "ascii": lambda value: _escaped(value, ascii_only=True, slashes=False),
    "slashes": lambda value: _escaped(value, ascii_only=False, slashes=True),
    "ascii-slashes": lambda value: _escaped(value, ascii_only=True, slashes=True),
}
"""How the characters of a value may stand between the quotes of a configuration, character by character."""
SHORT = 8
"""A secret of fewer characters is only looked for where it stands as a word: it may be a part of many."""


def way_of(value: str, literal: str) -> str:
    """The way in which that literal writes the value; empty where it is none of ours, and could not be written again."""
    return next((name for name, write in WAYS.items() if write(value) == literal), "")


def marker(secret: str) -> str:
    """What stands for a secret."""
    return f"{{secret:{secret}}}"


def dig(text: Holed, secrets: Mapping[str, str]) -> Holed:
    """`text` with every place where one of the secrets (name → value) stands replaced by its marker."""
    known: dict[bytes, tuple[str, str]] = {}
    for name, value in secrets.items():
        for way, write in WAYS.items():
            literal = write(value).encode("utf-8", "surrogatepass")
            if literal:
                known.setdefault(literal, (name, way))
    if not known:
        return text
    pattern = re.compile(b"|".join(_looked_for(each) for each in sorted(known, key=len, reverse=True)))
    pieces: list[bytes] = []
    holes: list[Hole] = []
    length = 0
    for piece, hole in _pieces(text):
        at = 0
        for found in pattern.finditer(piece):
            name, way = known[found.group()]
            pieces.append(piece[at : found.start()])
            mark = marker(name).encode()
            start = length + found.start() - at
            holes.append(Hole(start, start + len(mark), name, way))
            pieces.append(mark)
            length = start + len(mark)
            at = found.end()
        pieces.append(piece[at:])
        length += len(piece) - at
        if hole is not None:
            mark = text.content[hole.start : hole.end]
            holes.append(msgspec.structs.replace(hole, start=length, end=length + len(mark)))
            pieces.append(mark)
            length += len(mark)
    return Holed(b"".join(pieces), tuple(holes))


def fill(text: Holed, secrets: Mapping[str, str]) -> bytes:
    """The text with the values in the markers' places; a secret that is not among them leaves its place empty."""
    pieces: list[bytes] = []
    for piece, hole in _pieces(text):
        pieces.append(piece)
        if hole is not None:
            value = secrets.get(hole.secret, "")
            pieces.append(WAYS[hole.written](value).encode("utf-8", "surrogatepass"))
    return b"".join(pieces)


def made_of(content: bytes, text: Holed) -> bool:
    """Whether `content` is that text with some values in its holes."""
    pattern = rb"[^\r\n]*?".join(re.escape(piece) for piece, _ in _pieces(text))
    return re.fullmatch(pattern, content) is not None


def _pieces(text: Holed) -> Iterable[tuple[bytes, Hole | None]]:
    at = 0
    for hole in text.holes:
        yield text.content[at : hole.start], hole
        at = hole.end
    yield text.content[at:], None


def _looked_for(literal: bytes) -> bytes:
    escaped = re.escape(literal)
    return escaped if len(literal) >= SHORT else rb"(?<![A-Za-z0-9_])" + escaped + rb"(?![A-Za-z0-9_])"

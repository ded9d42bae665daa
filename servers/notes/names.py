"""The names of a vault's files: what a link or a person may call them by. Paths in here are relative to the vault, parts joined by `/`.

Names are compared as Obsidian does: without regard to case and to the form in which accents are written.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Protocol

NOTE = ".md"
"""How the name of a note ends; every other file is an attachment."""


class NameTable(Protocol):
    """A vault's files by name. Both give paths as they are on disk, in no order; several files may share a name."""

    def named(self, name: str) -> list[str]:
        """Files whose last part is `name`, ending included (`Plan.md`)."""
        ...

    def aliased(self, alias: str) -> list[str]:
        """Notes whose properties list `alias` under `aliases`."""
        ...


class MemoryNames:
    """A table made from all paths at once; `aliases` gives the aliases of notes by path."""

    def __init__(self, paths: Iterable[str], aliases: Mapping[str, Iterable[str]] | None = None) -> None:
        self._named: dict[str, list[str]] = {}
        self._aliased: dict[str, list[str]] = {}
        for path in paths:
            self._named.setdefault(key(last(path)), []).append(path)
        for path, listed in (aliases or {}).items():
            for alias in listed:
                self._aliased.setdefault(key(alias), []).append(path)

    def named(self, name: str) -> list[str]:
        return list(self._named.get(key(name), ()))

    def aliased(self, alias: str) -> list[str]:
        return list(self._aliased.get(key(alias), ()))


class MovedNames:
    """Another table as it will be when files have moved: `moves` gives the new path of each old one."""

    def __init__(self, names: NameTable, moves: Mapping[str, str]) -> None:
        self._names = names
        self._moves = moves

    def named(self, name: str) -> list[str]:
        wanted = key(name)
        kept = [path for path in self._names.named(name) if path not in self._moves]
        return kept + [new for new in self._moves.values() if key(last(new)) == wanted]

    def aliased(self, alias: str) -> list[str]:
        return [self._moves.get(path, path) for path in self._names.aliased(alias)]


def key(text: str) -> str:
    """The form in which two spellings of one name are equal. Halves of characters, which no text can hold, become `?`."""
    if text.isascii():
        return text.lower()
    text = text.encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def last(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def title(path: str) -> str:
    """What a note is called: its file name without `.md`; an attachment keeps its ending."""
    name = last(path)
    return name[: -len(NOTE)] if is_note(path) else name


def is_note(path: str) -> bool:
    """Whether the file at `path` is a note."""
    return path[-len(NOTE) :].lower() == NOTE

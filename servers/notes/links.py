"""Which file a link means, as Obsidian decides it. Pure: it asks a table of names and touches no file.

A link names a file by its name, by the end of its path, by its whole path from the vault's top (`/a/b`), or relative to the
note it stands in (`./b`, `../b`). `.md` may be left out. Where several files fit, those in the source's folder and below it
come first, then those with the shortest path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from servers.notes.names import NOTE, NameTable, key, last

_EXTERNAL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


class Resolution(msgspec.Struct, frozen=True):
    """Where a link leads: `path` is the file that Obsidian would open, empty where there is none.

    `candidates` are all the files that fit, best first; more than one means that the link is ambiguous. `by_alias`: only an
    alias fits, which Obsidian offers while typing and does not follow.
    """

    path: str = ""
    candidates: tuple[str, ...] = ()
    by_alias: bool = False

    @property
    def missing(self) -> bool:
        """Whether no file fits."""
        return not self.path

    @property
    def ambiguous(self) -> bool:
        """Whether several files fit."""
        return len(self.candidates) > 1


MISSING = Resolution()


def split(target: str) -> tuple[str, str]:
    """A link's target as the file's part and the rest from `#` on (`#Heading#Sub`, `#^block`), which may be empty."""
    file, mark, part = target.partition("#")
    return _plain(file), mark + part.strip() if mark else ""


def is_external(target: str) -> bool:
    """Whether a Markdown link leads out of the vault: it begins with a scheme (`https:`, `mailto:`) or with `//`."""
    return target.startswith("//") or _EXTERNAL.match(target) is not None


def resolve(names: NameTable, source: str, target: str) -> Resolution:
    """The file that `target` (percent signs undone, without `|text`; `#…` is ignored) means in the note `source`.

    `source` is the note's path in the vault, or empty: then the vault's top counts as the folder it stands in.
    """
    wanted, part = split(target)
    if not wanted:
        return Resolution(source, (source,)) if part and source else MISSING
    return find(names, source, wanted)


def find(names: NameTable, source: str, wanted: str) -> Resolution:
    """As `resolve`, of a file's part alone: a `#` in it belongs to the name."""
    literal, spelled = _candidates(names, wanted)
    if not literal:
        return _by_alias(names, source, wanted)
    folder = source.rpartition("/")[0]
    if spelled.startswith(("./", "../")):
        absolute = _relative(folder, spelled)
        return _one(path for path in literal if absolute and key(path) == key(absolute))
    if spelled.startswith("/"):
        return _one(path for path in literal if key(path) == key(spelled.lstrip("/")))
    suffix = "/" + key(spelled)
    fitting = [path for path in literal if ("/" + key(path)).endswith(suffix)]
    return _one(_in_order(fitting, folder))


def _plain(file: str) -> str:
    return file.replace("\N{NO-BREAK SPACE}", " ").strip()


def _candidates(names: NameTable, wanted: str) -> tuple[list[str], str]:
    """Files with the target's name, and the target spelled with its ending. A name with an ending of its own is tried as it is."""
    name = last(wanted)
    if "." in name:
        found = names.named(name)
        if found:
            return found, wanted
    return names.named(name + NOTE), wanted + NOTE


def _by_alias(names: NameTable, source: str, wanted: str) -> Resolution:
    found = _in_order(names.aliased(wanted), source.rpartition("/")[0])
    return Resolution(found[0], tuple(found), by_alias=True) if found else MISSING


def _relative(folder: str, spelled: str) -> str:
    """`spelled` from `folder` on, without `.` and `..`; empty where it leaves the vault."""
    parts = folder.split("/") if folder else []
    for part in spelled.split("/"):
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _in_order(paths: list[str], folder: str) -> list[str]:
    inside = key(folder) + "/" if folder else ""
    return sorted(set(paths), key=lambda path: (not key(path).startswith(inside), len(path), path))


def _one(paths: Iterable[str]) -> Resolution:
    found = tuple(paths)
    return Resolution(found[0], found) if found else MISSING

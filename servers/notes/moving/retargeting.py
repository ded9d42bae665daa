"""How a link must be written so that it still leads where it led, after files have moved. Pure: it asks tables of names.

A link is written anew only where it would lead elsewhere, in the manner it was written in: a bare name stays a bare name while
that is clear, a path stays a path, `.md` stays or stays away, and so do the part behind `#` and the words shown.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Literal

import msgspec

from servers.notes.links import resolve
from servers.notes.names import NOTE, NameTable, is_note, key, last
from servers.notes.parsing.parts import Link

_ENCODED = re.compile(rb"[\x00-\x20\x7f()<>%#?\\^|\[\]\"]")


class Names(msgspec.Struct):
    """The vault's names as they are and as they will be; `moves` gives the new path of each file that moves."""

    before: NameTable
    after: NameTable
    moves: Mapping[str, str]


class Outcome(msgspec.Struct, frozen=True):
    """`new`: the target, without its part, is to be written as `target`. `left`: it would have to be, and cannot be for certain,
    since several files fit (`why`). `same`: it leads where it led."""

    kind: Literal["same", "new", "left"]
    target: str = ""
    why: str = ""


_SAME = Outcome("same")


def retarget(link: Link, source: str, names: Names) -> Outcome:
    """What becomes of a link in the note that is at `source` before the move."""
    if not link.target:
        return _SAME
    was = resolve(names.before, source, link.target)
    if was.missing or was.by_alias:
        return _SAME
    wanted = names.moves.get(was.path, was.path)
    here = names.moves.get(source, source)
    now = resolve(names.after, here, link.target)
    # What every Markdown reader can follow, not Obsidian alone, stays so.
    plain = link.kind in ("markdown", "definition") and _is_relative(link.target, source, was.path)
    if now.path == wanted and not now.by_alias and (not plain or _is_relative(link.target, here, wanted)):
        return _SAME
    exact = plain or key(link.target.strip("/")) in (key(was.path), key(was.path.removesuffix(NOTE)))
    if was.ambiguous and not exact:
        others = ", ".join(path for path in was.candidates[:4])
        return Outcome("left", why=f"it may mean any of {others}")
    for target in _spellings(link, here, wanted, relative=plain):
        found = resolve(names.after, here, target)
        if found.path == wanted and not found.ambiguous and not found.by_alias:
            return Outcome("new", target)
    return Outcome("left", why="no name or path would lead there alone")


def _spellings(link: Link, here: str, wanted: str, *, relative: bool) -> list[str]:
    """Ways to write `wanted` in the note at `here`, the nearest to the old way first; `relative`: that was the old way."""
    old = link.target
    plain = wanted[: -len(NOTE)] if is_note(wanted) and not old.lower().endswith(NOTE) else wanted
    out: list[str] = []
    if old.startswith("/"):
        out.append(f"/{plain}")
    elif old.startswith(("./", "../")):
        out.append(_relative(plain, here, dotted=True))
    elif relative:
        out += [_relative(plain, here, dotted=False), _relative(plain, here, dotted=True)]
    elif "/" not in old:
        out.append(last(plain))
    out += [plain, f"/{plain}"]
    if link.kind in ("wiki", "property"):
        return [one for one in out if not any(char in one for char in "#|[]\n")]
    return out


def _is_relative(old: str, source: str, was: str) -> bool:
    """Whether a Markdown link is written as every Markdown reader takes it: from its own note's folder on."""
    folder = posixpath.dirname(source)
    return key(posixpath.normpath(posixpath.join(folder, old))) in (key(was), key(was.removesuffix(NOTE)))


def _relative(path: str, here: str, *, dotted: bool) -> str:
    found = posixpath.relpath(f"/{path}", f"/{posixpath.dirname(here)}")
    return f"./{found}" if dotted and not found.startswith("../") else found


def written(content: bytes, link: Link, target: str) -> tuple[int, int, bytes]:
    """Where the link's target stands without its part, and the bytes to put there for `target`."""
    start, end = link.target_start, link.target_end
    mark = content.find(b"#", start, end)
    if mark >= 0:
        end = mark
    new = target.encode("utf-8", "surrogateescape")
    if link.kind in ("markdown", "definition"):
        angled = content[start - 1 : start] == b"<"
        new = new if angled else _ENCODED.sub(lambda match: b"%%%02X" % match[0][0], new)
    elif link.kind == "property" and content[link.start - 1 : link.start] == b"'":
        new = new.replace(b"'", b"''")
    elif link.kind == "property":
        new = new.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return start, end, new

"""Adding and taking away tags: added in the properties, taken away there and in the text, whole words only."""

from __future__ import annotations

import re
from collections.abc import Sequence

from servers.notes.editing import properties
from servers.notes.editing.properties import Splices
from servers.notes.parsing.note import parse
from servers.runtime.changing.pieces import Splice
from servers.runtime.errors import ToolError

_PROPERTIES = ("tags", "tag")
_WRONG = re.compile("[\u2000-\u206f\u2e00-\u2e7f'!\"#$%&()*+,.:;<=>?@^`{|}~\\[\\]\\\\\\s]")
MAX_TAGS = 100


def named(tags: Sequence[str]) -> list[str]:
    """The tags without `#`, each once. Raises ToolError where one could be none."""
    out: dict[str, str] = {}
    for tag in tags:
        name = tag.strip().removeprefix("#")
        wrong = _WRONG.search(name)
        if wrong is not None:
            raise ToolError(
                f"{tag!r} can be no tag: {wrong[0]!r} ends one. A tag is of letters, digits, `_`, `-` and `/`. "
                "Nothing was changed."
            )
        if not name or name.isdecimal():
            raise ToolError(f"{tag!r} can be no tag: it needs something besides digits. Nothing was changed.")
        out.setdefault(name.casefold(), name)
    return list(out.values())


def add(content: bytes, tags: Sequence[str], eol: bytes, path: str) -> Splices:
    """Put these into the property `tags`, behind those that are there. Raises ToolError."""
    found = properties.read(content, path)
    here = found.tags if found is not None else []
    known = {name.casefold() for name in here}
    new = [name for name in named(tags) if name.casefold() not in known]
    return properties.change_words(content, _PROPERTIES, [*here, *new], eol, path) if new else []


def remove(content: bytes, tags: Sequence[str], eol: bytes, path: str) -> Splices:
    """Take these out of the properties and the text; a tag below one of them (`a/b` below `a`) stays. Raises ToolError."""
    gone = {name.casefold() for name in named(tags)}
    found = properties.read(content, path)
    here = found.tags if found is not None else []
    left = [name for name in here if name.casefold() not in gone]
    splices = properties.change_words(content, _PROPERTIES, left, eol, path) if len(left) < len(here) else []
    for tag in parse(content).tags:
        if tag.name.casefold() in gone:
            splices.append(Splice(*_with_space(content, tag.start, tag.end), b""))
    return splices


def _with_space(content: bytes, start: int, end: int) -> tuple[int, int]:
    """A tag and the space that parted it from its neighbour: the one before, or, at a line's beginning, the one behind."""
    if content[start - 1 : start] == b" " and content[end : end + 1] in (b" ", b"\r", b"\n", b""):
        return start - 1, end
    if content[end : end + 1] == b" " and (start == 0 or content[start - 1 : start] == b"\n"):
        return start, end + 1
    return start, end

"""What of a note goes into the index: the words of its columns, and its aliases, tags, properties and links as rows."""

from __future__ import annotations

import re

import msgspec

from servers.notes import links as linking
from servers.notes.names import NOTE, key, last, title
from servers.notes.parsing.note import Note, parse

MAX_BYTES = 8 << 20
"""Of a larger note only the beginning is indexed."""
_MAX_VALUE = 200
_MAX_LINKS = 5000
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003fffd])"
)
"""Characters of scripts that put no spaces between words, and Hangul, whose words take endings."""

Value = str | int | float


class Contents(msgspec.Struct):
    """`words` are the columns of the full-text table. The rest are pairs of the form compared and the form shown."""

    words: tuple[str, str, str, str]
    aliases: list[tuple[str, str]]
    tags: list[tuple[str, str]]
    properties: list[tuple[str, Value]]
    links: list[tuple[str, str]]


def spaced(text: str) -> str:
    """`text` as it is indexed and asked for: characters of scripts without spaces each stand as a word of their own."""
    return text if text.isascii() else _UNSPACED.sub(r" \1 ", text)


def decoded(content: bytes) -> str:
    """The text of a note, whatever its bytes are; those that are no text become U+FFFD."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8", "replace")


def contents_of(path: str, content: bytes) -> Contents:
    """Everything about the note at `path` (in the vault) that the index keeps."""
    note = parse(content)
    text = decoded(content)
    aliases = note.aliases
    tags = note.all_tags
    folder, name = path.rpartition("/")[0], title(path)
    titled = _titled(note)
    return Contents(
        (
            spaced(" ".join([name, *aliases, *([titled] if titled else [])])),
            spaced(" ".join(tags)) if tags else "",
            spaced(folder),
            spaced(text),
        ),
        [(key(alias), alias) for alias in aliases],
        [(key(tag), tag) for tag in tags],
        _properties(note),
        list(dict.fromkeys(link for link in map(_link, _targets(note)) if link[0])),
    )


def link_key(target: str) -> str:
    """The name that a link's target goes by in the table of links: its last part without `.md`, folded."""
    name = key(last(linking.split(target)[0]))
    return name.removesuffix(NOTE)


def _titled(note: Note) -> str:
    found = note.frontmatter.find("title") if note.frontmatter is not None else None
    return found.value if found is not None and isinstance(found.value, str) else ""


def _targets(note: Note) -> list[str]:
    return [link.target for link in note.links[:_MAX_LINKS] if link.target]


def _link(target: str) -> tuple[str, str]:
    return link_key(target), target


def _properties(note: Note) -> list[tuple[str, Value]]:
    if note.frontmatter is None:
        return []
    found: dict[tuple[str, Value], None] = {}
    for one in note.frontmatter.properties:
        name = key(one.name)
        for value in one.value if isinstance(one.value, list) else [one.value]:
            found[name, plain(value)] = None
    return list(found)


def plain(value: object) -> Value:
    """A property's value in the form in which values are compared: numbers as they are, all else as folded text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)) and -(2**63) <= value < 2**63:
        return value
    return "" if value is None else key(str(value))[:_MAX_VALUE]

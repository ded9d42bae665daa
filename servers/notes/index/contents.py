"""What of a note goes into the index: the words of its columns, and its aliases, tags, properties and links as rows."""

from __future__ import annotations

import re

import msgspec

from servers.notes import links as linking
from servers.notes.names import NOTE, key, last, title
from servers.notes.parsing.note import Note, parse
from servers.notes.parsing.values import tags_of, words_of

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
    front = _front(note)
    tags = {key(name): name for name in reversed([*front.tags, *(tag.name for tag in note.tags)])}
    folder, name = path.rpartition("/")[0], title(path)
    return Contents(
        (
            spaced(" ".join([name, *front.aliases, *front.titles])),
            spaced(" ".join(reversed(tags.values()))) if tags else "",
            spaced(folder),
            spaced(text),
        ),
        [(key(alias), alias) for alias in front.aliases],
        list(reversed(tags.items())),
        list(front.properties),
        list(dict.fromkeys(_link(link.target) for link in note.links[:_MAX_LINKS] if link.target)),
    )


class _Front:
    """What the properties say, gathered in one pass: every note has to go through here."""

    __slots__ = ("aliases", "properties", "tags", "titles")

    def __init__(self) -> None:
        self.aliases: list[str] = []
        self.tags: list[str] = []
        self.titles: list[str] = []
        self.properties: dict[tuple[str, Value], None] = {}


def _front(note: Note) -> _Front:
    found = _Front()
    for one in note.frontmatter.properties if note.frontmatter is not None else ():
        name, value = key(one.name), one.value
        if name in ("tags", "tag"):
            found.tags += tags_of(value)
        elif name in ("aliases", "alias"):
            found.aliases += words_of(value)
        elif name == "title" and isinstance(value, str):
            found.titles.append(value)
        if isinstance(value, list):
            for each in value:
                found.properties[name, plain(each)] = None
        else:
            found.properties[name, plain(value)] = None
    return found


def link_key(target: str) -> str:
    """The name that a link's target goes by in the table of links: its last part without `.md`, folded."""
    name = key(last(linking.split(target)[0]))
    return name.removesuffix(NOTE)


def _link(target: str) -> tuple[str, str]:
    return link_key(target), target


def plain(value: object) -> Value:
    """A property's value in the form in which values are compared: numbers as they are, all else as folded text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)) and -(2**63) <= value < 2**63:
        return value
    return "" if value is None else key(str(value))[:_MAX_VALUE]

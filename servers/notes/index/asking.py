r"""The language of search_notes: words, "phrases", prefix*, one OR another, -without, tag:, #tag, title:, path:, body:,
property:name=value.

All of a query's parts must fit. What a person types is never SQL and never FTS5 syntax: each word is quoted.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from servers.notes.index.contents import plain, spaced
from servers.notes.names import key
from servers.runtime.errors import ToolError

MAX_TERMS = 40
_SHORT = 4
Column = Literal["all", "title", "tag", "path", "body"]
COLUMNS = {"title": "title", "tag": "tags", "path": "path", "body": "body"}
_PART = re.compile(
    r"""(?P<minus>-?)(?:(?P<field>tag|title|path|body|property|prop):|(?P<hash>\#(?=[^\s\#"])))?"""
    r"""(?:(?P<name>[^\s"=<>:]+)(?P<op>[=<>])(?="))?(?:"(?P<phrase>[^"]*)"(?P<star>\*?)|(?P<word>\S+))"""
)
_COMPARED = re.compile(r"(?P<name>[^=<>]+)(?:(?P<op>[=<>])(?P<value>.*))?\Z")


class Term(msgspec.Struct, frozen=True):
    """A word or a phrase to be found: `column` of the full-text table or empty, `prefix`: it may go on."""

    text: str
    column: str = ""
    prefix: bool = False


class Compared(msgspec.Struct, frozen=True):
    """A property: its folded name, and `=`, `<` or `>` with a value, or an empty `op`: it need only be there."""

    name: str
    op: str = ""
    value: str = ""


class Asked(msgspec.Struct):
    """A query taken apart. `starts` are one-letter prefixes, which only titles are asked for."""

    groups: list[list[Term]] = []
    """One of each must be there."""
    without: list[Term] = []
    tags: list[str] = []
    without_tags: list[str] = []
    properties: list[Compared] = []
    starts: list[str] = []

    @property
    def terms(self) -> list[Term]:
        """All that may be there, for showing where it stands."""
        return [term for group in self.groups for term in group]

    @property
    def broad(self) -> bool:
        """Whether a prefix is so short that ranking all it fits would take long."""
        return any(term.prefix and len(term.text) < _SHORT for term in self.terms)

    @property
    def match(self) -> str:
        """The FTS5 expression; empty where no words are asked for."""
        groups = [" OR ".join(map(_quoted, group)) for group in self.groups]
        expression = " AND ".join(
            f"({one})" if len(group) > 1 else one for one, group in zip(groups, self.groups, strict=True)
        )
        for term in self.without if expression else ():
            expression = f"({expression}) NOT {_quoted(term)}"
        return expression


def ask(query: str, where: Column = "all", tags: list[str] | None = None) -> Asked:
    """Take a query apart. Raises ToolError where it asks for nothing, or for too much."""
    asked = Asked(tags=[key(tag.lstrip("#")) for tag in tags or () if tag.strip("# ")])
    either = False
    query = query.encode("utf-8", "replace").decode()  # halves of characters are no text, for the engine neither
    for number, part in enumerate(_PART.finditer(query)):
        if number >= MAX_TERMS:
            raise ToolError(f"A query may have {MAX_TERMS} parts, not more.")
        if part["word"] in ("AND", "OR") and part[0] == part["word"]:
            either = part["word"] == "OR" and bool(asked.groups)
            continue
        groups = len(asked.groups)
        _take(asked, part, COLUMNS.get(where, ""))
        if either and len(asked.groups) > groups:
            asked.groups[-2:] = [asked.groups[-2] + asked.groups[-1]]
        either = False
    if asked.without and not asked.terms:
        raise ToolError("Say what to find, not only what to leave out.")
    return asked


def is_empty(asked: Asked) -> bool:
    """Whether nothing is asked for."""
    return not (asked.terms or asked.tags or asked.properties or asked.starts)


def _take(asked: Asked, part: re.Match[str], column: str) -> None:
    field = part["field"] or ""
    text = part["phrase"] if part["phrase"] is not None else part["word"]
    minus = bool(part["minus"])
    if field in ("property", "prop"):
        if minus:
            raise ToolError("A property can be asked for, not left out.")
        asked.properties.append(_compared(f"{part['name']}{part['op']}{text}" if part["name"] else text))
        return
    if part["name"]:
        text = f"{part['name']}{part['op']}{text}"
    if field == "tag" or part["hash"]:
        (asked.without_tags if minus else asked.tags).append(key(text.lstrip("#")))
        return
    prefix = bool(part["star"]) or (part["word"] is not None and text.endswith("*"))
    text = text.rstrip("*") if part["word"] is not None else text
    if not any(char.isalnum() for char in text):
        return
    if prefix and len(text) == 1 and text.isascii():
        asked.starts.append(key(text))
        return
    term = Term(text, COLUMNS.get(field, column), prefix)
    if minus:
        asked.without.append(term)
    else:
        asked.groups.append([term])


def _compared(text: str) -> Compared:
    found = _COMPARED.match(text)
    if found is None or not found["name"].strip():
        raise ToolError(
            "Ask for a property as property:name, property:name=value, property:name>value or property:name<value."
        )
    return Compared(key(found["name"].strip()), found["op"] or "", (found["value"] or "").strip())


def _quoted(term: Term) -> str:
    text = spaced(term.text).replace('"', '""').replace("\0", " ")
    column = f"{term.column} : " if term.column else ""
    return f'{column}"{text}"{" *" if term.prefix else ""}'


def values(compared: Compared) -> list[str | int | float]:
    """The forms in which a value may stand in the index: as text, and as a number if it is one."""
    found: list[str | int | float] = [plain(compared.value)]
    for kind in (int, float):
        try:
            found.append(kind(compared.value))
            break
        except ValueError:
            continue
    return found

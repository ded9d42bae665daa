"""The user's guide: the articles of `resources/help`, their sections, and finding one. Read-only, and it never leaves that folder.

The articles are Markdown as GitHub shows it. A link `doorkeep:PAGE` leads to a page of the window.
"""

from __future__ import annotations

import os
import re
import unicodedata
from typing import NamedTuple

from app.core.errors import DoorkeepError

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "resources", "help")
TOPICS = ("index", "setup", "folders", "servers", "secrets", "approvals", "undo", "log", "privacy", "troubleshooting")
"""The articles, in the order in which they are read."""
MOST_HITS = 30

_HEADING = re.compile(r"(#{1,6}) +(\S.*)")
_LINK = re.compile(r"\[([^\]\n]*)\]\(([^)\s]*)\)")


class GuideError(DoorkeepError):
    """There is no such article, or it cannot be read."""


class Article(NamedTuple):
    """One page of the guide: its name, its title, its Markdown."""

    name: str
    title: str
    text: str


class Section(NamedTuple):
    """A heading and what stands below it up to the next one. `anchor` is the heading as links write it; empty for the title's own."""

    article: str
    title: str
    anchor: str
    heading: str
    text: str

    @property
    def link(self) -> str:
        """Where it is, as `NAME` or `NAME#anchor`."""
        return f"{self.article}#{self.anchor}" if self.anchor else self.article


def article(name: str) -> Article:
    """An article by its name. Raises GuideError."""
    if name not in TOPICS:
        raise GuideError(f"The guide has no page {name[:40]!r}.", "", f"It has: {', '.join(TOPICS)}.")
    path = os.path.join(FOLDER, f"{name}.md")
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise GuideError(f"{path} cannot be read: {error.strerror}.", "", "Install Doorkeep again.") from None
    first = _HEADING.match(text)
    return Article(name, first[2].strip() if first else name, text)


def anchor(heading: str) -> str:
    """A heading as GitHub's links write it: small letters, digits, `-` and `_`, a `-` for each space."""
    words = plain(heading).strip().lower().replace(" ", "-")
    return "".join(sign for sign in words if sign in "-_" or unicodedata.category(sign)[0] in "LNM")


def sections(given: Article) -> list[Section]:
    """The article's parts in order; the first is what stands below its title."""
    found: list[Section] = []
    heading, level, lines, fenced = given.title, 1, list[str](), False
    for line in [*given.text.splitlines(), None]:
        fenced ^= line is not None and line.startswith("```")
        new = _HEADING.fullmatch(line) if line is not None and not fenced else None
        if line is None or (new is not None and (found or lines)):
            where = "" if level == 1 else anchor(heading)
            found.append(Section(given.name, given.title, where, plain(heading), "\n".join(lines).strip()))
            lines = []
        if new is not None:
            heading, level = new[2], len(new[1])
        elif line is not None:
            lines.append(line)
    return found


def find(typed: str) -> list[Section]:
    """Sections in which each typed word occurs, at most MOST_HITS; those with all words in their heading come first."""
    words = fold(typed).split()
    if not words:
        return []
    hits: list[tuple[int, Section]] = []
    for name in TOPICS[1:]:
        for part in sections(article(name)):
            heading = fold(part.heading)
            if all(word in f"{heading} {fold(part.text)}" for word in words):
                hits.append((sum(word not in heading for word in words), part))
    return [part for _, part in sorted(hits, key=lambda hit: hit[0])[:MOST_HITS]]


def fold(text: str) -> str:
    """As it is compared: without case, without Markdown's signs, with one kind of quotation mark."""
    return plain(text).casefold().replace("’", "'")


def plain(text: str) -> str:
    """Markdown without the signs that a terminal or a heading need not show; a link is its words, and its address on the net."""

    def words_of(link: re.Match[str]) -> str:
        words, target = link[1], link[2]
        return f"{words} ({target})" if target.startswith("https://") and target not in words else words

    return _LINK.sub(words_of, text).replace("**", "").replace("`", "")

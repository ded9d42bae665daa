"""Links after a move: each leads where it led, written in the manner it was written in. A table of cases."""

from __future__ import annotations

import pytest

from servers.notes.links import resolve
from servers.notes.moving.retargeting import Names, retarget, written
from servers.notes.names import MemoryNames, MovedNames
from servers.notes.parsing.note import parse

FILES = [
    "Top.md",
    "a/Plan.md",
    "a/Other.md",
    "a/b/Deep note.md",
    "c/Same.md",
    "d/Same.md",
    "img/pic (1).png",
    "it's.md",
]


def after(text: str, source: str, moves: dict[str, str], files: list[str] = FILES) -> str:
    """The note's text once all its links are written anew; `!` and the reason where one is left."""
    before = MemoryNames(files, {"Top.md": ["Alias"]})
    names = Names(before, MovedNames(before, moves), moves)
    content = text.encode()
    for link in sorted(parse(content).links, key=lambda one: -one.start):
        outcome = retarget(link, source, names)
        if outcome.kind == "left":
            return f"!{outcome.why}"
        if outcome.kind == "new":
            start, end, new = written(content, link, outcome.target)
            content = content[:start] + new + content[end:]
    return content.decode()


RENAMED = {"a/Plan.md": "a/New plan.md"}
MOVED = {"a/Plan.md": "c/Plan.md"}
BOTH = {"a/Plan.md": "c/d/New.md"}
PICTURE = {"img/pic (1).png": "img/new (2).png"}
OTHERS = "[[Alias]] [[Missing]] [[#Here]] [x](https://e.org/Plan.md)"


@pytest.mark.parametrize(
    ("text", "source", "moves", "expected"),
    [
        ("[[Plan]]", "Top.md", RENAMED, "[[New plan]]"),
        ("[[plan|words]]", "Top.md", RENAMED, "[[New plan|words]]"),
        ("![[Plan#Head#Sub]] [[Plan#^id]]", "Top.md", RENAMED, "![[New plan#Head#Sub]] [[New plan#^id]]"),
        ("[[Plan.md]]", "Top.md", RENAMED, "[[New plan.md]]"),
        ("| [[Plan\\|w]] |", "Top.md", RENAMED, "| [[New plan\\|w]] |"),
        ("[[a/Plan]]", "Top.md", RENAMED, "[[a/New plan]]"),
        ("[[/a/Plan]]", "Top.md", RENAMED, "[[/a/New plan]]"),
        ("[[./Plan]]", "a/Other.md", RENAMED, "[[./New plan]]"),
        ("[[../Plan]]", "a/b/Deep note.md", RENAMED, "[[../New plan]]"),
        ("[x](a/Plan.md)", "Top.md", RENAMED, "[x](a/New%20plan.md)"),
        ("[x](<a/Plan.md#h> 't')", "Top.md", RENAMED, "[x](<a/New plan.md#h> 't')"),
        ("[x](Plan.md)", "a/Other.md", RENAMED, "[x](New%20plan.md)"),
        ("[x](Plan)", "a/Other.md", RENAMED, "[x](New%20plan)"),
        ("[x](../Plan.md)", "a/b/Deep note.md", RENAMED, "[x](../New%20plan.md)"),
        ("[r]: a/Plan.md 't'", "Top.md", RENAMED, "[r]: a/New%20plan.md 't'"),
        ('---\nup: "[[Plan]]"\n---\n', "Top.md", RENAMED, '---\nup: "[[New plan]]"\n---\n'),
        ("---\nup: '[[Plan]]'\n---\n", "Top.md", {"a/Plan.md": "a/It's.md"}, "---\nup: '[[a/It''s]]'\n---\n"),
        ("[[Plan]]", "Top.md", MOVED, "[[Plan]]"),
        ("[[a/Plan]]", "Top.md", MOVED, "[[c/Plan]]"),
        ("[x](a/Plan.md)", "Top.md", MOVED, "[x](c/Plan.md)"),
        ("[x](Plan.md)", "a/Other.md", MOVED, "[x](../c/Plan.md)"),
        ("[[./Plan]]", "a/Other.md", MOVED, "[[../c/Plan]]"),
        ("[[Plan]] `[[Plan]]` \\[[Plan]]", "Top.md", BOTH, "[[New]] `[[Plan]]` \\[[Plan]]"),
        (OTHERS, "Top.md", BOTH, OTHERS),
        # A name that several files would bear is written as a path.
        ("[[Plan]]", "Top.md", {"a/Plan.md": "a/Same.md"}, "[[a/Same]]"),
        # The moved note's own links.
        ("[[Other]] [[./Other]]", "a/Plan.md", BOTH, "[[Other]] [[../../a/Other]]"),
        ("[x](Other.md#h) [y](b/Deep%20note.md)", "a/Plan.md", BOTH, "[x](../../a/Other.md#h) [y](../../a/b/Deep%20note.md)"),
        ("[x](Top.md) [y](/Top.md)", "a/Plan.md", BOTH, "[x](Top.md) [y](/Top.md)"),
        ("[[Plan]] [[#x]] [me](Plan.md)", "a/Plan.md", BOTH, "[[New]] [[#x]] [me](New.md)"),
        # Attachments.
        ("![[pic (1).png|200]]", "Top.md", PICTURE, "![[new (2).png|200]]"),
        ("![x](img/pic%20\\(1\\).png)", "Top.md", PICTURE, "![x](img/new%20%282%29.png)"),
        # A link that would lead to the moved note by its new name keeps leading where it led.
        ("[[Other]]", "c/Same.md", {"a/Plan.md": "c/Other.md"}, "[[a/Other]]"),
        # Several files fit: left, unless the path is exact.
        ("[[Same]]", "Top.md", {"c/Same.md": "c/New.md"}, "!it may mean any of c/Same.md, d/Same.md"),
        ("[[c/Same]]", "Top.md", {"c/Same.md": "c/New.md"}, "[[c/New]]"),
        # Names that a wikilink cannot hold are not put into one.
        ("[[Plan]]", "Top.md", {"a/Plan.md": "a/x#y.md"}, "!no name or path would lead there alone"),
        # Only the case changes.
        ("[[plan]] [[Plan]]", "Top.md", {"a/Plan.md": "a/PLAN.md"}, "[[plan]] [[Plan]]"),
    ],
)  # fmt: skip
def test_links(text: str, source: str, moves: dict[str, str], expected: str) -> None:
    assert after(text, source, moves) == expected


@pytest.mark.parametrize("target", ["Plan", "a/Plan", "Plan.md", "/a/Plan.md", "./a/Plan"])
@pytest.mark.parametrize("new", ["a/New.md", "New.md", "x/y/Same.md", "c/Plan.md", "Plän ü.md"])
def test_whatever_is_written_leads_to_the_moved_note(target: str, new: str) -> None:
    moves = {"a/Plan.md": new}
    before = MemoryNames(FILES)
    names = Names(before, MovedNames(before, moves), moves)
    for text in (f"[[{target}]]", f"[x]({target})"):
        (link,) = parse(after(text, "Top.md", moves).encode()).links
        assert resolve(names.after, "Top.md", link.target).path == new

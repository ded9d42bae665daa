"""What counts as a heading, a link, a tag or a block id, and where nothing does: a table of cases."""

from __future__ import annotations

import pytest

from servers.notes.parsing.note import parse
from servers.notes.parsing.scanning import Scan

HEADINGS: list[tuple[str, list[tuple[int, str]]]] = [
    ("# One", [(1, "One")]),
    ("   ###### Six", [(6, "Six")]),
    ("####### Seven", []),
    ("#NoSpace", []),
    ("#\ttab", [(1, "tab")]),
    ("#", [(1, "")]),
    ("## Closed ##", [(2, "Closed")]),
    ("## C#", [(2, "C#")]),
    ("    # code", []),
    ("a\n\n    # code\n\n    # still", []),
    ("- item\n\n    # not at the margin", []),
    ("```\n# in a fence\n```\n# after", [(1, "after")]),
    ("~~~\n```\n# in\n~~~\n# after", [(1, "after")]),
    ("````\n```\n# in\n````\n# after", [(1, "after")]),
    ("```\n# never closed", []),
    ("> ```\n> # in\n\n# after", [(1, "after")]),
    ("- ```\n  # in\n  ```\n# after", [(1, "after")]),
    ("%%\n# hidden\n%%\n# after", [(1, "after")]),
    ("%% a %%\n# after", [(1, "after")]),
    ("%%\n# never closed", []),
    ("<!--\n# hidden\n-->\n# after", [(1, "after")]),
    ("<pre>\n# hidden\n</pre>\n# after", [(1, "after")]),
    ("$$\n# hidden\n$$\n# after", [(1, "after")]),
    ("<div>\n# HTML\n</div>\n\n# after", [(1, "after")]),
    ("</pre>\n# after", [(1, "after")]),
    ("<b>bold</b>\n# after", [(1, "after")]),
    ("<div>\n---", []),
    ("***\n---", []),
    ("[r]: x\n---", []),
    ("Title\n===\ntext", [(1, "Title")]),
    ("Title\n---", [(2, "Title")]),
    ("two\nlines\n---", [(2, "two lines")]),
    ("\n---\n", []),
    ("- item\n---", []),
    ("> quote\n---", []),
    ("| a |\n---", []),
    ("# H\n---", [(1, "H")]),
    ("a `code\n# not in it` b", [(1, "not in it` b")]),
    ("---\na: 1\n# comment\n---\n# after", [(1, "after")]),
    ("text\n# right below", [(1, "right below")]),
]


@pytest.mark.parametrize(("text", "expected"), HEADINGS)
def test_headings(text: str, expected: list[tuple[int, str]]) -> None:
    assert [(one.level, one.text) for one in parse(text.encode()).headings] == expected


TAGS: list[tuple[str, list[str]]] = [
    ("#tag", ["tag"]),
    ("a #b/c-d_e f", ["b/c-d_e"]),
    ("#été #日本 #emoji✅", ["été", "日本", "emoji✅"]),
    ("#1984 #y1984", ["y1984"]),
    ("a#b", []),
    ("https://example.org/#frag", []),
    ("`#code`", []),
    ("``a ` #code``", []),
    ("# Heading #tag", ["tag"]),
    ("#one,#two. #three", ["one", "three"]),
    ("##two", []),
    ("\\#no", []),
    ("%% #no %% #yes", ["yes"]),
    ("<span style='color: #fff'>#no</span>", []),
    ("$a #no$ #yes", ["yes"]),
    ("$5 and $6 #yes", ["yes"]),
    ("#a\u2009b", ["a"]),
    ("- [ ] #task", ["task"]),
]


@pytest.mark.parametrize(("text", "expected"), TAGS)
def test_tags(text: str, expected: list[str]) -> None:
    assert [tag.name for tag in parse(text.encode()).tags] == expected


LINKS: list[tuple[str, list[tuple[str, str, str]]]] = [
    ("[[Note]]", [("wiki", "Note", "")]),
    ("[[Note#Heading#Deeper|words]]", [("wiki", "Note", "Heading#Deeper")]),
    ("[[folder/Note.md#^block]]", [("wiki", "folder/Note.md", "^block")]),
    ("[[#Here]]", [("wiki", "", "Here")]),
    ("![[image.png|200]]", [("wiki", "image.png", "")]),
    ("| [[Note\\|words]] |", [("wiki", "Note", "")]),
    ("| [[Note#H\\|words]] |", [("wiki", "Note", "H")]),
    ("[[ spaced ]]", [("wiki", "spaced", "")]),
    ("[[]] [[|x]]", []),
    ("[[two\nlines]]", []),
    ("[a](b.md)", [("markdown", "b.md", "")]),
    ("[a](some%20where/b%23.md#Part%20one)", [("markdown", "some where/b#.md", "Part one")]),
    ('[a](<some where.md#x> "title")', [("markdown", "some where.md", "x")]),
    ("![alt [x]](pic.png 'title')", [("markdown", "pic.png", "")]),
    ("[a](b(1).md)", [("markdown", "b(1).md", "")]),
    ("[a\nb](c.md)", [("markdown", "c.md", "")]),
    ("[a\n\nb](c.md)", []),
    ("[`]`](c.md)", [("markdown", "c.md", "")]),
    ("[![in](pic.png)](out.md)", [("markdown", "pic.png", ""), ("markdown", "out.md", "")]),
    ("[a](https://example.org) [b](mailto:x@example.org) <https://example.org>", []),
    ("[a](//example.org)", []),
    ("[a]()", []),
    ("[ref]: target.md#x 'title'", [("definition", "target.md", "x")]),
    ("see [ref]: target.md", []),
    ("[^1]: target.md", []),
    ("`[[no]]` ``[a](b) ` ``", []),
    ("\\[[no]] \\[a](b.md)", []),
    ("$[[1]]$", []),
    ("- [x] [[done]]", [("wiki", "done", "")]),
    ("- [x](y.md)", [("markdown", "y.md", "")]),
    ('---\nup: "[[Parent#P|x]]"\nlist:\n  - "[[One]]"\nraw: [[no]]\n---\n', [("property", "Parent", "P"), ("property", "One", "")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LINKS)
def test_links(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(link.kind, link.target, link.part) for link in parse(text.encode()).links] == expected


@pytest.mark.parametrize(
    ("text", "whole", "target", "words"),
    [
        ("see [[Note#H|words]] x", "[[Note#H|words]]", "Note#H", "words"),
        ("see ![[ Note ]] x", "![[ Note ]]", "Note", ""),
        ("see ![alt](<a b.md#c> 't') x", "![alt](<a b.md#c> 't')", "a b.md#c", "alt"),
        ("see [a [b] c](d.md) x", "[a [b] c](d.md)", "d.md", "a [b] c"),
        ("[r]: <a b.md>", "[r]: <a b.md>", "a b.md", "r"),
        ("| [[N\\|w]] |", "[[N\\|w]]", "N", "w"),
    ],
)
def test_a_links_spans_are_exact(text: str, whole: str, target: str, words: str) -> None:
    (link,) = parse(text.encode()).links
    assert text[link.start : link.end] == whole
    assert text[link.target_start : link.target_end] == target
    assert text[link.text_start : link.text_end] == words


def test_block_ids_stand_at_the_end_of_a_line() -> None:
    note = parse(b"A block ^one\n\n^two\n- item ^three \nx^2\n[^4] a ^five b\n`^six`\r\nlast ^seven\r\n")
    assert [block.id for block in note.blocks] == ["one", "two", "three", "seven"]


def test_a_scan_takes_no_more_of_a_kind_than_it_was_told() -> None:
    scan = Scan(b"#a #b #c #d", 0, 2)
    scan.run()
    assert [tag.name for tag in scan.tags] == ["a", "b"]
    assert scan.cut

"""Sections and blocks are found by what people call them; several that fit are all given."""

from __future__ import annotations

import pytest

from servers.notes.parsing.note import parse
from servers.notes.parsing.sections import (
    block_span,
    find_block,
    find_headings,
    heading_path,
    line_at,
    parents,
    place_of,
    section_text,
)

TEXT = b"""# Project
## Plan
### Risks: all
## Review
### Risks: all
# Other
## Plan
# C# notes
"""


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Project", [0]),
        ("# Project", [0]),
        ("project", [0]),
        ("Plan", [1, 6]),
        ("Other > Plan", [6]),
        ("Other#Plan", [6]),
        ("#Project#Risks all", [2, 4]),
        ("Project > Review > Risks: all", [4]),
        ("Risks all", [2, 4]),
        ("C# notes", [7]),
        ("Missing", []),
        ("Missing > Plan", []),
        ("", []),
    ],
)
def test_headings_are_found(wanted: str, found: list[int]) -> None:
    assert find_headings(parse(TEXT), wanted) == found


def test_a_headings_path_and_place_are_told() -> None:
    note = parse(TEXT)
    assert heading_path(note, 4) == "Project > Review > Risks: all"
    assert place_of(TEXT, note, 4) == "`Project > Review > Risks: all` (line 5)"
    assert parents(note) == [-1, 0, 1, 0, 3, -1, 5, -1]


def test_lines_count_from_one() -> None:
    assert [line_at(b"a\nb\n", at) for at in (0, 1, 2, 4)] == [1, 1, 2, 3]


def test_a_sections_text_is_all_of_it() -> None:
    note = parse(TEXT)
    assert section_text(TEXT, note.headings[3]) == "## Review\n### Risks: all\n"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("a\n\none\ntwo ^x\nthree\n\nb\n", "one\ntwo ^x\nthree\n"),
        ("a\n- one\n- two ^x\n  more\n\n  - deeper\n- three\n", "- two ^x\n  more\n\n  - deeper\n"),
        ("a\n\n| t |\n| - |\n\n^x\n\nb\n", "| t |\n| - |\n\n^x\n"),
        ("a\n\n```\ncode\n\nmore\n```\n^x\n", "```\ncode\n\nmore\n```\n^x\n"),
        ("# H\ntext ^x\n# I\n", "text ^x\n"),
        ("---\na: 1\n---\ntext ^x", "text ^x"),
    ],
)
def test_a_blocks_own_lines(text: str, span: str) -> None:
    content = text.encode()
    note = parse(content)
    block = find_block(note, "^X")
    assert block is not None
    start, end = block_span(content, note, block)
    assert text[start:end] == span


def test_a_block_that_is_not_there_is_none() -> None:
    assert find_block(parse(b"a ^x"), "y") is None

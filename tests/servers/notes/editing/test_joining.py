"""New lines stand on lines of their own, apart from blocks that they do not belong to."""

from __future__ import annotations

import pytest

from servers.notes.editing.joining import first_line_start, joined, last_line_end, with_line_ends


@pytest.mark.parametrize(
    ("above", "new", "below", "expected"),
    [
        ("", "x", "", "x\n"),
        ("a\n", "x", "b\n", "\nx\n\n"),
        ("a\n\n", "x", "\nb\n", "x\n"),
        ("- a\n", "- x", "- b\n", "- x\n"),
        ("1. a\n", "2. x", "text\n", "2. x\n\n"),
        ("# a\n", "x", "# b\n", "x\n\n"),
        ("a\n", "# x", "", "\n# x\n"),
        ("a\n", "\nx\n", "", "\nx\n"),
        ("```\nc\n```\n", "x", "", "\nx\n"),
        ("a", "x", "", "\n\nx"),
        ("a\n", "", "b\n", ""),
    ],
)
def test_an_empty_line_parts_blocks(above: str, new: str, below: str, expected: str) -> None:
    content = (above + below).encode()
    assert joined(content, len(above), new, b"\n", 0) == expected.encode()


def test_line_ends_are_the_notes() -> None:
    assert with_line_ends("a\r\nb\n", b"\n") == b"a\nb\n"
    assert with_line_ends("a\r\nb\n", b"\r\n") == b"a\r\nb\r\n"


def test_empty_lines_at_both_ends_are_left_out() -> None:
    content = b"\n  \n  a\nb \n\n"
    assert content[first_line_start(content, 0, len(content)) : last_line_end(content, 0, len(content))] == b"  a\nb \n"
    assert first_line_start(b"\n\n", 0, 2) == 2
    assert last_line_end(b"\n\n", 0, 2) == 0

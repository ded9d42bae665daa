"""A target means one place, or the error says which there are."""

from __future__ import annotations

import pytest

from servers.notes.editing.places import find
from servers.runtime.errors import ToolError

TEXT = b"---\na: 1\n---\n# A\nown\n## B\nx ^id\n# C\n"


def test_a_sections_place_tells_its_own_text_from_all_under_it() -> None:
    place = find(TEXT, "A", "n.md")
    assert TEXT[place.start : place.body] == b"# A\n"
    assert TEXT[place.body : place.own_end] == b"own\n"
    assert TEXT[place.body : place.end] == b"own\n## B\nx ^id\n"
    assert (place.level, place.text_start) == (1, 13)


def test_a_blocks_place_is_all_body() -> None:
    place = find(TEXT, "#^ID", "n.md")
    assert TEXT[place.start : place.end] == b"x ^id\n"
    assert (place.level, place.id) == (0, "id")


def test_a_heading_is_found_by_its_line() -> None:
    assert find(TEXT, "line 8", "n.md").start == TEXT.index(b"# C")
    with pytest.raises(ToolError, match="There is no section 'line 2'"):
        find(TEXT, "line 2", "n.md")


def test_a_heading_that_is_called_like_a_line_comes_first() -> None:
    assert find(b"# x\n# line 1\n", "line 1", "n.md").start == 4

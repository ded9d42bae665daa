"""The parts are plain values: equal when they say the same."""

from __future__ import annotations

from servers.notes.parsing.parts import Block, Heading, Link, Tag


def test_parts_of_the_same_words_and_spans_are_equal() -> None:
    assert Heading(1, "a", 0, 4) == Heading(1, "a", 0, 4)
    assert Link("wiki", False, "a", "", 0, 5, 2, 3) == Link("wiki", False, "a", "", 0, 5, 2, 3)
    assert Tag("a", 0, 2) != Tag("a", 1, 3)
    assert Block("a", 0, 2) != Block("b", 0, 2)

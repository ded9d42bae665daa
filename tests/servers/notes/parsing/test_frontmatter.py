"""Properties: where each stands and what it says; what YAML would refuse is told and stops nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.notes.parsing.frontmatter import Frontmatter, frontmatter_of


def read(text: str) -> Frontmatter:
    found = frontmatter_of(f"---\n{text}---\nbody\n".encode(), 0)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "content", [b"", b"text", b"---\nnever: closed\n", b"----\na: 1\n----\n", b" ---\na: 1\n---\n", b"---"]
)
def test_text_without_both_lines_has_none(content: bytes) -> None:
    assert frontmatter_of(content, 0) is None


def test_its_own_lines_are_counted_in() -> None:
    content = b"---  \r\na: 1\r\n--- \r\nbody"
    found = frontmatter_of(content, 0)
    assert found is not None
    assert content[found.start : found.end] == b"---  \r\na: 1\r\n--- \r\n"
    assert content[found.inner : found.inner_end] == b"a: 1\r\n"


def test_empty_frontmatter_has_no_properties() -> None:
    assert read("").properties == []


def test_each_property_stands_in_its_own_lines_and_comments_between_belong_to_none() -> None:
    text = "# top\na: 1\n\n# about b\nb:\n  - x\n  # inside\n  - y\n# end\n"
    found = read(text)
    whole = f"---\n{text}---\n"
    assert [(one.name, whole[one.start : one.end], one.line) for one in found.properties] == [
        ("a", "a: 1\n", 3),
        ("b", "b:\n  - x\n  # inside\n  - y\n", 6),
    ]


def test_a_value_begins_behind_its_name() -> None:
    whole = '---\n"quoted name":   value # why\né: x\n---\n'
    found = frontmatter_of(whole.encode(), 0)
    assert found is not None
    content = whole.encode()
    assert [content[one.value_start : one.end] for one in found.properties] == [b"value # why\n", b"x\n"]
    assert [one.name for one in found.properties] == ["quoted name", "é"]


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("title: A: B\n", False),
        ("a: 'open\nb: 1\n", True),
        ('a: "open\n', True),
        ("a: [x, y\nb: 1\n", True),
        ("just words\n", True),
        ("a: 1\na: 2\n", True),
        ("a: @x\n", False),
        ("a:\n\tb: 1\n", False),
        ("}\n", True),
    ],
)
def test_what_yaml_refuses_is_told(text: str, broken: bool) -> None:
    found = read(text)
    assert found.problems
    assert found.broken is broken


def test_a_sound_one_has_no_problems() -> None:
    found = read("a: 1\n'b c': [x, \"y\"] # why\nd: >-\n  folded\n  text\nurl: https://example.org/a#b\ne:\n  f: g\n")
    assert found.problems == []
    assert read("  # indented comment\na: 1\n").problems == []
    assert [one.nested for one in found.properties] == [False, False, False, False, True]


def test_tags_and_aliases_are_lists_or_words() -> None:
    assert read("tags: a, b #c\n").tags == ["a", "b"]
    assert read("tag:\n- '#x'\n- y/z\n").tags == ["x", "y/z"]
    assert read("aliases: One, Two words\n").aliases == ["One", "Two words"]
    assert read("Alias: [A, 'B, C']\n").aliases == ["A", "B, C"]


def test_a_property_is_found_in_any_case_and_exactly_first() -> None:
    found = read("Key: 1\nkey: 2\n")
    exact = found.find("key")
    folded = found.find("KEY")
    assert exact is not None
    assert exact.value == 2
    assert folded is not None
    assert folded.value == 1
    assert found.find("other") is None


LINES = ["a: 1", "b:", "  - x", "- y", "# c", "", "  deep: 1", "c: |", "  text", "d: 'q'", "junk", "e: [1,", " 2]"]


@given(st.lists(st.sampled_from(LINES), max_size=15))
def test_properties_are_in_order_and_do_not_overlap(lines: list[str]) -> None:
    found = read("".join(line + "\n" for line in lines))
    at = found.inner
    for one in found.properties:
        assert at <= one.start < one.end <= found.inner_end
        assert one.start <= one.value_start <= one.end
        at = one.end

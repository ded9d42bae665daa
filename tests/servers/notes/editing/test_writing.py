"""Values are written so that they are read back as what they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.notes.editing.writing import item_text, name_text, value_text
from servers.notes.parsing.frontmatter import key_of
from servers.notes.parsing.values import Scalar, value_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain words", "plain words"),
        ("2024-05-01", "2024-05-01"),
        ("12", '"12"'),
        ("true", '"true"'),
        ("Yes", '"Yes"'),
        ("12:30:00", '"12:30:00"'),
        ("0x1f", '"0x1f"'),
        ("1_000", '"1_000"'),
        ("=", '"="'),
        ("1.2.3", "1.2.3"),
        ("", '""'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("[[Note]]", '"[[Note]]"'),
        ('say "x"', 'say "x"'),
        ("two\nlines", '"two\\nlines"'),
        (" spaced ", '" spaced "'),
        ("https://example.org/#x", "https://example.org/#x"),
        (3.0, "3"),
        (0.5, "0.5"),
        (None, ""),
        (False, "false"),
    ],
)
def test_values(value: Scalar, text: str) -> None:
    assert value_text(value) == text


@given(st.one_of(st.text(), st.integers(-(10**15), 10**15), st.booleans(), st.none()))
def test_what_is_written_is_read_back(value: Scalar) -> None:
    assert value_of([value_text(value)]).value == value
    assert value_of([f"[{item_text(value)}, x]"]).value == [value, "x"]
    assert "\n" not in value_text(value)


@given(st.text(min_size=1))
def test_names_are_read_back(name: str) -> None:
    found, _ = key_of(f"{name_text(name)}: x")
    assert found == name or "\\" in name_text(name)


@pytest.mark.parametrize(
    ("name", "text"), [("a b", "a b"), ("2024", '"2024"'), ("a: b", '"a: b"'), ("a#b", '"a#b"'), ("é", "é")]
)
def test_names_that_another_reader_could_mistake_are_quoted(name: str, text: str) -> None:
    assert name_text(name) == text


def test_items_that_would_end_a_list_are_quoted() -> None:
    assert [item_text(one) for one in ("a", "a,b", "a]", "a?", None)] == ["a", '"a,b"', '"a]"', '"a?"', "null"]

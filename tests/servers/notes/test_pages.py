"""Pages follow each other without losing or doubling a character, whatever the bytes are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.notes.pages import page


def whole(content: bytes, most: int) -> str:
    text, at = "", 0
    while at < len(content):
        one = page(content, at, len(content), most)
        assert len(one.text) <= most + one.text.count("\n")
        assert one.end > at
        text, at = text + one.text, one.end
    return text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\ufeff")), st.integers(1, 30))
def test_text_comes_out_whole(text: str, most: int) -> None:
    assert whole(text.encode(), most) == text


@given(st.binary(max_size=200), st.integers(1, 30))
def test_any_bytes_come_to_an_end(content: bytes, most: int) -> None:
    whole(content, most)


def test_a_page_ends_behind_a_whole_line() -> None:
    one = page(b"first\nsecond\nthird\n", 0, 19, 14)
    assert (one.text, one.end, one.cut) == ("first\nsecond\n", 13, False)


def test_a_line_that_is_too_long_is_cut_and_that_is_said() -> None:
    one = page(b"x" * 100, 0, 100, 10)
    assert (one.text, one.cut) == ("x" * 10, True)


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfa\r\nb\r\n", b"a\r\nb\r\n"])
def test_marks_and_line_ends_are_plain(content: bytes) -> None:
    assert page(content, 0, len(content), 100).text == "a\nb\n"

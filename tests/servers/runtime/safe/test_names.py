"""Any name survives the way into text and back."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.runtime.safe.names import meant, shown


@given(st.binary(max_size=40))
def test_every_posix_name_comes_back_byte_for_byte(raw: bytes) -> None:
    path = os.fsdecode(raw.replace(b"\0", b""))
    text = shown(path)
    assert meant(text) == path
    text.encode("utf-8")
    assert "\n" not in text


@given(st.text(st.sampled_from("\\xu0285cfa\u202e\n\udcff5"), max_size=20))
def test_names_made_of_escapes_come_back_too(path: str) -> None:
    assert meant(shown(path)) == path


@given(st.text(max_size=40))
def test_no_escape_makes_a_separator_a_dot_or_a_nul(text: str) -> None:
    assert meant(text).count("/") == text.count("/")
    assert meant(text).count(".") == text.count(".")
    assert meant(text).count("\0") == text.count("\0")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("plain name.txt", "plain name.txt"),
        ("\u00e4\u65e5\u672c", "\u00e4\u65e5\u672c"),
        ("a\nb\tc", "a\\x0ab\\x09c"),
        ("a\udcffb", "a\\xffb"),
        ("exe\u202etxt", "exe\\u202etxt"),
        ("back\\slash", "back\\slash"),
        ("a\\xffb", "a\\x5cxffb"),
    ],
)
def test_only_what_would_mislead_is_escaped(path: str, text: str) -> None:
    assert shown(path) == text
